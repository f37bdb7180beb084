"""Who is expected at an activity, from the roster of its date; and what the marks of a form amount to."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from branches.models import Branch, PartyGroup
from lib.names import first_of
from members import rosters
from members.models import Exemption, Member, StatusPeriod

from .kinds import Expected, expected_of
from .models import Attendance

State = Attendance.State
#: What no reason goes with.
UNREASONED = (State.PRESENT, State.EXEMPT)


@dataclass(frozen=True)
class ExpectedPerson:
    """Somebody whose presence is expected; only full members vote (选举条例 5).

    Of who is exempt nothing is expected (教育管理条例 23); he may vote like everybody, and counts for the quorum.
    """

    member_id: UUID
    name: str
    may_vote: bool
    is_exempt: bool = False


@dataclass(frozen=True)
class Mark:
    state: str
    reason: str = ""


@dataclass(frozen=True)
class Counts:
    """``expected`` is the sum of the next three; ``voting`` of those who came may vote, the exempt included."""

    expected: int = 0
    present: int = 0
    on_leave: int = 0
    absent: int = 0
    voting: int = 0


def expected_people(
    kind: str, branch: Branch, day: date, group: PartyGroup | None = None
) -> list[ExpectedPerson]:
    """The expected list (应到) of ``day``: posts for a committee meeting, seats for a group meeting, else the roster.
    What an organisation above the branches holds is its committee's.

    For kinds without an expected list the branch's roster is offered to choose from. One query.
    """
    expected = expected_of(kind)
    if expected is Expected.COMMITTEE or not branch.is_leaf:
        people = rosters.committee_on(branch, day)
    elif expected is Expected.GROUP:
        if group is None:
            return []
        people = rosters.group_on(group, day)
    else:
        people = rosters.branch_members_on(branch, day)
    rows: Any = people.annotate(exempt=exempt_on(day, "pk")).values_list(
        "pk", "name", "status_then", "exempt"
    )
    return [
        ExpectedPerson(
            pk, name, status == StatusPeriod.Status.FULL, exempt and expected is not Expected.CHOSEN
        )
        for pk, name, status, exempt in rows
    ]


def exempt_on(day: date, member: str) -> Exists:
    """Whether the person that the column names is exempt on ``day``."""
    return Exists(Exemption.objects.on(day).filter(member=OuterRef(member)))


def settled(people: Iterable[ExpectedPerson], marks: Mapping[UUID, Mark]) -> dict[UUID, Mark]:
    """``marks``, and of the exempt that nothing is said of: nothing was asked of them."""
    unasked = [each.member_id for each in people if each.is_exempt and each.member_id not in marks]
    return {**dict.fromkeys(unasked, Mark(State.EXEMPT)), **marks}


def count(people: Iterable[ExpectedPerson], marks: Mapping[UUID, Mark]) -> Counts:
    """What ``marks`` amount to over the expected ``people``; the unmarked are not counted."""
    marked = [(person, marks[person.member_id].state) for person in people if person.member_id in marks]
    states = [state for _, state in marked]
    return Counts(
        expected=len(states) - states.count(State.EXEMPT),
        present=states.count(State.PRESENT),
        on_leave=states.count(State.LEAVE),
        absent=states.count(State.ABSENT),
        voting=sum(person.may_vote and state == State.PRESENT for person, state in marked),
    )


def fault_of_strangers(
    marks: Mapping[UUID, Mark],
    people: Iterable[ExpectedPerson],
    what: tuple[str, Branch, date, PartyGroup | None],
) -> str:
    """Only who is on the list of ``what`` is marked; empty when nobody else is, without a query.

    Whoever stands on another roll of something joint, or came onto the roster after a list was frozen, is no stranger:
    his mark is left out.
    """
    if not (unknown := marks.keys() - {each.member_id for each in people}):
        return ""
    if not (strangers := unknown - {each.member_id for each in expected_people(*what)}):
        return ""
    names = Member.objects.filter(pk__in=strangers).order_by("name_order").values_list("name", flat=True)
    return (
        f"{first_of(list(names)) or '有人'}不在这一天的应到名单里，不能登记到会情况。"
        "请核对日期和名册；外来人员请写在列席人员里。"
    )


def fault_of_marks(kind: str, people: Iterable[ExpectedPerson], marks: Container[UUID]) -> str:
    """Every expected person must be marked: attendance is never assumed in silence. Empty when all are."""
    unmarked = [each.name for each in people if each.member_id not in marks and not each.is_exempt]
    if not unmarked or expected_of(kind) is Expected.CHOSEN:
        return ""
    more = "等" if len(unmarked) > 3 else ""
    return f"还有 {len(unmarked)} 人没有标记到会情况：{'、'.join(unmarked[:3])}{more}。"


def fault_of_exempt(people: Iterable[ExpectedPerson], marks: Mapping[UUID, Mark]) -> str:
    """Only who is exempt by an exemption of that day is marked so."""
    for person in people:
        mark = marks.get(person.member_id)
        if mark and mark.state == Attendance.State.EXEMPT and not person.is_exempt:
            return f"{person.name}这一天没有登记免于要求，请标记到会、请假或缺席。"
    return ""
