"""Who held which post in which branch from when to when, the party groups, and the dormitory work stations."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from branches.models import Branch, PartyGroup, Station, StationArea
from members.models import GroupMembership, Post, StationAssignment

from .organisations import FAR, Form, Leaf, University
from .people import People, Person, Stay
from .scale import Setting

Title = Post.Title
COMMITTEE_FROM = 7  # full members (支部条例 20)
GROUPS_FROM = 26
GROUP_SIZE = 12
DAY = timedelta(days=1)


@dataclass
class Tenure:
    """A person in a post, both days inclusive."""

    person: Person
    title: str
    duty: str
    since: date
    until: date
    post: Post | None = None

    def holds_on(self, day: date) -> bool:
        return self.since <= day <= self.until and self.person.is_on_roster(day)


@dataclass
class Group:
    """A party group with its members' seats and its leaders."""

    group: PartyGroup
    seats: list[Stay] = field(default_factory=list)
    leaders: list[Tenure] = field(default_factory=list)

    def on(self, day: date) -> list[Person]:
        return [
            seat.person
            for seat in self.seats
            if max(seat.since, self.group.since) <= day and seat.holds_on(day)
        ]


@dataclass
class Office:
    """The leadership of one branch."""

    leaf: Leaf
    tenures: list[Tenure] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def has_committee(self) -> bool:
        return any(tenure.title == Title.COMMITTEE for tenure in self.tenures)

    def committee_on(self, day: date) -> list[Person]:
        return [tenure.person for tenure in self.tenures if tenure.holds_on(day)]

    def secretary_on(self, day: date) -> Tenure | None:
        return next((t for t in self.tenures if t.title == Title.SECRETARY and t.holds_on(day)), None)


Offices = dict[int, Office]


def fill_offices(
    people: People, university: University, elections: dict[int, list[date]], setting: Setting
) -> Offices:
    """Posts term after term: whoever leaves the branch is succeeded by another; groups in the larger branches."""
    offices = {}
    for leaf in university.leaves:
        stream = setting.stream(f"offices:{leaf.branch.code}")
        office = Office(leaf)
        if leaf.branch.form == Form.TEMPORARY:
            elected = [leaf.founded_on]
        else:
            elected = elections[leaf.branch.pk]
        for since, until in zip(elected, [*(day - DAY for day in elected[1:]), leaf.last_day], strict=True):
            _fill_term(office, people.of(leaf), since, min(until, leaf.last_day), stream, setting.today)
        if leaf.has_own_members and leaf.last_day == FAR:
            _divide(office, people, stream, setting)
        offices[leaf.branch.pk] = office
    return offices


def _fill_term(
    office: Office, stays: list[Stay], since: date, until: date, stream: random.Random, today: date
) -> None:
    seats = [(Title.SECRETARY, "")]
    voters = max(_voters(stays, since), _voters(stays, min(until, today)))
    if voters >= COMMITTEE_FROM:
        if voters >= 18:
            seats.append((Title.DEPUTY, ""))
        seats += [
            (Title.COMMITTEE, duty) for duty in ("组织", "宣传", "纪检", "青年")[: 3 if voters < 30 else 4]
        ]
    for title, duty in seats:
        office.tenures += _hold(office, stays, (title, duty), since, until, stream, today)


def _voters(stays: list[Stay], day: date) -> int:
    return sum(stay.holds_on(day) and stay.person.may_vote(day) for stay in stays)


def _hold(
    office: Office,
    stays: list[Stay],
    seat: tuple[str, str],
    since: date,
    until: date,
    stream: random.Random,
    today: date,
) -> list[Tenure]:
    """One seat from ``since`` to ``until``: successive holders, each until the term or the stay ends."""
    held: list[Tenure] = []
    day = since
    while day <= min(until, today):
        busy = {id(t.person) for t in [*office.tenures, *held] if t.until >= day and t.since <= until}
        able = [s for s in stays if s.holds_on(day) and s.person.may_vote(day) and id(s.person) not in busy]
        if not able:
            day += timedelta(days=91)
            continue
        stay = _choose(able, seat[0], stream)
        last = min(until, stay.until, stay.person.left)
        held.append(Tenure(stay.person, seat[0], seat[1], day, last))
        if last == FAR:
            break
        day = last + DAY
    return held


def _choose(able: list[Stay], title: str, stream: random.Random) -> Stay:
    """A teacher for secretary; otherwise one of the five who will stay longest."""
    teachers = [stay for stay in able if stay.person.member.job != "学生"]
    if title == Title.SECRETARY and teachers:
        return stream.choice(teachers)
    others = [stay for stay in able if stay.person.member.job == "学生"] or able
    lasting = sorted(
        others, key=lambda stay: (-min(stay.until, stay.person.left).toordinal(), stay.person.joined)
    )
    return stream.choice(lasting[:5])


