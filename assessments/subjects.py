"""One secretary of a round, locked for a change: for whoever keeps the round, or for himself."""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.roles import Right
from branches.scope import may
from lib.reasons import LEAST

from .models import Subject
from .refusals import NOT_A_KEEPER, AssessmentError
from .rounds import check_stage


def to_keep(subject: Subject, by: User, *states: str) -> Subject:
    """For staff of the round, about somebody else. The round is locked, too: no stage is passed meanwhile."""
    row = _locked(subject)
    if not may(by, Right.ASSESS, row.branch_path):
        raise AssessmentError(NOT_A_KEEPER)
    if row.member.account_id == by.pk:
        raise AssessmentError("自己的述职评议由另一人办理。")
    check_stage(row.round, *states)
    return row


def of_oneself(subject: Subject, by: User, *states: str) -> Subject:
    """For the secretary."""
    row = _locked(subject)
    if row.member.account_id != by.pk:
        raise AssessmentError("这一项由书记本人办理。")
    check_stage(row.round, *states)
    return row


def told(text: str, what: str, least: int = LEAST, most: int = 500) -> str:
    """The text without blanks around it; refused when it is too short or too long, by the name of what it is."""
    text = text.strip()
    if not least <= len(text) <= most:
        raise AssessmentError(f"请写明{what}，{least} 至 {most} 个字。")
    return text


def not_in_future(day: date, what: str) -> None:
    if day > timezone.localdate():
        raise AssessmentError(f"{what}不能晚于今天（{timezone.localdate():%Y-%m-%d}）。")


def neighbours(subject: Subject) -> tuple[Subject | None, Subject | None]:
    """Who speaks before and after. Two queries."""
    rows = Subject.objects.filter(round=subject.round_id).select_related("member", "report")
    at, key = subject.position, subject.pk
    before = Q(position__lt=at) | Q(position=at, pk__lt=key)
    behind = Q(position__gt=at) | Q(position=at, pk__gt=key)
    return (
        rows.filter(before).order_by("-position", "-pk").first(),
        rows.filter(behind).order_by("position", "pk").first(),
    )


def _locked(subject: Subject) -> Subject:
    rows = Subject.objects.select_for_update(of=("self", "round"))
    return rows.select_related("round__branch", "member", "branch").get(pk=subject.pk)
