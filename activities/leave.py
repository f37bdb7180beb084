"""Leave asked for before an activity: asked by the member, declined by the branch, withdrawn by the member.

Nobody has to agree: a request that holds prefills the roll of its day, and whoever takes attendance marks what was.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may
from members.models import Member

from .kinds import Expected, Kind, expected_of
from .models import LeaveRequest

State = LeaveRequest.State
REASON_LENGTH: Final = 60
ANSWER_LENGTH: Final = 100
FARTHEST: Final = timedelta(days=366)
#: Kinds with a list of expected people: whoever only takes part by choice needs no leave.
KINDS: Final = tuple(kind for kind in Kind if expected_of(kind) is not Expected.CHOSEN)


class LeaveError(ValueError):
    """It cannot be asked, declined or withdrawn; the message is for the user and belongs at ``field``."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def branches_of(member: Member) -> QuerySet[Branch]:
    """The branches whose activities the member is expected at today: his own, and where he takes part as a guest."""
    spells = member.spells.on(timezone.localdate())
    return Branch.objects.filter(pk__in=spells.values("branch")).order_by("order_key")


def ask(member: Member, branch: Branch, *, on: date, kind: str, reason: str, by: User | None) -> LeaveRequest:
    """Ask for leave, by the member himself. Audited, without the reason: it may be an illness."""
    if by is not None and member.account_id != by.pk:
        raise LeaveError("请假由党员本人提出。")
    _check(member, branch, on, kind, reason)
    try:
        with transaction.atomic():
            made = LeaveRequest.objects.create(
                member=member,
                branch=branch,
                branch_path=branch.path,
                on=on,
                kind=kind,
                reason=reason.strip(),
            )
            audit.record("leave.ask", by=by, on=made, after={"on": on.isoformat(), "kind": kind})
    except IntegrityError as error:
        raise LeaveError("这一天已经请过假。", "on") from error
    return made


def _check(member: Member, branch: Branch, on: date, kind: str, reason: str) -> None:
    today = timezone.localdate()
    if on < today:
        raise LeaveError("不能为过去的日子请假；到会情况登记错了的，请联系支部更正。", "on")
    if on - today > FARTHEST:
        raise LeaveError(f"最多提前一年请假，最晚到 {today + FARTHEST}。", "on")
    if not member.spells.on(on).filter(branch=branch).exists():
        raise LeaveError(f"您在这一天不属于{branch.short_name}。", "on")
    if kind and kind not in KINDS:
        raise LeaveError("这类活动自愿参加，不用请假。", "kind")
    if not reason.strip() or len(reason.strip()) > REASON_LENGTH:
        raise LeaveError(f"请写明事由，不超过 {REASON_LENGTH} 个字。", "reason")
    there = LeaveRequest.objects.asked().filter(member=member, branch=branch, on=on)
    if other := (there.filter(kind__in=["", kind]) if kind else there).first():
        raise LeaveError(f"这一天已经请过假（{other.what}），要改请先撤回那一条。", "on")


def decline(request: LeaveRequest, why: str, *, by: User) -> None:
    """The branch does not agree, and says why; the member may ask again."""
    if not may(by, Right.RECORD, request.branch_path):
        raise LeaveError("只有本支部书记、记录员或上级工作人员可以答复请假。")
    if not why.strip():
        raise LeaveError("请写一句不同意的理由。", "answer")
    with transaction.atomic():
        row = _held(request)
        row.state, row.answer, row.answered_by = State.DECLINED, why.strip()[:ANSWER_LENGTH], by
        row.save(update_fields=["state", "answer", "answered_by"])
        audit.record("leave.decline", by=by, on=row, after={"answer": row.answer})


def withdraw(request: LeaveRequest, *, by: User) -> None:
    """The member comes after all. When the day is over, the record says what was."""
    if request.member.account_id != by.pk:
        raise LeaveError("请假由本人撤回。")
    if request.on < timezone.localdate():
        raise LeaveError("这一天已经过去，不能再撤回；到会情况以支部的登记为准。")
    with transaction.atomic():
        row = _held(request)
        row.state = State.WITHDRAWN
        row.save(update_fields=["state"])
        audit.record("leave.withdraw", by=by, on=row)


def _held(request: LeaveRequest) -> LeaveRequest:
    row = LeaveRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not row.is_asked:
        raise LeaveError(f"这条请假{row.get_state_display()}，不能再改。")
    return row


def asked_for(branch: Branch, kind: str, day: date) -> dict[UUID, str]:
    """Person → reason of those who asked for leave of that kind on ``day``; one for the kind goes before the others."""
    if kind not in KINDS:
        return {}
    rows = LeaveRequest.objects.asked().filter(branch=branch, on=day, kind__in=["", kind]).order_by("kind")
    return dict(rows.values_list("member", "reason"))


def coming(branches: Iterable[Branch], today: date) -> list[LeaveRequest]:
    """What holds from today on, by day."""
    rows = LeaveRequest.objects.asked().from_day(today).filter(branch__in=list(branches))
    return list(rows.select_related("member").order_by("on", "member__name_order", "pk"))
