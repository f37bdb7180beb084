"""Noting the approval and the filing of a branch's founding or end, by staff who keep branches (支部条例 6, ZB-05)."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may

from .models import SetUpPaper

Deed = SetUpPaper.Deed


class PaperError(ValueError):
    """It cannot be noted; the message is for the user and belongs at ``field``."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def note(
    branch: Branch,
    deed: str,
    *,
    number: str,
    approved_on: date,
    requested_on: date | None = None,
    filed_on: date | None = None,
    by: User,
) -> SetUpPaper:
    """Note it, or put right what was noted. Audited with what stood before."""
    if not may(by, Right.KEEP_BRANCHES, branch.path):
        raise PaperError("批复和备案由组织部和二级党组织工作人员登记。")
    _check(branch, deed, number.strip(), approved_on, requested_on, filed_on)
    facts = {
        "number": number.strip(),
        "requested_on": requested_on,
        "approved_on": approved_on,
        "filed_on": filed_on,
    }
    with transaction.atomic():
        Branch.objects.select_for_update().get(pk=branch.pk)
        earlier = SetUpPaper.objects.filter(branch=branch, deed=deed).first()
        before = {name: _said(getattr(earlier, name)) for name in facts} if earlier else {}
        values = {**facts, "by": by, "at": timezone.now(), "branch_path": branch.path}
        paper, _ = SetUpPaper.objects.update_or_create(branch=branch, deed=deed, defaults=values)
        after = {"deed": deed, **{name: _said(value) for name, value in facts.items()}}
        audit.record("branch.paper", by=by, on=paper, before=before, after=after)
    return paper


def deeds_of(branch: Branch) -> list[Deed]:
    return [Deed.FOUNDED, *([Deed.ENDED] if branch.dissolved_on else [])]


def _check(
    branch: Branch,
    deed: str,
    number: str,
    approved_on: date,
    requested_on: date | None,
    filed_on: date | None,
) -> None:
    if not branch.is_leaf or deed not in deeds_of(branch):
        raise PaperError("只登记党支部成立的批复；撤销的批复在撤销以后登记。")
    if not number:
        raise PaperError("请写明批复文号。", "number")
    today = timezone.localdate()
    for name, day in (("approved_on", approved_on), ("requested_on", requested_on), ("filed_on", filed_on)):
        if day and day > today:
            raise PaperError(f"日期不能晚于今天（{today:%Y-%m-%d}）。", name)
    if requested_on and requested_on > approved_on:
        raise PaperError("请示日期不能晚于批复日期，请核对。", "requested_on")
    if filed_on and filed_on < approved_on:
        raise PaperError("备案日期不能早于批复日期，请核对。", "filed_on")


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
