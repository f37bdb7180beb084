"""Who belonged to which branch from when to when, and what each person was."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from branches.models import Branch
from lib.periods import anniversary
from members import numbers
from members.models import Member, MembershipSpell, StatusPeriod

from .organisations import FAR, Leaf, University
from .persons import Registry, some_day
from .scale import Setting, shares

Status = StatusPeriod.Status
#: Joined in these years one was a full member at once (see docs/decisions.md).
NO_PROBATION = (date(1969, 4, 1), date(1977, 8, 31))
SIZES = {"教工": 19.0, "本科生": 24.0, "硕士生": 21.0, "离退休": 26.0}
#: Of a student branch on an autumn day: the share of each class, from the one that leaves next.
CLASSES = (0.58, 0.34, 0.08)
JOBS = ("专任教师", "专任教师", "专任教师", "辅导员", "实验技术人员", "行政管理人员")


@dataclass
class Person:
    """A member with the dates that matter: joined, full, left (the last day on the roster)."""

    member: Member
    joined: date
    full: date | None
    left: date = FAR

    def is_on_roster(self, day: date) -> bool:
        return self.joined <= day <= self.left

    def may_vote(self, day: date) -> bool:
        return self.full is not None and self.full <= day


@dataclass
class Stay:
    """A person's time in a branch, both days inclusive."""

    person: Person
    leaf: Leaf
    since: date
    until: date = FAR
    kind: str = MembershipSpell.Kind.BELONGING

    def holds_on(self, day: date) -> bool:
        return self.since <= day <= self.until and self.person.is_on_roster(day)


