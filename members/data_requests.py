"""The verbs of what a member asks about his own data, and of the staff who answer within fifteen working days.

Contact data is deleted at his wish; party records are kept by the rules about them, so of those nothing but the
keeping may be stopped (个人信息保护法 47 II). The trail and the list keep no word of what was said.
"""

from datetime import date
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may
from lib.workdays import after_workdays

from . import tombstones
from .models import DataRequest, Member

Kind, State, Subject = DataRequest.Kind, DataRequest.State, DataRequest.Subject

#: Working days within which an answer is owed (T59: 15).
DAYS_TO_ANSWER: Final = 15
SAID_LENGTH: Final = 300
ANSWER_LENGTH: Final = 300
REFUSAL: Final = "个人信息请求由本人所在组织的上级工作人员答复。"
HELD: Final = (
    "党员档案、组织关系和组织生活记录依照党内法规应当保存，不能删除；"
    "可以答复“限制处理”（个人信息保护法第四十七条第二款）。"
)
RESTRICTED: Final = "本人已申请限制处理，联系方式和证件号码只保存、不查看。须使用的，请先与本人联系。"


class DataRequestError(ValueError):
    """It cannot be asked or answered so; the message is for the user and belongs at ``field``."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def ask(member: Member, kind: str, subject: str, said: str, *, by: User) -> DataRequest:
    """By the member himself. Audited without his words."""
    if member.account_id != by.pk:
        raise DataRequestError("请求由党员本人提出。")
    said = said.strip()
    if not said or len(said) > SAID_LENGTH:
        raise DataRequestError(f"请写明要求，不超过 {SAID_LENGTH} 个字。", "said")
    made = DataRequest(member=member, kind=kind, subject=subject)
    made.due_on = after_workdays(timezone.localdate(), DAYS_TO_ANSWER)
    made.said = said
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            audit.record("datarequest.ask", by=by, on=made, after={"kind": kind, "due_on": str(made.due_on)})
    except IntegrityError as error:
        raise DataRequestError("同样的请求已经提出，还没有答复。") from error
    return made


def may_answer(user: User, row: DataRequest) -> bool:
    """Never one's own."""
    return may(user, Right.KEEP_MEMBERS, row.member.branch_path) and row.member.account_id != user.pk


def answer(row: DataRequest, state: str, text: str, basis: str = "", *, by: User) -> None:
    """Done (of a deletion: the contact data is deleted at once), restricted, or refused with the article. Audited."""
    if not may_answer(by, row):
        raise DataRequestError(REFUSAL)
    text, basis = text.strip(), basis.strip()
    if not text or len(text) > ANSWER_LENGTH:
        raise DataRequestError(f"请写明答复，不超过 {ANSWER_LENGTH} 个字。", "answer")
    with transaction.atomic():
        member = Member.objects.select_for_update(of=("self",)).get(pk=row.member_id)
        current = DataRequest.objects.select_for_update(of=("self",)).get(pk=row.pk)
        _refuse(current, state, basis)
        if current.deletes_contacts and state == State.DONE:
            current.cleared = tombstones.clear(member)
        current.state, current.answer, current.basis = state, text, basis
        current.answered_by, current.answered_at = by, timezone.now()
        current.save()
        facts = {"state": state, "citation": basis, "fields": current.cleared}
        audit.record("datarequest.answer", by=by, on=current, after=facts)


def _refuse(row: DataRequest, state: str, basis: str) -> None:
    if not row.is_open:
        raise DataRequestError("这项请求已经答复过。")
    if state == State.DONE and row.is_held:
        raise DataRequestError(HELD, "state")
    if state == State.DONE and row.kind == Kind.RESTRICT:
        raise DataRequestError("同意限制处理的，请选“限制处理”。", "state")
    if state == State.RESTRICTED and row.kind == Kind.CORRECT:
        raise DataRequestError("更正请求只能答复“已办理”或“不予办理”。", "state")
    if state == State.REFUSED and len(basis) < 4:
        raise DataRequestError("不予办理的，请写明依据的法规和条款。", "basis")


def end_restriction(row: DataRequest, *, by: User) -> None:
    """By the member himself. Audited."""
    with transaction.atomic():
        current = DataRequest.objects.select_for_update(of=("self",)).select_related("member").get(pk=row.pk)
        if current.member.account_id != by.pk:
            raise DataRequestError("限制处理由本人取消。")
        if not current.is_restricting:
            raise DataRequestError("这项限制已经取消。")
        current.ended_at = timezone.now()
        current.save(update_fields=["ended_at"])
        audit.record("datarequest.end", by=by, on=current)


def is_restricted(member: Member) -> bool:
    """One query."""
    return DataRequest.objects.restricting().filter(member=member).exists()


def days_left(row: DataRequest, today: date) -> int:
    """Calendar days until an answer is owed; below zero when late."""
    return (row.due_on - today).days
