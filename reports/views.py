"""Pages of figures: the way home, dashboard, statistics, and the lists behind every number."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.models import User
from accounts.proof import confirmed
from activities.models import Activity
from activities.views.home import secretary_home
from branches.roles import STAFF, THREE_ADMINS, Right, Role
from branches.scope import get_visible_or_404, has_right, headed_stations, lone_branch, roles_of
from jobs import running
from jobs.models import Job
from lib.media_types import PDF
from lib.periods import quarter_of
from lib.sheets.outgoing import Outgoing
from lib.typesetting import CannotTypeset
from reminders import chasing, health
from reminders.chasing import ChaseError
from reminders.items import items_at_home

from . import dashboard as boards
from . import desk, drilldown, links, list_sheets, quarterly, records, rollup, table, workbook
from . import quarter_paper as paper
from .closing import notices
from .definitions import definitions
from .filters import DutyFilter, FigureFilter, RecordFilter, period_or_404

PER_PAGE = 50
#: For so long a workbook is waited for before the page of its job is shown.
SECONDS_FOR_WORKBOOK = 5


def check_figures(user: User) -> None:
    if not has_right(user, Right.SEE_FIGURES):
        raise PermissionDenied


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Everybody's way in, by what they mostly do here."""
    user, roles = request.user, roles_of(request.user)
    if roles & STAFF:
        return staff_home(request)
    if Role.LEADER in roles:
        return redirect("dashboard")
    if roles & THREE_ADMINS:
        return redirect("admin:index")
    if has_right(user, Right.TAKE_ATTENDANCE):
        return secretary_home(request, items_at_home)
    return redirect("station_list" if headed_stations(user) else "me")


def staff_home(request: AuthenticatedRequest) -> HttpResponse:
    today = timezone.localdate()
    asked = FigureFilter(QueryDict(), user=request.user, today=today).asked
    judged = desk.duties_of(asked)
    context = {
        "today_in_words": desk.today_in_words(today),
        "figures": desk.figures_strip(judged, asked),
        "waiting": desk.waiting(judged, asked, request.user),
        "jobs": Job.objects.visible_to(request.user)[: desk.JOBS_SHOWN],
        "dashboard_url": links.dashboard(asked.period),
        "is_silent": health.is_silent(timezone.now()),
    }
    return render(request, "reports/staff_home.html", context)


@require_safe
def dashboard(request: AuthenticatedRequest) -> HttpResponse:
    check_figures(request.user)
    form = FigureFilter(request.GET, user=request.user, today=timezone.localdate())
    asked = form.asked
    figures = quarterly.compose_for(asked)
    context = {
        "form": form,
        "asked": asked,
        "figures": figures,
        "board": boards.board(figures, asked),
        "choices": boards.choices(asked),
        "earlier": boards.earlier(asked),
        "earlier_label": boards.earlier_label(asked),
        "statistics_url": links.statistics(asked.period, **asked.carried),
        "yearly_url": boards.yearly_url(asked),
        "more": boards.further_views(asked),
        "trend_url": boards.trend_url(asked),
        "open_url": links.duties(asked.period, **{**asked.carried, "state": "open"}),
        "locked": notices.of(asked),
        "share_url": links.share(links.dashboard(asked.period, **asked.carried), f"{asked.title}组织生活"),
    }
    return render(request, "reports/dashboard.html", context)


@require_safe
def quarter(request: AuthenticatedRequest) -> HttpResponse:
    """The statistics of the running quarter; the query row of the page comes here with another period."""
    check_figures(request.user)
    period = period_or_404(request.GET.get("period") or quarter_of(timezone.localdate()).code)
    filters = {name: value for name, value in request.GET.items() if name != "period"}
    return redirect(links.statistics(period, **filters))


@require_safe
def quarter_period(request: AuthenticatedRequest, code: str) -> HttpResponse:
    check_figures(request.user)
    if "period" in request.GET:
        return quarter(request)
    form = FigureFilter(
        request.GET, user=request.user, today=timezone.localdate(), period=period_or_404(code)
    )
    asked = form.asked
    figures = quarterly.compose_for(asked)
    units = rollup.units(figures.life, asked, figures.roster)
    context = {
        "form": form,
        "asked": asked,
        "figures": figures,
        "by_unit": table.by_unit(figures, asked, units),
        "by_kind": table.by_kind(figures, asked),
        "branch_count": sum(unit.branches for unit in units),
        "definitions": definitions(),
        "may_export": has_right(request.user, Right.EXPORT),
        "dashboard_url": links.dashboard(asked.period),
        "up_url": links.statistics(asked.period),
        "compare_url": links.comparison(asked.period, **asked.carried),
        "share_url": links.share(
            links.statistics(asked.period, **asked.carried), f"{asked.title}组织生活统计"
        ),
        "locked": notices.of(asked),
    }
    return render(request, "reports/statistics.html", context)


def refuse_export(request: AuthenticatedRequest, page: str, *place: str) -> HttpResponse:
    """What would leave is another thing than was looked at."""
    messages.error(request, "筛选条件有误，没有导出。请重新查询后再导出。")
    return redirect(page, *place)


@require_POST
def quarter_export(request: AuthenticatedRequest, code: str) -> HttpResponse:
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    form = FigureFilter(
        request.POST, user=request.user, today=timezone.localdate(), period=period_or_404(code)
    )
    if form.errors:
        return refuse_export(request, "quarter")
    job = workbook.start(form.asked, request.user)
    is_done = running.wait_for(job, seconds=SECONDS_FOR_WORKBOOK)
    return redirect("job_result" if is_done else "job_detail", pk=job.pk)


