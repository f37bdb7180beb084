"""A branch's plan: its lines, the year beside what was held, one date moved, the workbook; all branches at a glance."""

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from activities.filters import YearFilter
from activities.kinds import Kind
from activities.models import Plan
from activities.models.plans import Rhythm
from activities.plan_forms import PlanDateForm, PlanForm
from activities.plans import beside, keeping
from activities.plans.beside import Beside, Line, State
from activities.plans.dates import Planned, changes_of, in_words
from activities.plans.keeping import PlanError
from activities.views.places import REFUSALS, require
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.dates import DateError, parse_date
from lib.periods import Period
from lib.sheets.outgoing import Outgoing, write_list
from lib.sheets.sending import send
from lib.sheets.writing import OutColumn, OutSheet

PER_PAGE = 50
YEARS_AROUND = 1
_COLUMNS = (
    OutColumn("计划日期", "date", 12),
    OutColumn("类型", width=16),
    OutColumn("党小组", width=14),
    OutColumn("计划主题", width=30),
    OutColumn("改期到", "date", 12),
    OutColumn("原因", width=24),
    OutColumn("情况", width=16),
    OutColumn("开展日期", "date", 12),
    OutColumn("活动主题", width=40),
)
#: What the list of branches counts of each plan.
FIGURES: Final = ("计划", "已开展", "未开展", "已取消", "未到期", "计划外")


@require_safe
def plan_list(request: AuthenticatedRequest) -> HttpResponse:
    """The branches one sees, in official order, each with its plan of the year beside what was held."""
    if not has_right(request.user, Right.SEE_FIGURES):
        raise PermissionDenied("计划由党支部和上级工作人员查看。")
    today = timezone.localdate()
    form = YearFilter(request.GET, today=today)
    rows = Branch.objects.visible_to(request.user).leaves().existing_on(today)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found = beside.of_branches(page, Period.year(form.asked_year), today)
    context = {
        "form": form,
        "page": page,
        "year": form.asked_year,
        "headings": FIGURES,
        "lines": [(branch, _figures(found[branch.pk])) for branch in page],
        "is_filtered": form.asked_year != today.year,
    }
    return render(request, "activities/plan_list.html", context)


def _figures(found: Beside) -> list[tuple[str, int]]:
    waiting = found.number(State.WAITING) + found.number(State.COMING)
    counted = [found.number(state) for state in (State.MET, State.NOT_HELD, State.CANCELLED)]
    numbers = (len(found.lines), *counted, waiting, len(found.unplanned))
    return list(zip(FIGURES, numbers, strict=True))


@require_safe
def plan_year(request: AuthenticatedRequest, pk: int, year: int) -> HttpResponse:
    branch, today = _branch(request, pk), timezone.localdate()
    if not _years(today).start <= year < _years(today).stop:
        raise Http404
    found = beside.of_branch(branch, Period.year(year), today)
    plans = list(Plan.objects.filter(branch=branch, until__gte=today).select_related("group", "branch"))
    writes = may(request.user, Right.RECORD, branch.path)
    context = {
        "branch": branch,
        "year": year,
        "years": _years(today),
        "beside": found,
        "lines": [(line, log_url(line.planned) if writes and _is_open(line) else "") for line in found.lines],
        "merged": beside.of_merged(branch, Period.year(year), today),
        "met": found.number(State.MET),
        "not_held": found.number(State.NOT_HELD),
        "plans": [(plan, in_words(plan)) for plan in plans],
        "writes": writes,
        "may_export": may(request.user, Right.EXPORT, branch.path),
        "lacks_theme_day": not _has_theme_day(plans) and year == today.year,
    }
    return render(request, "activities/plan_year.html", context)


def _is_open(line: Line) -> bool:
    return line.record is None and line.state is not State.CANCELLED


def _has_theme_day(plans: list[Plan]) -> bool:
    """A 主题党日 has one fairly fixed day a month (支部条例 16)."""
    return any(plan.kind == Kind.THEME_DAY and plan.rhythm == Rhythm.MONTHLY for plan in plans)


def log_url(one: Planned) -> str:
    """The quick record, filled in from the plan."""
    asked = {"branch": one.plan.branch_id, "plan": one.plan.pk, "date": one.on, "group": one.plan.group_id}
    asked = {name: value for name, value in asked.items() if value}
    return f"{reverse('activity_log', args=[one.plan.kind])}?{urlencode(asked)}"


