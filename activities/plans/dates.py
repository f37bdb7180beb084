"""The dates of a plan: computed from its line and the changes of single dates, never stored."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from activities.models import Plan, PlanChange
from activities.models.plans import LAST, Rhythm, Week, Weekday
from branches.models import Branch
from lib.periods import Period, month_of, quarter_of


@dataclass(frozen=True)
class Planned:
    """One date of a plan. ``planned_on`` names it; it is held on ``on``, unless it was called off."""

    plan: Plan
    planned_on: date
    on: date
    is_cancelled: bool = False
    reason: str = ""

    @property
    def is_moved(self) -> bool:
        return self.on != self.planned_on

    @property
    def topic(self) -> str:
        """The topic with its month filled in."""
        month = f"{self.on.month}月"
        return self.plan.topic.replace("{月}月", month).replace("{月}", month)

    @property
    def window(self) -> Period:
        """Within which a record meets it: the quarter of what is quarterly, else the month."""
        return quarter_of(self.on) if self.plan.rhythm == Rhythm.QUARTERLY else month_of(self.on)


def dates_of(plan: Plan, period: Period) -> list[date]:
    """The days of ``plan`` in ``period``, as planned, while its branch and its group are there."""
    if plan.rhythm == Rhythm.ONCE:
        days = [plan.since] if period.contains(plan.since) else []
    else:
        days = [_day_in(plan, month) for month in period.months() if _is_asked(plan, month)]
    return [day for day in days if plan.since <= day <= plan.until and exists_on(plan, day)]


def planned(plan: Plan, period: Period, changes: Mapping[date, PlanChange]) -> list[Planned]:
    """What ``plan`` comes to in ``period``: with what was moved into it and without what was moved out."""
    wide = Period(period.previous().start, period.next().end)
    found = [_changed(plan, day, changes.get(day)) for day in dates_of(plan, wide)]
    return [one for one in found if period.contains(one.on)]


def changes_of(plans: Iterable[Plan]) -> dict[int, dict[date, PlanChange]]:
    """Plan → planned date → its change. One query."""
    found: dict[int, dict[date, PlanChange]] = {}
    for change in PlanChange.objects.filter(plan__in=[plan.pk for plan in plans]):
        found.setdefault(change.plan_id, {})[change.planned_on] = change
    return found


def exists_on(plan: Plan, day: date) -> bool:
    branch: Branch = plan.branch
    return branch.exists_on(day) and (plan.group is None or plan.group.holds_on(day))


def in_words(plan: Plan) -> str:
    """每月15日, 每季度第二个月最后一个星期三, 2026年11月5日."""
    if plan.rhythm == Rhythm.ONCE:
        return f"{plan.since.year}年{plan.since.month}月{plan.since.day}日"
    if plan.rhythm == Rhythm.QUARTERLY:
        every = f"每季度第{'一二三'[(plan.month_of_quarter or 1) - 1]}个月"
    else:
        every = "每月"
    if plan.day:
        return f"{every}{plan.day}日"
    return f"{every}{Week(plan.week or 1).label}{Weekday(plan.weekday or 0).label}"


def _changed(plan: Plan, day: date, change: PlanChange | None) -> Planned:
    if change is None:
        return Planned(plan, day, day)
    return Planned(plan, day, change.moved_to or day, change.moved_to is None, change.reason)


def _is_asked(plan: Plan, month: Period) -> bool:
    return plan.rhythm != Rhythm.QUARTERLY or (month.start.month - 1) % 3 + 1 == plan.month_of_quarter


def _day_in(plan: Plan, month: Period) -> date:
    """The day of the rhythm in ``month``; the month's last where it is shorter."""
    year, number = month.start.year, month.start.month
    if plan.day:
        return date(year, number, min(plan.day, monthrange(year, number)[1]))
    weekday, week = plan.weekday or 0, plan.week or 1
    if week == LAST:
        return month.end - timedelta(days=(month.end.weekday() - weekday) % 7)
    return month.start + timedelta(days=(weekday - month.start.weekday()) % 7 + 7 * (week - 1))