@require_POST
def quarter_paper(request: AuthenticatedRequest, code: str) -> HttpResponse | FileResponse:
    """The same statistics as a PDF."""
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    form = FigureFilter(
        request.POST, user=request.user, today=timezone.localdate(), period=period_or_404(code)
    )
    if form.errors:
        return refuse_export(request, "quarter")
    asked = form.asked
    try:
        made = paper.pdf(quarterly.compose_for(asked), asked, by=request.user)
    except CannotTypeset as refusal:
        messages.error(request, str(refusal))
        return redirect(links.statistics(asked.period, **asked.carried))
    name = f"{asked.title}组织生活统计.pdf"
    return FileResponse(BytesIO(made), as_attachment=True, filename=name, content_type=PDF)


@confirmed
@require_POST
@leaving
def list_export(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """The list as it is filtered, as a workbook that a job makes: records or duties."""
    check_figures(request.user)
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    if code not in list_sheets.SHEETS:
        raise Http404
    form = list_sheets.SHEETS[code].form(request.POST, user=request.user, today=timezone.localdate())
    if form.errors:
        return refuse_export(request, list_sheets.SHEETS[code].page)
    form.check_branch(form.asked)
    ending = Outgoing(request.POST).ending
    return redirect("job_detail", pk=list_sheets.start(code, form, request.user, ending).pk)


@require_safe
def duty_list(request: AuthenticatedRequest) -> HttpResponse:
    """The duties behind a figure: as many lines as the figure says."""
    check_figures(request.user)
    form = DutyFilter(request.GET, user=request.user, today=timezone.localdate())
    found = drilldown.asked_duties(form.asked)
    listed = drilldown.in_state(found, form.asked.state)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    shown, chases = drilldown.lines(list(page), request.user), chasing.may_chase(request.user)
    context = {
        "form": form,
        "asked": form.asked,
        "page": page,
        "lines": _chased(shown) if chases else shown,
        "query": list(request.GET.items()),
        "may_export": has_right(request.user, Right.EXPORT),
        "to_chase": len(chasing.open_among(listed, form.asked.today)) if chases else 0,
        "lone": lone_branch(request.user),
        "counts": drilldown.count_states(found),
        "heading": drilldown.heading(form.asked),
        "nothing": "" if listed else drilldown.nothing(form.asked),
        "dashboard_url": links.dashboard(form.asked.period),
    }
    return render(request, "reports/duty_list.html", context)


def _chased(lines: Sequence[drilldown.Line]) -> list[drilldown.Line]:
    """Each with when and by whom its branch was last reminded."""
    rows = chasing.latest([line.duty.subject for line in lines])
    return [
        replace(line, chased=f"{row.on:%Y-%m-%d} {row.by.name if row.by else ''}".strip())
        if (row := rows.get(line.duty.subject))
        else line
        for line in lines
    ]


@require_POST
def duty_chase(request: AuthenticatedRequest) -> HttpResponse:
    """Remind the branches of the whole list whose query was sent along."""
    check_figures(request.user)
    today = timezone.localdate()
    form = DutyFilter(request.POST, user=request.user, today=today)
    if form.errors:
        # The list would be another one than was looked at.
        messages.error(request, "筛选条件有误，没有催办。请重新查询后再催办。")
        return redirect("duty_list")
    listed = drilldown.in_state(drilldown.asked_duties(form.asked), form.asked.state)
    try:
        done = chasing.chase(listed, again="again" in request.POST, by=request.user, today=today)
    except ChaseError as refusal:
        messages.error(request, str(refusal))
    else:
        left = f"；{done.left} 项 3 天内催办过，没有再催" if done.left else ""
        messages.success(request, f"已催办 {done.branches} 个党支部的 {done.duties} 项{left}。")
    filters = {name: value for name, value in request.POST.items() if name in form.fields and value}
    return redirect(links.with_filters(reverse("duty_list"), filters))


@require_safe
def activity_list(request: AuthenticatedRequest) -> HttpResponse:
    check_figures(request.user)
    form = RecordFilter(request.GET, user=request.user, today=timezone.localdate())
    counted = records.counted(form.asked, request.user)
    totals = None if form.is_plain else records.totals(counted, request.user, form.asked.kind)
    listed = records.with_branch_names(records.listed(counted, request.user))
    pages = records.pages(listed, totals, PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "asked": form.asked,
        "page": page,
        "lines": list(records.lines(page, form.units)),
        "listed": links.as_listed(request.GET),
        "totals": totals,
        "totals_url": links.records(form.asked.period),
        "lone": lone_branch(request.user),
        "may_import": has_right(request.user, Right.IMPORT),
        "may_export": has_right(request.user, Right.EXPORT),
        "query": list(request.GET.items()),
        "dashboard_url": links.dashboard(form.asked.period),
    }
    return render(request, "reports/activity_list.html", context)


@require_safe
def activity_walk(request: AuthenticatedRequest, pk: UUID, way: str) -> HttpResponse:
    """From a record of the list to the next or the previous one, without going back to the list."""
    check_figures(request.user)
    if way not in ("next", "previous"):
        raise Http404
    here: Activity = get_visible_or_404(Activity.objects, request.user, pk=pk)
    form = RecordFilter(request.GET, user=request.user, today=timezone.localdate())
    listed = records.listed(records.counted(form.asked, request.user), request.user)
    there = records.neighbour(listed, here, way)
    if there is None:
        messages.info(request, "这是列表中的最后一条。" if way == "next" else "这是列表中的第一条。")
    address = reverse("activity_detail", args=[(there or here).pk])
    return redirect(f"{address}?{links.as_listed(request.GET)}")
