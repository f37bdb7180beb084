"""免开: a branch asks not to hold for a time what is normally held (一般), staff above it agree or send it back.

What a text asks outright (应当) cannot be waived. A waiver leaves the duty exempt, with its reason, in every figure of
those months; a record that is entered all the same still counts.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may, may_restructure
from lib import reasons
from lib.among import among
from lib.periods import Period
from lib.severity import Severity

from . import local_duties, records
from .models import Waiver
from .regulations import KNOWN, NATIONAL, Rule

State = Waiver.State
_TITLES: Final = {rule.code: rule.title for rule in KNOWN}
LONGEST: Final = 12
NEWS: Final = timedelta(days=7)
SHOWN: Final = 12
#: The characters of a reason.
MOST: Final = 300


class WaiverError(ValueError):
    """It cannot be asked for or answered; the message is for the user."""


def ask(branch: Branch, codes: Collection[str], period: Period, reason: str, *, by: User) -> Waiver:
    """Of the sub-periods of the rules ``codes`` that lie within ``period``; it waits for an answer. Audited."""
    if not may(by, Right.EXPLAIN, branch.path):
        raise WaiverError("免开由党支部书记或者上级工作人员申请。")
    reason = reason.strip()
    if fault := reasons.fault(reason, most=MOST):
        raise WaiverError(fault)
    if fault := fault_of(branch, codes, period):
        raise WaiverError(fault)
    with transaction.atomic():
        records.lock(branch)
        if (before := _standing(branch, codes, period)) is not None:
            raise WaiverError(f"{titles(before.codes)}在这段时间{before.get_state_display()}，不用再申请。")
        made = Waiver.objects.create(
            branch=branch,
            branch_path=branch.path,
            codes=sorted(codes),
            start=period.start,
            end=period.end,
            reason=reason,
            by=by,
        )
        after = {"codes": made.codes, "period": period.code, "reason": reason}
        audit.record("waiver.ask", by=by, on=made, after=after)
    return made


def fault_of(branch: Branch, codes: Collection[str], period: Period) -> str:
    """Why these rules cannot be waived for ``period``; empty when they can."""
    if not branch.is_leaf:
        return "免开由党支部申请。"
    if not codes:
        return "请选择免开什么。"
    for rule in NATIONAL:
        if rule.code in codes and rule.severity is Severity.MUST:
            return f"{rule.title}是“应当”的要求，不能申请免开（{rule.article}）。"
    asked = rules_during(period)
    if unknown := set(codes) - {rule.code for rule in asked}:
        return f"这段时间没有“{_TITLES.get(min(unknown), min(unknown))}”这项规定。"
    if len(period.months()) > LONGEST:
        return f"一次最多申请 {LONGEST} 个月。"
    for rule in asked:
        if rule.code in codes and not rule.spans(period):
            return f"{period.label}里没有完整的{_span(rule)}，{rule.title}没有可以免开的。"
    return ""


def rules_during(period: Period) -> list[Rule]:
    """What may be waived: whatever is normally asked, by the texts or the university. One query."""
    return [rule for rule in local_duties.during(period).rules if rule.severity is Severity.NORMALLY]


def accept(waiver: Waiver, *, by: User) -> None:
    """From now on nothing is asked of the branch for that time. Audited."""
    with transaction.atomic():
        row = _locked(waiver, by)
        if not row.is_waiting:
            raise WaiverError("这份申请已经答复过。")
        row.state = State.ACCEPTED
        _answer(row, by, "waiver.agree", {"state": row.state})


def send_back(waiver: Waiver, why: str, *, by: User) -> None:
    """Not agreed to, or agreed to no longer: what was not held is owed again. Audited."""
    why = why.strip()
    if fault := reasons.fault(why, "退回原因", most=MOST):
        raise WaiverError(fault)
    with transaction.atomic():
        row = _locked(waiver, by)
        if row.state == State.RETURNED:
            raise WaiverError("这份申请已经退回。")
        row.state, row.returned_why = State.RETURNED, why
        _answer(row, by, "waiver.turn_down", {"state": row.state, "returned_why": why})


def titles(codes: Sequence[str]) -> str:
    """What is waived, in words, in the order of the rules."""
    return "、".join(title for code, title in _TITLES.items() if code in codes)


def period_of(waiver: Waiver) -> Period:
    return Period(waiver.start, waiver.end)


def accepted_for(branches: Sequence[int], period: Period) -> dict[int, list[Waiver]]:
    """Branch → what was agreed to for any part of ``period``, the earliest first. One query."""
    found: dict[int, list[Waiver]] = {}
    rows = Waiver.objects.accepted().filter(
        among("branch", branches), start__lte=period.end, end__gte=period.start
    )
    for row in rows.order_by("at", "pk"):
        found.setdefault(row.branch_id, []).append(row)
    return found


def news_of(branch: Branch, now: datetime) -> list[tuple[Waiver, str]]:
    """What waits for an answer or was answered within a week, with what it is about; the latest first. One query."""
    return _titled(branch.waivers.filter(Q(state=State.WAITING) | Q(answered_at__gte=now - NEWS)))


def latest(branch: Branch) -> list[tuple[Waiver, str]]:
    """The last ones of the branch, each with what it is about. One query."""
    return _titled(branch.waivers.all()[:SHOWN])


def _titled(rows: Iterable[Waiver]) -> list[tuple[Waiver, str]]:
    return [(row, titles(row.codes)) for row in rows]


def _standing(branch: Branch, codes: Collection[str], period: Period) -> Waiver | None:
    """One that asks or already holds for one of ``codes`` in part of ``period``."""
    rows = Waiver.objects.filter(branch=branch, start__lte=period.end, end__gte=period.start)
    standing = rows.exclude(state=State.RETURNED)
    return next((row for row in standing if set(row.codes) & set(codes)), None)


def _span(rule: Rule) -> str:
    return {"month": "月份", "quarter": "季度", "year": "年度"}[rule.every.value]


def _locked(waiver: Waiver, by: User) -> Waiver:
    row = Waiver.objects.select_for_update(of=("self",)).select_related("branch").get(pk=waiver.pk)
    if not may_restructure(by, row.branch_path):
        raise WaiverError("免开申请由上级党组织的工作人员答复。")
    if row.by_id == by.pk:
        raise WaiverError("自己提出的申请由另一人答复。")
    return row


def _answer(row: Waiver, by: User, action: str, after: dict[str, str]) -> None:
    row.answered_by, row.answered_at = by, timezone.now()
    row.save(update_fields=["state", "returned_why", "answered_by", "answered_at"])
    audit.record(action, by=by, on=row, after=after)
