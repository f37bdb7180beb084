"""The verbs of a member who finds himself marked wrongly: he says so, whoever takes attendance answers.

An appeal changes nothing by itself: the record is corrected on its own form, or not, and the answer says which.
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may
from members.models import Member

from . import records
from .models import Activity, Appeal, AttendanceChange
from .refusals import RecordError

State = Appeal.State
SAID_LENGTH: Final = 60
ANSWER_LENGTH: Final = 100


def ask(activity: Activity, member: Member, said: str, *, by: User) -> Appeal:
    """By the member himself, of his own mark. Audited, without the sentence: it may tell of an illness."""
    if member.account_id != by.pk:
        raise RecordError("更正由党员本人提出。")
    said = said.strip()
    if not said or len(said) > SAID_LENGTH:
        raise RecordError(f"请用一句话写明哪里不对，不超过 {SAID_LENGTH} 个字。")
    try:
        with transaction.atomic():
            records.lock(activity.branch)
            current = Activity.objects.get(pk=activity.pk)
            if current.is_withdrawn or not current.attendances.filter(member=member).exists():
                raise RecordError("这条记录已撤回，或名单里已没有您，不用更正。")
            made = Appeal.objects.create(
                activity=current,
                branch_path=current.branch_path,
                member=member,
                said=said,
                version=current.version,
            )
            audit.record("appeal.ask", by=by, on=made)
    except IntegrityError as error:
        raise RecordError("已经提出过，支部还没有答复。") from error
    return made


def answer(row: Appeal, text: str, *, is_corrected: bool, by: User) -> None:
    """Say whether the mark was corrected, in a sentence the member reads. Audited."""
    if not may(by, Right.TAKE_ATTENDANCE, row.branch_path):
        raise RecordError("只有本支部书记、记录员、考勤员或上级工作人员可以答复。")
    text = text.strip()
    if not text or len(text) > ANSWER_LENGTH:
        raise RecordError(f"请写一句答复，不超过 {ANSWER_LENGTH} 个字。")
    with transaction.atomic():
        records.lock(row.activity.branch)
        current = Appeal.objects.select_related("activity").get(pk=row.pk)
        if fault := fault_of_answering(current):
            raise RecordError(fault)
        if is_corrected and not _is_changed(current):
            raise RecordError(f"{row.member.name}的到会情况还没有改。请先修改记录，再答复“已更正”。")
        current.state = State.CORRECTED if is_corrected else State.KEPT
        current.answer, current.answered_by, current.answered_at = text, by, timezone.now()
        current.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        audit.record("appeal.answer", by=by, on=current, after={"state": current.state})


def fault_of_answering(row: Appeal) -> str:
    """Why nothing is to be answered any more; empty while it is."""
    if not row.is_open:
        return "这条申请已经答复过。"
    return "这条记录已撤回，不用再答复。" if row.activity.is_withdrawn else ""


def _is_changed(row: Appeal) -> bool:
    changes = AttendanceChange.objects.filter(activity=row.activity_id, member=row.member_id)
    return changes.filter(version__gt=row.version).exists()


def waiting_for(branch: Branch) -> list[Appeal]:
    """What whoever takes attendance has still to answer, the oldest first. One query."""
    rows = Appeal.objects.waiting().filter(branch_path=branch.path).select_related("activity", "member")
    return list(rows.order_by("asked_at", "pk"))


def latest_of(member: Member, activities: Iterable[UUID]) -> dict[UUID, Appeal]:
    """Record → the last thing the member said against it. One query."""
    rows = Appeal.objects.filter(member=member, activity__in=list(activities)).order_by("asked_at", "pk")
    return {row.activity_id: row for row in rows}