def _divide(office: Office, people: People, stream: random.Random, setting: Setting) -> None:
    """Party groups with a leader each, in branches that are large enough."""
    leaf = office.leaf
    stays = people.of(leaf)
    size = sum(stay.holds_on(setting.today) for stay in stays)
    if size < GROUPS_FROM:
        return
    since = max(leaf.founded_on, setting.start - timedelta(days=30))
    number = max(2, round(size / GROUP_SIZE))
    for index in range(number):
        name = f"第{'一二三四五六七八九'[index]}党小组"
        group = PartyGroup(
            branch=leaf.branch, branch_path=leaf.branch.path, name=name, position=index + 1, since=since
        )
        mine = [stay for stay in stays[index::number] if stay.until >= since]
        found = Group(group, mine)
        shadow = Office(leaf)
        seat = (Title.GROUP_LEADER, "")
        found.leaders = _hold(shadow, _not_in_office(mine, office), seat, since, FAR, stream, setting.today)
        office.groups.append(found)


def _not_in_office(stays: list[Stay], office: Office) -> list[Stay]:
    busy = {id(tenure.person) for tenure in office.tenures}
    return [stay for stay in stays if id(stay.person) not in busy]


def write(offices: Offices) -> None:
    """Groups, seats and posts in bulk."""
    groups = [group for office in offices.values() for group in office.groups]
    PartyGroup.objects.bulk_create([group.group for group in groups], batch_size=500)
    GroupMembership.objects.bulk_create(
        (
            GroupMembership(
                member=seat.person.member,
                group=group.group,
                since=max(seat.since, group.group.since),
                until=None if seat.until == FAR else seat.until,
            )
            for group in groups
            for seat in group.seats
        ),
        batch_size=1000,
    )
    for office in offices.values():
        for tenure in office.tenures:
            tenure.post = _post(tenure, office.leaf.branch)
        for group in office.groups:
            for tenure in group.leaders:
                tenure.post = _post(tenure, office.leaf.branch, group.group)
    Post.objects.bulk_create(
        [tenure.post for office in offices.values() for tenure in all_tenures(office) if tenure.post],
        batch_size=500,
    )


def all_tenures(office: Office) -> list[Tenure]:
    return [*office.tenures, *(leader for group in office.groups for leader in group.leaders)]


def _post(tenure: Tenure, branch: Branch, group: PartyGroup | None = None) -> Post:
    return Post(
        member=tenure.person.member,
        branch=branch,
        branch_path=branch.path,
        group=group,
        title=tenure.title,
        duty=tenure.duty,
        since=tenure.since,
        until=None if tenure.until == FAR else tenure.until,
    )


def open_stations(people: People, university: University, setting: Setting) -> list[tuple[Station, Person]]:
    """One work station a dormitory building, under a student branch that staffs it. Returns them with their heads."""
    stream = setting.stream("stations")
    hosts = [leaf for leaf in university.leaves if leaf.is_student and leaf.has_own_members]
    hosts = [leaf for leaf in hosts if len(people.on(leaf, setting.today)) >= 8]
    opened = []
    for number in range(setting.scale.stations):
        host = hosts[number * len(hosts) // setting.scale.stations]
        garden, house = ("竹园", "梅园", "兰园", "松园")[number % 4], number // 4 + 1
        since = date(setting.today.year - 2, 9, stream.randint(1, 20))
        station = Station.objects.create(
            branch=host.branch,
            branch_path=host.branch.path,
            name=f"{garden}{house}号楼党员工作站",
            building=f"{garden}学生公寓{house}号楼",
            position=number + 1,
            since=since,
        )
        areas = StationArea.objects.bulk_create(
            StationArea(station=station, name=f"{floor}至{floor + 1}层责任区", position=floor)
            for floor in (1, 3, 5)
        )
        opened.append((station, _staff(station, areas, people.of(host), stream, setting)))
    return opened


def _staff(
    station: Station, areas: list[StationArea], stays: list[Stay], stream: random.Random, setting: Setting
) -> Person:
    students = [s for s in stays if s.person.member.job == "学生"]
    now = [stay for stay in students if stay.holds_on(setting.today) and stay.until == FAR]
    before = [stay for stay in students if stay.until != FAR and stay.until > station.since]
    team = stream.sample(now, min(7, len(now)))
    team.sort(
        key=lambda stay: stay.person.member.account is not None
    )  # a head has an account of the persona's
    team += stream.sample(before, min(3, len(before)))
    StationAssignment.objects.bulk_create(
        StationAssignment(
            member=stay.person.member,
            station=station,
            area=None if place == 0 else areas[place % len(areas)],
            is_head=place == 0,
            since=max(stay.since, station.since),
            until=None if stay.until == FAR else stay.until,
        )
        for place, stay in enumerate(team)
    )
    return team[0].person
