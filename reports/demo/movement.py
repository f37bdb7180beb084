"""Who graduated and where to, whose letter is on its way, who is abroad, lost or floating."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from branches.models import Branch
from members import circumstances, letters, transfers
from members.local_rules import VALID_DAYS
from members.models import Circumstance, Departure, Destination, Member, Transfer, TransferStep
from members.standing import Status
from members.transfer_checks import Letter

from .inserting import insert
from .organisations import FAR, University
from .people import People, Person, Stay
from .persons import GIVEN, SURNAMES, some_day
from .scale import Setting, new_key

DAY = timedelta(days=1)
#: Of 150 graduates selected for grassroots work 137 are members.
SELECTED, SELECTED_MEMBERS = 150, 137
STUDENT = "学生"
Kind = Destination.Kind
ELSEWHERE = {
    Kind.GRASSROOTS: ("中共XX市委组织部", "中共YY县委组织部", "中共ZZ区委组织部", "中共XX县青山镇委员会"),
    Kind.FURTHER_STUDY: (
        "中共YY大学委员会组织部",
        "中共ZZ师范大学委员会组织部",
        "中共XX科技大学委员会组织部",
    ),
    Kind.EMPLOYED: ("中共XX市教育局委员会", "中共XX市第一中学总支部委员会", "中共YY集团有限公司委员会"),
}
#: Where those go who have no 组织关系 to take along.
PLACES = {
    Kind.GRASSROOTS: ("XX市委组织部选调", "YY县乡镇", "ZZ区街道办事处"),
    Kind.FURTHER_STUDY: ("YY大学", "ZZ师范大学", "XX科技大学"),
    Kind.EMPLOYED: ("XX市第一中学", "YY集团有限公司", "ZZ信息技术有限公司"),
}


def plan_graduation(people: People) -> None:
    """The day each student graduates, before the members are written."""
    for stays in people.stays.values():
        for stay in stays:
            member = stay.person.member
            if member.job == STUDENT:
                years = 3 if member.education == "21" else 4
                member.schooling_years = years
                member.graduates_on = date(int(member.school_number[:4]) + years, 6, 30)


@dataclass(frozen=True)
class Gone:
    """Somebody who left, and the branch left last."""

    person: Person
    branch: Branch
    course: dict[str, Any]

    @property
    def on(self) -> date:
        return self.person.left + DAY


def write(people: People, university: University, setting: Setting, clerk: User) -> None:
    """Departures of all who left, the destinations of the last graduation, and what is under way today."""
    stream = setting.stream("movement")
    gone = [one for one in _gone(people) if one.on > setting.start]
    year = max((one.on.year for one in gone if _graduated(one)), default=setting.today.year)
    leavers = [one for one in gone if _graduated(one) and one.on.year == year]
    kinds = _kinds(len(leavers), stream)
    sent = _transfers(leavers, kinds, stream)
    _destinations(leavers, kinds, sent, stream, university)
    _departures(gone, {transfer.member_id: transfer for transfer in sent})
    _under_way(people, setting, stream, clerk)
    _away(people, setting, stream, clerk)


def _gone(people: People) -> Iterator[Gone]:
    stays: dict[int, list[Stay]] = {}
    for each in people.stays.values():
        for stay in each:
            if stay.person.left != FAR and stay.kind == "belonging":
                stays.setdefault(id(stay.person), []).append(stay)
    for own in stays.values():
        own.sort(key=lambda stay: stay.since)
        yield Gone(own[-1].person, own[-1].leaf.branch, _course(own))


def _course(stays: Sequence[Stay]) -> dict[str, Any]:
    """What the record said before the person left, as :func:`members.courses.written` keeps it."""
    person = stays[0].person
    spells = [
        [stay.leaf.branch.pk, stay.kind, stay.since.isoformat(), _until(stay, person), False]
        for stay in stays
    ]
    statuses = []
    if person.full != person.joined:
        until = (person.full - DAY).isoformat() if person.full else ""
        statuses.append([Status.PROBATIONARY, person.joined.isoformat(), until, False])
    if person.full:
        statuses.append([Status.FULL, person.full.isoformat(), "", False])
    return {"spells": spells, "statuses": statuses}


def _until(stay: Stay, person: Person) -> str:
    return "" if stay.until >= person.left else stay.until.isoformat()


def _graduated(one: Gone) -> bool:
    return one.person.member.job == STUDENT and one.person.left.month == 6


def _kinds(count: int, stream: random.Random) -> list[str]:
    selected = min(SELECTED_MEMBERS, count * 2 // 3)
    others = [
        Kind.FURTHER_STUDY if stream.random() < 0.45 else Kind.EMPLOYED for _ in range(count - selected)
    ]
    return [*([Kind.GRASSROOTS.value] * selected), *(kind.value for kind in others)]


def _transfers(leavers: Sequence[Gone], kinds: Sequence[str], stream: random.Random) -> list[Transfer]:
    """Letters that were acknowledged, with the steps that the verbs would leave."""
    if not leavers:
        return []
    issued = [one.person.left - timedelta(days=stream.randint(1, 15)) for one in leavers]
    numbers = letters.allocate(len(leavers), leavers[0].on)
    batch = new_key(stream)
    made = []
    for one, kind, day, number in zip(leavers, kinds, issued, numbers, strict=True):
        made.append(
            Transfer(
                id=new_key(stream),
                kind=Transfer.Kind.OUT,
                state=Transfer.State.ACCEPTED,
                member=one.person.member,
                name=one.person.member.name,
                branch=one.branch,
                branch_path=one.branch.path,
                elsewhere=stream.choice(ELSEWHERE[Kind(kind)]),
                letter=number,
                first_issued_on=day,
                issued_on=day,
                valid_until=day + timedelta(days=VALID_DAYS),
                requested_on=day,
                accepted_on=one.on,
                batch=batch,
            )
        )
    insert(made)
    insert([step for each in made for step in _steps(each)])
    return made


def _steps(transfer: Transfer) -> Iterator[TransferStep]:
    assert transfer.issued_on
    assert transfer.accepted_on
    yield TransferStep(transfer=transfer, code="request", on=transfer.issued_on)
    yield TransferStep(transfer=transfer, code="issue", on=transfer.issued_on)
    yield TransferStep(transfer=transfer, code="acknowledge", on=transfer.accepted_on)


def _destinations(
    leavers: Sequence[Gone],
    kinds: Sequence[str],
    sent: Sequence[Transfer],
    stream: random.Random,
    university: University,
) -> None:
    rows = [
        Destination(
            id=new_key(stream),
            branch=one.branch,
            branch_path=one.branch.path,
            member=one.person.member,
            name=one.person.member.name,
            school_number=one.person.member.school_number,
            education=one.person.member.education,
            graduates_on=date(one.on.year, 6, 30),
            kind=kind,
            place=transfer.elsewhere,
            recorded_on=transfer.requested_on,
            transfer=transfer,
        )
        for one, kind, transfer in zip(leavers, kinds, sent, strict=True)
    ]
    selected = sum(kind == Kind.GRASSROOTS for kind in kinds)
    others = selected * (SELECTED - SELECTED_MEMBERS) // SELECTED_MEMBERS
    colleges = [unit.branch for unit in university.units if unit.plan.is_college]
    # Of those who study on or find work elsewhere, most are no members.
    more = [*([Kind.GRASSROOTS.value] * others), *(2 * list(kinds[selected:]))]
    if rows:
        day = rows[0].graduates_on
        rows += [_other(stream, stream.choice(colleges), kind, day) for kind in more]
    insert(rows)


def _other(stream: random.Random, college: Branch, kind: str, day: date) -> Destination:
    """A graduate who is no member."""
    _, men, women = GIVEN[-1]
    name = stream.choice(SURNAMES) + stream.choice(stream.choice((men, women)).split())
    return Destination(
        id=new_key(stream),
        branch=college,
        branch_path=college.path,
        name=name,
        school_number=f"{day.year - 4}9{stream.randrange(10**5):05d}",
        education="21",
        graduates_on=day,
        kind=kind,
        place=stream.choice(PLACES[Kind(kind)]),
        recorded_on=day - timedelta(days=20),
    )


#: How those of a job left; the others moved.
ENDS: Final = {
    "离退休人员": (Departure.Kind.DIED, "家属告知并送来死亡证明"),
    "图书资料人员": (Departure.Kind.RESIGNED, "本人书面提出退党，支部大会决定除名，报上级党委备案"),
    "医务人员": (
        Departure.Kind.BY_ITSELF,
        "连续六个月没有正当理由不参加组织生活，支部大会决定除名，上级党委批准",
    ),
}
MOVED: Final = (Departure.Kind.TRANSFERRED, "组织关系介绍信回执")


def _departures(gone: Sequence[Gone], sent: dict[UUID | None, Transfer]) -> None:
    rows = []
    for one in gone:
        member, transfer = one.person.member, sent.get(one.person.member.pk)
        kind, evidence = ENDS.get(member.job, MOVED)
        rows.append(
            Departure(
                member=member,
                branch=one.branch,
                branch_path=one.branch.path,
                kind=kind,
                on=one.on,
                evidence=evidence,
                document=transfer.letter if transfer else "",
                transfer=transfer,
                course=one.course,
            )
        )
    insert(rows)


def _current(people: People, setting: Setting, *, job: str = "") -> list[Member]:
    """Those on the roster of today without an account, so that no persona is on his way out."""
    found = {
        stay.person.member.number: stay.person.member
        for stays in people.stays.values()
        for stay in stays
        if stay.holds_on(setting.today) and stay.kind == "belonging" and stay.until == FAR
        if stay.since < setting.today - timedelta(days=400)
    }
    return [
        member
        for _, member in sorted(found.items())
        if not member.account_id and (not job or member.job == job) and not member.is_floating
    ]


def _under_way(people: People, setting: Setting, stream: random.Random, clerk: User) -> None:
    """Letters on their way, some no longer valid, and one sent back: through the verbs themselves."""
    able = _current(people, setting)
    for number, member in enumerate(stream.sample(able, min(9, len(able) // 20))):
        ago = (8, 12, 20, 25, 40, 75, 130, 15, 3)[number]
        day = setting.last_day - timedelta(days=ago)
        place = stream.choice(ELSEWHERE[Kind.EMPLOYED])
        transfer = transfers.request(member, place, on=day, by=clerk)
        if number != 8:
            transfers.issue(transfer, Letter(day), by=clerk)
        if number == 7:
            transfers.refuse(transfer, "介绍信抬头有误，应为教育工委", on=setting.last_day, by=clerk)


def _away(people: People, setting: Setting, stream: random.Random, clerk: User) -> None:
    today = setting.last_day
    floating = [one for one in people.persons() if one.member.is_floating and one.left == FAR]
    insert(
        [
            Circumstance(
                member=one.member,
                kind=Circumstance.Kind.FLOATING,
                since=some_day(stream, today - timedelta(days=900), today - timedelta(days=200)),
                place=one.member.floating_to,
                evidence="本人报告",
                by=clerk,
            )
            for one in floating
        ]
    )
    waiting = set(Transfer.objects.open().values_list("member", flat=True))
    able = [member for member in _current(people, setting) if member.pk not in waiting]
    chosen = stream.sample(able, min(9, len(able) // 20))
    for number, member in enumerate(chosen):
        _one_away(member, number, today, clerk)


def _one_away(member: Member, number: int, today: date, clerk: User) -> None:
    """Abroad and in touch, abroad and silent, lost for a while, lost for long, kept too long."""
    kind, days, contact = (
        ("abroad", 500, 60),
        ("abroad", 700, 150),
        ("abroad", 400, 260),
        ("abroad", 2000, 100),
        ("lost", 90, 0),
        ("lost", 210, 0),
        ("kept", 500, 0),
        ("kept", 760, 0),
        ("abroad", 120, 0),
    )[number]
    facts: dict[str, Any] = {"place": "境外高校" if kind == "abroad" else "", "evidence": "本人申请"}
    if kind == "lost":
        facts["evidence"] = "电话、邮件和家庭住址均无法联系"
    since = today - timedelta(days=days)
    if kind == "kept":
        facts["due_on"] = since + timedelta(days=730)
    row = circumstances.begin(member, kind, since=since, by=clerk, **facts)
    if contact:
        day = today - timedelta(days=contact)
        circumstances.contact(row, on=day, by=clerk, note="微信联系，学习正常，按时回国")
