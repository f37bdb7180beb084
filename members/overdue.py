"""What is due about people who are away or on their way: by which article, when, and what may be done next."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from branches.models import Branch
from branches.roles import Right

from .membership_rules import (
    ABROAD_TOO_LONG,
    CONTACTED,
    FLOATING,
    KEPT,
    LOST,
    LOST_REMOVED,
    MUST_TRANSFER,
    RECEIPT,
    RECTIFIED,
    REISSUED,
    MembershipRule,
)
from .models import Circumstance, Member, Suspension, Transfer

Kind = Circumstance.Kind
POSSIBLE = ("停止党籍", "除名")
#: What settles something due about a person.
CONTACT, CONCLUDE, TRANSFER, SUSPEND, DEPART = "contact", "end", "transfer", "suspend", "depart"


@dataclass(frozen=True, slots=True)
class Due:
    """Something to be done about a person: ``due_on`` is the first lawful day of ``next_step``, or its last for a
    duty; ``is_late`` when that day has passed (for a step that has become possible: when it has come)."""

    member: Member | None
    name: str
    place: str
    title: str
    rule: MembershipRule
    since: date
    due_on: date
    next_step: str
    is_late: bool
    #: What settles it: a deed about the person, or the code of a step of the transfer.
    deed: str
    circumstance: Circumstance | None = None
    transfer: Transfer | None = None

    @property
    def is_possible(self) -> bool:
        """Nobody has failed in anything: a step that may be taken has come within reach."""
        return self.is_late and self.next_step in POSSIBLE

    @property
    def word(self) -> str:
        return "可以办理" if self.is_possible else "逾期" if self.is_late else "未到期"


def of_user(user: User, on: date, branch: Branch | None = None) -> list[Due]:
    """Everything due about the people of one's part of the tree, of ``branch`` when given, and about their letters."""
    members = Member.objects.reachable_by(user, Right.ASK_TRANSFER)
    letters = Transfer.objects.reachable_by(user, Right.ASK_TRANSFER)
    if branch:
        members, letters = members.below(branch.path), letters.below(branch.path)
    return of_people(members, on, letters)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of coming and going concerns one branch: how many transfers are open, how much is late or possible."""

    transfers: int
    late: int
    coming: int


def waiting(user: User, branch: Branch, on: date) -> Waiting:
    """For the page of ``branch``. Four queries."""
    found = of_user(user, on, branch)
    open_ones = Transfer.objects.open().filter(Q(branch=branch) | Q(target=branch)).count()
    late = sum(due.is_late for due in found)
    return Waiting(open_ones, late, len(found) - late)


def of_people(members: QuerySet[Member], on: date, letters: QuerySet[Transfer] | None = None) -> list[Due]:
    """Everything due about ``members``, and about their letters or the given ones, the late first. Three queries."""
    keys = members.order_by().values("pk")
    if letters is None:
        letters = Transfer.objects.filter(member__in=keys)
    circumstances = (
        Circumstance.objects.filter(member__in=keys, until=None)
        .select_related("member__branch")
        .order_by("pk")
    )
    suspensions = (
        Suspension.objects.filter(member__in=keys, until=None).select_related("member__branch").order_by("pk")
    )
    return of_rows(list(circumstances), list(suspensions), _sent(letters), on)


def of_letters(letters: QuerySet[Transfer], on: date) -> list[Due]:
    """What is due about ``letters`` alone. One query."""
    return of_rows([], [], _sent(letters), on)


def _sent(letters: QuerySet[Transfer]) -> QuerySet[Transfer]:
    rows = letters.filter(state=Transfer.State.SENT).order_by("pk")
    return rows.select_related("member", "branch", "target")


def of_rows(
    circumstances: list[Circumstance], suspensions: list[Suspension], letters: Iterable[Transfer], on: date
) -> list[Due]:
    suspended: dict[UUID, Suspension] = {row.member_id: row for row in suspensions}
    found: list[Due] = [due for row in suspensions if (due := _of_suspension(row, on))]
    for row in circumstances:
        if row.member_id not in suspended:
            found += _of_circumstance(row, on)
    for letter in letters:
        found += _of_letter(letter, on)
    return sorted(found, key=lambda due: (not due.is_late, due.due_on, due.name))


def _of_circumstance(row: Circumstance, on: date) -> list[Due]:
    makers: dict[Kind, list[Callable[[Circumstance, date], Due | None]]] = {
        Kind.LOST: [_lost],
        Kind.ABROAD: [_contact, _abroad, _fixed_place],
        Kind.FLOATING: [_fixed_place, _floating],
        Kind.KEPT: [_kept],
        Kind.RECTIFYING: [_rectifying],
    }
    return [due for make in makers[Kind(row.kind)] if (due := make(row, on))]


def _step(row: Circumstance, rule: MembershipRule, title: str, step: str, deed: str, on: date) -> Due:
    """A step that becomes possible once the rule's time has passed."""
    first = rule.reached_on(row.since)
    return _due(row, rule, title, row.since, first, step, deed, is_late=on >= first)