@require_http_methods(["GET", "HEAD", "POST"])
def plan_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    branch, today = _branch(request, pk), timezone.localdate()
    require(request.user, Right.RECORD, branch)
    initial = {"since": today, "until": date(today.year, 12, 31)}
    form = PlanForm(request.POST or None, branch=branch, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan = keeping.add(branch, by=request.user, **form.cleaned_data)
        except PlanError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, f"已列入计划：{plan.get_kind_display()}，{in_words(plan)}。")
            return redirect("plan_year", pk, max(today.year, plan.since.year))
    context = {"branch": branch, "form": form, "year": today.year}
    return _shown(request, "activities/plan_add.html", context)


@require_POST
def plan_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    plan, today = _plan(request, pk), timezone.localdate()
    stays = keeping.end(plan, by=request.user, today=today)
    messages.success(request, "计划已结束，过去的日期仍保留。" if stays else "计划已删除。")
    return redirect("plan_year", plan.branch_id, today.year)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_date(request: AuthenticatedRequest, pk: int, day: str) -> HttpResponse:
    """Move one date, call it off, or with ``undo`` hold it as planned."""
    plan, on = _plan(request, pk), _day_or_404(day)
    if not keeping.has_date(plan, on):
        raise Http404
    change = changes_of([plan]).get(plan.pk, {}).get(on)
    if request.method == "POST" and "undo" in request.POST:
        keeping.restore(plan, on, by=request.user)
        messages.success(request, "已恢复原定日期。")
        return redirect("plan_year", plan.branch_id, on.year)
    initial = {"to": change.moved_to, "reason": change.reason} if change else {}
    form: forms.Form = PlanDateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _settle(plan, on, form.cleaned_data, request)
        except PlanError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("plan_year", plan.branch_id, on.year)
    context = {"plan": plan, "on": on, "change": change, "form": form, "rhythm": in_words(plan)}
    return _shown(request, "activities/plan_date.html", context)


def _settle(plan: Plan, on: date, sent: dict[str, Any], request: AuthenticatedRequest) -> None:
    if sent["to"]:
        keeping.move(plan, on, sent["to"], reason=sent["reason"], by=request.user)
        messages.success(request, "已改期。")
    else:
        keeping.cancel(plan, on, reason=sent["reason"], by=request.user)
        messages.success(request, "已取消这一次。")


@require_POST
@leaving
def plan_export(request: AuthenticatedRequest, pk: int, year: int) -> HttpResponseBase:
    branch, today = _branch(request, pk), timezone.localdate()
    if not may(request.user, Right.EXPORT, branch.path):
        raise PermissionDenied
    if not _years(today).start <= year < _years(today).stop:
        raise Http404
    found = beside.of_branch(branch, Period.year(year), today)
    rows = [*map(_cells, found.lines)]
    rows += [
        [None, str(record.get_kind_display()), "", "", None, "", "计划外", record.held_on, record.title]
        for record in found.unplanned
    ]
    audit.record("plan.export", by=request.user, on=branch, after={"rows": len(rows)})
    title = f"{branch.short_name}{year}年计划与开展情况"
    banner = [title, f"{request.user.name} 导出，{timezone.localtime():%Y-%m-%d %H:%M}，共 {len(rows)} 行。"]
    content = Outgoing(request.POST)
    write_list(content, [OutSheet("计划与开展", _COLUMNS, rows, banner)])
    return send(content, title)


def _cells(line: Line) -> list[object]:
    one, record = line.planned, line.record
    return [
        one.planned_on,
        str(one.plan.get_kind_display()),
        one.plan.group.name if one.plan.group else "",
        one.topic,
        one.on if one.is_moved else None,
        one.reason,
        line.word,
        record.held_on if record else None,
        record.title if record else "",
    ]


def _years(today: date) -> range:
    return range(today.year - YEARS_AROUND, today.year + YEARS_AROUND + 1)


def _branch(request: AuthenticatedRequest, pk: int) -> Branch:
    branch: Branch = get_visible_or_404(Branch.objects.leaves(), request.user, pk=pk)
    return branch


def _plan(request: AuthenticatedRequest, pk: int) -> Plan:
    rows = Plan.objects.select_related("branch", "group")
    plan: Plan = get_visible_or_404(rows, request.user, pk=pk)
    if not may(request.user, Right.RECORD, plan.branch_path):
        raise PermissionDenied(REFUSALS[Right.RECORD])
    return plan


def _day_or_404(text: str) -> date:
    try:
        day = parse_date(text)
    except DateError as error:
        raise Http404 from error
    if day is None:
        raise Http404
    return day


def _shown(request: AuthenticatedRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)
