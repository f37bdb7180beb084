"""The verbs of plans: add a line, end it, move or call off one of its dates, and take that back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from activities.kinds import Kind
from activities.models import Plan, PlanChange
from activities.models.plans import Rhythm
from branches.models import Branch
from branches.roles import Right
from branches.scope import may
from lib.periods import Period, month_of

from .dates import dates_of, exists_on, in_words

#: What makes two lines the same: they would only say twice what is planned once.
SAME = ("group", "kind", "rhythm", "month_of_quarter", "day", "week", "weekday")
LONGEST_YEARS = 5


class PlanError(ValueError):
    """It cannot be planned so; the message is for the user, ``field`` the one of the form that it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def add(branch: Branch, *, by: User, **facts: Any) -> Plan:
    """A line of the branch's plan. Audited."""
    _check_right(by, branch.path)
    plan = Plan(branch=branch, branch_path=branch.path, entered_by=by, **facts)
    _check_rhythm(plan)
    _check_days(plan)
    with transaction.atomic():
        Branch.objects.select_for_update().only("pk").get(pk=branch.pk)
        _check_single(plan)
        plan.save()
        audit.record("plan.add", by=by, on=plan, after=_said(plan))
    return plan


def end(plan: Plan, *, by: User, today: date) -> bool:
    """No date of it comes any more from ``today`` on; one that has had none goes altogether. Returns whether any of
    it stays. Audited.
    """
    _check_right(by, plan.branch_path)
    with transaction.atomic():
        current = _locked(plan)
        last = today - timedelta(days=1)
        before = _said(current)
        stays = current.since <= last and bool(_dates_until(current, last))
        if stays:
            current.until = min(current.until, last)
            current.save()
            current.changes.filter(planned_on__gt=current.until).delete()
            audit.record("plan.end", by=by, on=current, before=before, after=_said(current))
        else:
            audit.record("plan.delete", by=by, on=current, before=before)
            current.delete()
    return stays


def move(plan: Plan, planned_on: date, to: date, *, reason: str, by: User) -> None:
    """Hold on ``to`` what was planned for ``planned_on``. Audited."""
    if to == planned_on:
        raise PlanError("改期后的日期与原定日期相同。", "to")
    if not exists_on(plan, to):
        raise PlanError(f"“{plan.branch.short_name}”在这一天尚未成立或已撤销，请另选日期。", "to")
    _change(plan, planned_on, to, reason, by, "plan.move")


def cancel(plan: Plan, planned_on: date, *, reason: str, by: User) -> None:
    """Call off one date. Audited."""
    _change(plan, planned_on, None, reason, by, "plan.cancel")


def restore(plan: Plan, planned_on: date, *, by: User) -> None:
    """The date is held as it was planned. Audited."""
    _check_right(by, plan.branch_path)
    with transaction.atomic():
        found = PlanChange.objects.filter(plan=plan, planned_on=planned_on).first()
        if found:
            audit.record(
                "plan.restore", by=by, on=plan, before={"on": str(planned_on), "reason": found.reason}
            )
            found.delete()


def has_date(plan: Plan, day: date) -> bool:
    return day in dates_of(plan, month_of(day))


def _change(plan: Plan, planned_on: date, to: date | None, reason: str, by: User, deed: str) -> None:
    _check_right(by, plan.branch_path)
    if not reason.strip():
        raise PlanError("请写明原因。", "reason")
    with transaction.atomic():
        current = _locked(plan)
        if not has_date(current, planned_on):
            raise PlanError("计划已经变动，没有这一天了。")
        taken = PlanChange.objects.filter(plan=plan, moved_to=to).exclude(planned_on=planned_on)
        if to and (to in dates_of(current, month_of(to)) or taken.exists()):
            raise PlanError("同一条计划在这一天已有一次，请另选日期。", "to")
        facts: Mapping[str, Any] = {"moved_to": to, "reason": reason.strip(), "entered_by": by}
        more = {"branch_path": current.branch_path, "entered_at": timezone.now()}
        PlanChange.objects.update_or_create(plan=current, planned_on=planned_on, defaults={**facts, **more})
        after = {"on": str(planned_on), "moved_to": str(to or ""), "reason": reason.strip()}
        audit.record(deed, by=by, on=current, after=after)