def _due(
    row: Circumstance,
    rule: MembershipRule,
    title: str,
    since: date,
    due_on: date,
    step: str,
    deed: str,
    *,
    is_late: bool,
) -> Due:
    member = row.member
    return Due(
        member,
        member.name,
        member.branch.short_name,
        title,
        rule,
        since,
        due_on,
        step,
        is_late,
        deed,
        circumstance=row,
    )


def _lost(row: Circumstance, on: date) -> Due:
    return _step(row, LOST, "失去联系", "停止党籍", SUSPEND, on)


def _abroad(row: Circumstance, on: date) -> Due:
    return _step(row, ABROAD_TOO_LONG, "出国（境）未返回", "停止党籍", SUSPEND, on)


def _contact(row: Circumstance, on: date) -> Due:
    last = row.contacted_on or row.since
    due_on = CONTACTED.reached_on(last)
    return _due(row, CONTACTED, "出国（境）联系", last, due_on, "联系本人", CONTACT, is_late=on > due_on)


def _floating(row: Circumstance, on: date) -> Due:
    """JY-19 names no interval: the half-year of those abroad is shown, and nobody is late by it."""
    last = row.contacted_on or row.since
    due_on = FLOATING.reached_on(last)
    while due_on < on:
        due_on = FLOATING.reached_on(due_on)
    return _due(row, FLOATING, "流动党员", last, due_on, "保持联系", CONTACT, is_late=False)


def _fixed_place(row: Circumstance, on: date) -> Due | None:
    if not row.is_fixed_place:
        return None
    return _step(row, MUST_TRANSFER, "外出地点固定", "转移组织关系", TRANSFER, on)


def _kept(row: Circumstance, on: date) -> Due:
    due_on = row.due_on or KEPT.reached_on(row.since)
    return _due(row, KEPT, "毕业后保留期满", row.since, due_on, "转出组织关系", TRANSFER, is_late=on > due_on)


def _rectifying(row: Circumstance, on: date) -> Due:
    due_on = row.due_on or RECTIFIED.reached_on(row.since)
    return _due(row, RECTIFIED, "限期改正期满", row.since, due_on, "作出结论", CONCLUDE, is_late=on > due_on)


def _of_suspension(row: Suspension, on: date) -> Due | None:
    if row.ground != Suspension.Ground.LOST:
        return None
    first = LOST_REMOVED.reached_on(row.since)
    member = row.member
    place = member.branch.short_name
    late = on >= first
    return Due(member, member.name, place, "停止党籍", LOST_REMOVED, row.since, first, "除名", late, DEPART)


def _of_letter(row: Transfer, on: date) -> list[Due]:
    if row.issued_on is None:
        return []
    place = row.branch.short_name
    receipt = RECEIPT.reached_on(row.issued_on)
    facts: dict[str, Any] = {"member": row.member, "name": row.name, "place": place, "transfer": row}
    is_out = row.kind == Transfer.Kind.OUT
    if row.is_expired(on):
        assert row.valid_until
        due_on = row.valid_until + timedelta(days=1)
        is_too_late = on > REISSUED.reached_on(row.first_issued_on or row.issued_on)
        return [
            Due(
                title="介绍信过期未落转",
                rule=REISSUED,
                since=row.issued_on,
                due_on=due_on,
                next_step="撤回，按规定处理" if is_too_late else "重新开出",
                is_late=True,
                deed=("withdraw" if is_too_late else "reissue") if is_out else "refuse",
                **facts,
            )
        ]
    return [
        Due(
            title="等待回执" if is_out else "等待接收",
            rule=RECEIPT,
            since=row.issued_on,
            due_on=receipt,
            next_step="催办回执" if is_out else "接收或退回",
            is_late=on > receipt,
            deed="acknowledge" if is_out else "accept",
            **facts,
        )
    ]
