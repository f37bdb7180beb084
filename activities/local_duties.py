"""Local duties: off until the university switches them on, each from the start of a quarter and with its document.

A version is never edited. It is ended and followed by another, neither reaching into a quarter that is over: what was
judged stays judged. Before a change is made one sees which branches it would concern
(:mod:`activities.rule_changes`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import has_right
from lib.dated import overlaps
from lib.periods import Period, quarter_of

from .models import LocalDuty
from .regulations import NATIONAL, TEMPLATES, Every, Rule

#: The template of a pause: months in which nothing monthly is asked.
PAUSE: Final = "LOCAL-PAUSE"
#: Seven months of a year without any duty would be no holidays.
_MONTHS_MOST: Final = 6
_COUNT_MOST: Final = 10
TITLES: Final = {PAUSE: "寒暑假", **{rule.code: rule.title for rule in TEMPLATES}}


class LocalDutyError(ValueError):
    """It cannot be switched on or off; the message is for the user."""


@dataclass(frozen=True)
class Pause:
    """Months in which nothing that is asked every month is asked of the branches of ``category``."""

    months: frozenset[int]
    category: str
    citation: str
    span: tuple[date, date | None]

    def covers(self, rule: Rule, sub: Period, category: str) -> bool:
        since, until = self.span
        return (
            rule.every is Every.MONTH
            and sub.start.month in self.months
            and since <= sub.start
            and (until is None or sub.end <= until)
            and self.category in ("", category)
        )


@dataclass(frozen=True)
class InForce:
    """What is asked in a time: the national rules and the local ones, and the pauses from them."""

    rules: tuple[Rule, ...]
    pauses: tuple[Pause, ...]

    def paused(self, rule: Rule, sub: Period, category: str) -> str:
        """Why nothing is asked of the branches of ``category`` in the sub-period; empty when it is."""
        for pause in self.pauses:
            if pause.covers(rule, sub, category):
                return f"寒暑假，不作要求（{pause.citation}）。"
        return ""


def during(period: Period) -> InForce:
    """One query."""
    return of_rows(rows_during(period))


def rows_during(period: Period) -> QuerySet[LocalDuty]:
    """The versions in force at any time of ``period``, by rule and time."""
    return LocalDuty.objects.filter(overlaps(period.start, period.end)).order_by("code", "since")


def of_rows(rows: Iterable[LocalDuty]) -> InForce:
    templates = {rule.code: rule for rule in TEMPLATES}
    local, pauses = [], []
    for row in rows:
        if row.code == PAUSE:
            months = frozenset(map(int, row.months))
            pauses.append(Pause(months, row.category, row.citation, (row.since, row.until)))
        elif row.code in templates:
            local.append(
                replace(
                    templates[row.code],
                    count=row.count,
                    category=row.category,
                    article=row.citation,
                    since=row.since,
                    until=row.until,
                )
            )
    return InForce((*NATIONAL, *local), tuple(pauses))


def drafted(
    code: str, *, since: Period, citation: str, count: int = 1, months: Sequence[int] = (), category: str = ""
) -> LocalDuty:
    """A version as it would be, not written yet."""
    return LocalDuty(
        code=code,
        count=count,
        months=sorted(months),
        category=category,
        citation=citation.strip(),
        since=since.start,
    )


def fault_of(draft: LocalDuty, today: date) -> str:
    """Why it cannot be switched on; empty when it can."""
    if draft.code not in TITLES:
        return f"没有“{draft.code}”这项规定。"
    if not draft.citation:
        return "请写明依据的文件名称、文号和条款。"
    if draft.category and draft.category not in Branch.Category:
        return "请选择适用的党支部。"
    if draft.since != quarter_of(draft.since).start:
        return "请从一个季度的第一天起。"
    if draft.since < quarter_of(today).start:
        return "已结束的季度不能再改，请从本季度或以后的季度开始。"
    if not 1 <= draft.count <= _COUNT_MOST:
        return f"每期次数应为 1 至 {_COUNT_MOST}。"
    named = set(draft.months) & set(range(1, 13))
    if draft.code == PAUSE and not 1 <= len(named) == len(draft.months) <= _MONTHS_MOST:
        return f"请选择 1 至 {_MONTHS_MOST} 个月份。"
    if not _branches(draft, today):
        return f"现在没有{draft.get_category_display()}党支部，这条规定不会要求任何支部，请改选适用的支部。"
    running = LocalDuty.objects.filter(code=draft.code).filter(
        Q(until__isnull=True) | Q(until__gte=draft.since)
    )
    if (before := running.order_by("since").first()) is not None:
        return f"“{TITLES[draft.code]}”从{before.since:%Y年%m月}起已经启用，同一时间只能有一种，请先停用。"
    return ""


def _branches(draft: LocalDuty, today: date) -> bool:
    """Whether there is any that would be asked: of functional ones nothing is."""
    rows = Branch.objects.filter(level=Branch.Level.BRANCH).existing_on(today)
    rows = rows.exclude(form=Branch.Form.FUNCTIONAL)
    return (rows.filter(category=draft.category) if draft.category else rows).exists()


def switch_on(draft: LocalDuty, *, by: User, today: date) -> LocalDuty:
    """Let ``draft`` hold from its quarter on. Audited."""
    _require(by)
    with transaction.atomic():
        list(LocalDuty.objects.select_for_update().filter(code=draft.code))
        if fault := fault_of(draft, today):
            raise LocalDutyError(fault)
        draft.by = by
        draft.save()
        after = {"since": draft.since.isoformat(), "citation": draft.citation, "category": draft.category}
        audit.record("localduty.switch_on", by=by, on=draft, after=after)
    return draft


def switch_off(row: LocalDuty, last: Period, *, by: User, today: date) -> None:
    """Let it hold for the last time in the quarter ``last``; one that has not begun is taken away whole. Audited."""
    _require(by)
    with transaction.atomic():
        current = LocalDuty.objects.select_for_update().get(pk=row.pk)
        if current.until is not None and current.until <= last.end:
            raise LocalDutyError("这条规定已经停用。")
        if last.end < quarter_of(today).previous().end:
            raise LocalDutyError("已结束的季度不能再改，最早从本季度起停用。")
        audit.record("localduty.switch_off", by=by, on=current, after={"until": last.end.isoformat()})
        if last.end < current.since:
            current.delete()
        else:
            current.until = last.end
            current.save(update_fields=["until"])


def _require(by: User) -> None:
    if not has_right(by, Right.KEEP_RULES):
        raise LocalDutyError("校内规定由学校党委组织部维护。")