def _check_right(by: User, path: str) -> None:
    if not may(by, Right.RECORD, path):
        raise PlanError("由本支部书记、记录员或上级工作人员安排。")


def _check_rhythm(plan: Plan) -> None:
    if (plan.kind == Kind.GROUP_MEETING) != (plan.group is not None):
        raise PlanError("党小组会请选择党小组，其他类型不选。", "group")
    if plan.group and plan.group.branch_id != plan.branch_id:
        raise PlanError("请选择本支部的党小组。", "group")
    if plan.rhythm == Rhythm.ONCE:
        plan.day = plan.week = plan.weekday = plan.month_of_quarter = None
        plan.until = plan.since
        return
    if plan.rhythm == Rhythm.MONTHLY:
        plan.month_of_quarter = None
    elif not plan.month_of_quarter:
        raise PlanError("请选择在季度中的第几个月。", "month_of_quarter")
    if plan.day:
        if plan.week is not None or plan.weekday is not None:
            raise PlanError("“几号”和“第几个星期几”只填一种。", "day")
    elif plan.week is None or plan.weekday is None:
        raise PlanError("请填写几号，或者选择第几个星期几。", "day")


def _check_days(plan: Plan) -> None:
    branch = plan.branch
    if plan.until is None:
        raise PlanError("请选择计划到哪一天为止。", "until")
    if plan.until < plan.since:
        raise PlanError("结束日期不能早于开始日期。", "until")
    if plan.until.year - plan.since.year > LONGEST_YEARS:
        raise PlanError(f"一条计划最长 {LONGEST_YEARS} 年，请缩短，到时再续。", "until")
    if plan.starts_at and plan.ends_at and plan.ends_at <= plan.starts_at:
        raise PlanError("结束时间应晚于开始时间。", "ends_at")
    if plan.ends_at and not plan.starts_at:
        raise PlanError("填了结束时间，请同时填写开始时间。", "starts_at")
    if branch.founded_on and plan.since < branch.founded_on:
        raise PlanError(f"“{branch.short_name}”于 {branch.founded_on} 成立，计划不能早于这一天。", "since")
    if branch.dissolved_on and plan.until >= branch.dissolved_on:
        field = "since" if plan.rhythm == Rhythm.ONCE else "until"
        raise PlanError(f"“{branch.short_name}”于 {branch.dissolved_on} 撤销，计划须在此以前结束。", field)
    if not _dates_until(plan, plan.until):
        raise PlanError(f"这段时间里没有{in_words(plan)}，请核对起止日期。", "until")


def _check_single(plan: Plan) -> None:
    alike = {name: getattr(plan, name) for name in SAME}
    rows = Plan.objects.filter(branch=plan.branch, since__lte=plan.until, until__gte=plan.since, **alike)
    if rows.exists():
        group = f"（{plan.group.name}）" if plan.group else ""
        said = f"本支部在这段时间已有同样的计划：{in_words(plan)}，{plan.get_kind_display()}{group}。"
        raise PlanError(said, "kind")


def _dates_until(plan: Plan, last: date) -> list[date]:
    whole = Period(month_of(plan.since).start, month_of(last).end)
    return [day for day in dates_of(plan, whole) if day <= last]


def _locked(plan: Plan) -> Plan:
    Branch.objects.select_for_update().only("pk").get(pk=plan.branch_id)
    return Plan.objects.select_related("branch", "group").get(pk=plan.pk)


def _said(plan: Plan) -> dict[str, Any]:
    days = {"since": str(plan.since), "until": str(plan.until)}
    return {"kind": plan.kind, "rhythm": in_words(plan), **days, "place": plan.place, "topic": plan.topic}