@dataclass
class People:
    """Everybody, by branch."""

    stays: dict[int, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    candidates: list[tuple[Member, str, date]] = field(default_factory=list)

    def of(self, leaf: Leaf) -> list[Stay]:
        return self.stays[leaf.branch.pk]

    def on(self, leaf: Leaf, day: date) -> list[Person]:
        return [stay.person for stay in self.of(leaf) if stay.holds_on(day)]

    def add(self, stay: Stay) -> None:
        """Nobody stays in a branch that was founded after the person left."""
        if stay.since <= stay.until:
            self.stays[stay.leaf.branch.pk].append(stay)

    def persons(self) -> list[Person]:
        found = {id(stay.person): stay.person for stays in self.stays.values() for stay in stays}
        return list(found.values())


class Settler:
    """Fills the branches with people."""

    def __init__(self, setting: Setting, university: University) -> None:
        self.setting = setting
        self.university = university
        self.today = setting.today
        self.people = People()
        self.registry = Registry(setting.stream("persons"))

    def settle(self) -> People:
        """Own members of every branch so that the roster of today has its number; then guests and candidates."""
        leaves = [leaf for leaf in self.university.leaves if leaf.has_own_members]
        living = [leaf for leaf in leaves if leaf.last_day == FAR]
        stream = self.setting.stream("sizes")
        weights = [SIZES.get(leaf.subject, 17.0) * stream.uniform(0.62, 1.4) for leaf in living]
        for number in range(5, len(living), 31):  # a few too small for a committee
            weights[number] = 2.0
        sizes = shares(self.setting.scale.members, weights, [5] * len(living))
        for leaf, size in zip(living, sizes, strict=True):
            self._fill(leaf, size, self.setting.stream(f"people:{leaf.branch.code}"))
        for leaf in leaves:
            if leaf.last_day != FAR:
                self._fill_dissolved(leaf, self.setting.stream(f"people:{leaf.branch.code}"))
        self._add_earlier_stays(self.setting.stream("earlier stays"))
        for leaf in self.university.leaves:
            if not leaf.has_own_members:
                self._invite(leaf, self.setting.stream(f"guests:{leaf.branch.code}"))
        for leaf in leaves:
            if leaf.is_student:
                self._add_candidates(leaf, self.setting.stream(f"candidates:{leaf.branch.code}"))
        return self.people

    def _add_candidates(self, leaf: Leaf, stream: random.Random) -> None:
        """Applicants, activists and targets of the student branches: known, and on no roster yet."""
        for status in stream.choices((Status.APPLICANT, Status.ACTIVIST, Status.TARGET), (4, 4, 1), k=3):
            entered = self.today.year - stream.randint(1, 3)
            born = some_day(stream, date(entered - 19, 9, 1), date(entered - 18, 8, 31))
            member = self.registry.person(
                leaf.branch, born=born, status=status, job="学生", education="61", entered=entered
            )
            since = max(
                leaf.founded_on, some_day(stream, date(entered, 10, 8), self.today - timedelta(days=40))
            )
            self.people.candidates.append((member, status, since))

    def _fill(self, leaf: Leaf, size: int, stream: random.Random) -> None:
        if leaf.is_student:
            self._fill_students(leaf, size, stream)
        elif leaf.subject == "离退休":
            for _ in range(size):
                self._retired(leaf, stream)
            for _ in range(size // 12):
                self._retired(leaf, stream, left=self._some_past_day(stream))
        else:
            for _ in range(size):
                self._employee(leaf, stream)
            for _ in range(size // 9):
                self._employee(leaf, stream, left=self._some_past_day(stream))

    def _some_past_day(self, stream: random.Random) -> date:
        return some_day(stream, self.setting.start + timedelta(days=60), self.today - timedelta(days=30))

    def _employee(self, leaf: Leaf, stream: random.Random, *, left: date = FAR, job: str = "") -> None:
        end = min(left, self.today)
        born = some_day(stream, date(end.year - 58, 3, 1), date(end.year - 27, 8, 31))
        hired = min(date(born.year + stream.randint(24, 31), 9, 1), end - timedelta(days=400))
        if stream.random() < 0.06:
            joined = season_day(stream, end - timedelta(days=340), end - timedelta(days=20))
        else:
            joined = season_day(stream, date(born.year + 20, 1, 1), end - timedelta(days=500))
        since = max(joined, hired, leaf.founded_on)
        education = (
            "11"
            if job == "" and leaf.subject == "教工" and stream.random() < 0.5
            else stream.choice(("14", "21"))
        )
        person = self._person(
            leaf,
            stream,
            born,
            joined,
            left,
            job=job or (stream.choice(JOBS) if leaf.subject == "教工" else "行政管理人员"),
            education=education,
            entered=hired.year,
        )
        self.people.add(Stay(person, leaf, since, left))

    def _retired(self, leaf: Leaf, stream: random.Random, *, left: date = FAR) -> None:
        born = some_day(stream, date(self.today.year - 86, 1, 1), date(self.today.year - 61, 6, 30))
        joined = season_day(stream, date(born.year + 19, 1, 1), date(born.year + 48, 12, 31))
        retired_on = anniversary(born, born.year + 60)
        person = self._person(
            leaf,
            stream,
            born,
            joined,
            left,
            job="离退休人员",
            education=stream.choice(("21", "21", "31", "41", "14")),
            entered=born.year + 24,
        )
        since = min(max(retired_on, leaf.founded_on), min(left, self.today) - timedelta(days=5))
        self.people.add(Stay(person, leaf, since, left))

    def _fill_students(self, leaf: Leaf, size: int, stream: random.Random) -> None:
        """A counsellor or two who stay, the classes of today, and those who have left since the start."""
        advisers = 1 if size < 26 else 2
        for _ in range(advisers):
            self._employee(leaf, stream, job="辅导员")
        students = size - advisers
        first = self.today.year + (self.today >= date(self.today.year, 6, 20))
        for offset, count in enumerate(shares(students, list(CLASSES), [0, 0, 0])):
            for _ in range(count):
                self._student(leaf, first + offset, stream)
        for year in range(self.setting.start.year, first):
            for _ in range(round(students * stream.uniform(0.60, 0.74))):
                self._student(leaf, year, stream)

    def _student(self, leaf: Leaf, leaves_in: int, stream: random.Random) -> None:
        """One of the class that leaves in June of ``leaves_in``; of masters, half joined as undergraduates."""
        last = date(leaves_in, 6, stream.randint(20, 30))
        left = last if last < self.today else FAR
        end = min(last, self.today)
        is_master = leaf.subject == "硕士生"
        entered = leaves_in - (3 if is_master else 4)
        came = date(entered, 9, stream.randint(3, 12))
        if is_master and stream.random() < 0.5:
            joined = season_day(stream, date(entered - 2, 10, 1), date(entered, 6, 20))
            since = came
        else:
            first = date(leaves_in - (2 if is_master else 3), 10, 1)
            joined = season_day(stream, first, min(date(leaves_in, 1, 10), end - timedelta(days=8)))
            since = joined
        since = max(since, leaf.founded_on)
        if since > end and left == FAR:
            since = joined = max(leaf.founded_on, end - timedelta(days=stream.randint(1, 60)))
        person = self._person(
            leaf,
            stream,
            some_day(stream, date(entered - 19, 9, 1), date(entered - 18, 8, 31))
            if not is_master
            else some_day(stream, date(entered - 24, 1, 1), date(entered - 22, 8, 31)),
            joined,
            left,
            job="学生",
            education="21" if is_master else "61",
            entered=entered,
        )
        if left == FAR or left >= self.setting.start - timedelta(days=200):
            self.people.add(Stay(person, leaf, since, left))

    def _fill_dissolved(self, leaf: Leaf, stream: random.Random) -> None:
        """Its members went to the other branches of the unit the day it was dissolved."""
        others = [other for other in leaf.unit.leaves if other.last_day == FAR and other.has_own_members]
        movers = [
            stay
            for other in others
            for stay in self.people.of(other)
            if stay.until == FAR and stay.since < leaf.last_day - timedelta(days=900)
        ]
        for stay in stream.sample(movers, min(11, len(movers))):
            came = max(stay.since, leaf.founded_on)
            stay.since = leaf.last_day + timedelta(days=1)
            self.people.add(Stay(stay.person, leaf, came, leaf.last_day))

    def _add_earlier_stays(self, stream: random.Random) -> None:
        """Some masters were undergraduates here; some of the staff came from another branch."""
        by_branch = {leaf.branch.pk: leaf for leaf in self.university.leaves}
        for pk, stays in list(self.people.stays.items()):
            leaf = by_branch[pk]
            others = [
                other
                for other in leaf.unit.leaves
                if other is not leaf
                and other.has_own_members
                and other.last_day == FAR
                and other.is_student == leaf.is_student
                and other.subject != "硕士生"
            ]
            for stay in stays[:]:
                if others and stay.since > stay.person.joined and self.setting.start < stay.since:
                    if leaf.last_day != FAR or stream.random() > 0.6:
                        continue
                    self._came_from(stream.choice(others), stay)

    def _came_from(self, other: Leaf, stay: Stay) -> None:
        last = stay.since - timedelta(days=1)
        since = max(stay.person.joined, other.founded_on)
        if since < last and not any(s.person is stay.person and s is not stay for s in self.people.of(other)):
            self.people.add(Stay(stay.person, other, since, last))

    def _invite(self, leaf: Leaf, stream: random.Random) -> None:
        """Guests (参加) of a temporary or functional branch: their 组织关系 stays where it is."""
        hosts = [other for other in leaf.unit.leaves if other.has_own_members and other.is_student]
        able = [
            stay
            for host in hosts
            for stay in self.people.of(host)
            if stay.until == FAR and stay.since < self.today - timedelta(days=30)
        ]
        for stay in stream.sample(able, min(12, len(able))):
            since = max(leaf.founded_on, stay.since)
            self.people.add(Stay(stay.person, leaf, since, kind=MembershipSpell.Kind.ATTENDING))

    def _person(
        self,
        leaf: Leaf,
        stream: random.Random,
        born: date,
        joined: date,
        left: date,
        *,
        job: str,
        education: str,
        entered: int,
    ) -> Person:
        full = full_day(joined, min(left, self.today), stream)
        status = Status.LEFT if left != FAR else Status.FULL if full else Status.PROBATIONARY
        member = self.registry.person(
            leaf.branch, born=born, status=status, job=job, education=education, entered=entered
        )
        member.joined_on, member.full_on = joined, full
        return Person(member, joined, full, left)


def season_day(stream: random.Random, first: date, last: date) -> date:
    """A day on which a branch takes somebody in: May to June or November to December, where the span has one."""
    last = max(first, last)
    for _ in range(8):
        day = some_day(stream, first, last)
        if day.month in (5, 6, 11, 12) and day.weekday() < 5:
            return day
    return some_day(stream, first, last)


def full_day(joined: date, end: date, stream: random.Random) -> date | None:
    """A year after joining, now and then some weeks later; None while on probation."""
    if NO_PROBATION[0] <= joined <= NO_PROBATION[1]:
        return joined
    late = stream.randint(3, 25) if stream.random() < 0.15 else 0
    full = anniversary(joined, joined.year + 1) + timedelta(days=late)
    return full if full <= end else None


def write(people: People) -> None:
    """Members, spells and status periods in bulk, with the history row that a saved member has."""
    members = [person.member for person in people.persons()] + [member for member, _, _ in people.candidates]
    for member, number in zip(members, numbers.allocate(len(members)), strict=True):
        member.number = number
    Member.objects.bulk_create(members, batch_size=500)
    Member.history.bulk_history_create(members, batch_size=500, default_change_reason="演示数据")
    MembershipSpell.objects.bulk_create(_spells(people), batch_size=1000)
    StatusPeriod.objects.bulk_create(_statuses(people), batch_size=1000)


def _spells(people: People) -> Iterator[MembershipSpell]:
    for stays in people.stays.values():
        for stay in stays:
            yield _spell(stay.person.member, stay.leaf.branch, stay.since, stay.until, stay.kind)
    for member, _, since in people.candidates:
        yield _spell(member, member.branch, since, FAR, MembershipSpell.Kind.BELONGING)


def _spell(member: Member, branch: Branch, since: date, until: date, kind: str) -> MembershipSpell:
    return MembershipSpell(
        member=member,
        branch=branch,
        branch_path=branch.path,
        kind=kind,
        since=since,
        until=None if until == FAR else until,
    )


def _statuses(people: People) -> Iterator[StatusPeriod]:
    for person in people.persons():
        yield from _statuses_of(person)
    for member, status, since in people.candidates:
        yield StatusPeriod(member=member, status=status, since=since)


def _statuses_of(person: Person) -> Iterator[StatusPeriod]:
    end = None if person.left == FAR else person.left
    if person.full != person.joined:
        until = person.full - timedelta(days=1) if person.full else end
        yield StatusPeriod(member=person.member, status=Status.PROBATIONARY, since=person.joined, until=until)
    if person.full:
        yield StatusPeriod(member=person.member, status=Status.FULL, since=person.full, until=end)
    if end:
        yield StatusPeriod(member=person.member, status=Status.LEFT, since=end + timedelta(days=1))
