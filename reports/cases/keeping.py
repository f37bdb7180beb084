"""The verbs of a case report: written, changed, withdrawn, brought back. Each is audited; every version is kept."""

from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch, BranchQuerySet
from branches.roles import Right
from branches.scope import may
from lib.periods import Period
from reports.models import CaseReport

from .placeholders import Names, PlaceholderError, text_in_codes

MOST: Final = 20_000
_TAKEN: Final = "{}已有名为“{}”的案例报告，请换一个名称。"


class CaseError(ValueError):
    """It cannot be done; the message is for the user, ``field`` the one it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Conflict(CaseError):
    """Somebody else was faster; what he wrote stands, and what was typed is shown beside it."""


@dataclass(frozen=True)
class Facts:
    """What is written. ``text`` has its placeholders in words or by their codes."""

    name: str
    title: str
    text: str
    period: Period


def writable_organisations(user: User) -> BranchQuerySet:
    """The organisations about which ``user`` may write."""
    return Branch.objects.reachable_by(user, Right.WRITE_CASES).existing_on(timezone.localdate())


def write(branch: Branch, facts: Facts, *, by: User | None) -> CaseReport:
    """A new report about ``branch``; nobody in particular writes that of the demo."""
    if by and not may(by, Right.WRITE_CASES, branch.path):
        raise CaseError(f"{branch.short_name}的案例报告由它的工作人员撰写。", "branch")
    with transaction.atomic():
        row = CaseReport(branch=branch, branch_path=branch.path, author=by)
        _fill(row, facts)
        _save(row, by)
        audit.record("case.add", by=by, on=row, after=_told(row))
    return row


def change(report: CaseReport, facts: Facts, *, version: int, by: User) -> None:
    with transaction.atomic():
        row = _locked(report, version, by)
        if row.is_withdrawn:
            raise CaseError("这份报告已经撤回，恢复以后才能修改。")
        before = _told(row)
        _fill(row, facts)
        row.version += 1
        _save(row, by)
        audit.record("case.change", by=by, on=row, before=before, after=_told(row))


def withdraw(report: CaseReport, *, version: int, by: User) -> None:
    """Nobody reads it any more but those who may bring it back."""
    with transaction.atomic():
        row = _locked(report, version, by)
        if row.is_withdrawn:
            raise CaseError("这份报告已经撤回。")
        row.withdrawn_at = timezone.now()
        row.version += 1
        _save(row, by)
        audit.record("case.withdraw", by=by, on=row)


def restore(report: CaseReport, *, version: int, by: User) -> None:
    with transaction.atomic():
        row = _locked(report, version, by)
        if not row.is_withdrawn:
            raise CaseError("这份报告没有撤回。")
        row.withdrawn_at = None
        row.version += 1
        _save(row, by)
        audit.record("case.reopen", by=by, on=row)


def _locked(report: CaseReport, version: int, by: User) -> CaseReport:
    rows = CaseReport.objects.select_for_update(of=("self",)).select_related("branch")
    row = rows.get(pk=report.pk)
    if not may(by, Right.WRITE_CASES, row.branch_path):
        raise CaseError(f"{row.branch.short_name}的案例报告由它的工作人员撰写。")
    if row.version != version:
        raise Conflict("这份报告刚被改过。您写的内容还在下面，请核对后再保存。")
    return row


def _fill(row: CaseReport, facts: Facts) -> None:
    text = facts.text.replace("\r\n", "\n").strip()
    if len(text) > MOST:
        raise CaseError(f"正文最多 {MOST} 字。", "text")
    if facts.period.start > timezone.localdate():
        raise CaseError(f"{facts.period.label}还没有开始，请选择已经开始的期间。", "period")
    try:
        row.text = text_in_codes(text, Names(row.branch), timezone.localdate())
    except PlaceholderError as fault:
        raise CaseError(str(fault), "text") from None
    row.name, row.title, row.period_code = facts.name, facts.title, facts.period.code


def _save(row: CaseReport, by: User | None) -> None:
    row._history_user = by  # type: ignore[attr-defined]  # of simple_history
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise CaseError(_TAKEN.format(row.branch.short_name, row.name), "name") from None


def _told(row: CaseReport) -> dict[str, str]:
    """What the trail says; the text itself stands in the version of that number."""
    return {
        "name": row.name,
        "title": row.title,
        "period_code": row.period_code,
        "version": str(row.version),
    }
