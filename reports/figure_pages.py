"""Pages of the catalogue of statistics: what there is, one table, and the rows behind one of its numbers."""

from io import BytesIO
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import has_right, lone_branch
from lib.media_types import PDF
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import download, send
from lib.typesetting import CannotTypeset

from . import links
from .closing import notices
from .figures import behind, paper, sheet
from .figures.base import Statistic, bands
from .figures.books import BOOKS, IN_BOOKS
from .figures.catalogue import STATISTICS
from .figures.tables import table_url
from .filters import StatisticFilter, filter_of
from .views import PER_PAGE, check_figures, refuse_export

ENDINGS = {"xlsx": "下载 Excel", "pdf": "下载 PDF"}


def _statistic_or_404(name: str) -> Statistic:
    if name not in STATISTICS:
        raise Http404
    return STATISTICS[name]


@require_safe
def figure_index(request: AuthenticatedRequest) -> HttpResponse:
    check_figures(request.user)
    mine = [
        one for one in STATISTICS.values() if has_right(request.user, one.right) and one.name not in IN_BOOKS
    ]
    sections = groupby(mine, key=lambda one: one.section)
    found = [(section, list(statistics)) for section, statistics in sections]
    context = {
        "sections": found,
        "books": BOOKS.values(),
        "may_subscribe": has_right(request.user, Right.EXPORT),
    }
    return render(request, "reports/figure_index.html", context)


@require_safe
def figure_table(request: AuthenticatedRequest, name: str) -> HttpResponse:
    check_figures(request.user)
    statistic = _statistic_or_404(name)
    form = _filter(request, statistic)
    table = statistic.tabulate(form.asked)
    asked = table.asked
    context = {
        "statistic": statistic,
        "form": form,
        "asked": asked,
        "table": table,
        "bands": bands(statistic.columns),
        "width": len(statistic.columns) + 1,
        "definitions": [(sheet.heading(one), one.definition) for one in statistic.columns],
        "endings": ENDINGS.items(),
        "may_export": has_right(request.user, Right.EXPORT),
        "carried": carried_by(form),
        "up_url": table_url(name, asked, {}) if asked.org else "",
        "share_url": links.share(
            table_url(name, asked, {**asked.carried, "branch": asked.branch_id}),
            f"{asked.title}{statistic.title}",
        ),
        "locked": notices.of(asked, statistic),
    }
    return render(request, "reports/figure_page.html", context)


def carried_by(form: StatisticFilter) -> list[tuple[str, Any]]:
    """What was asked for, for the form that asks for it again as a file."""
    return [(name, form.data[name]) for name in form.fields if form.data.get(name)]


@require_safe
def figure_rows(request: AuthenticatedRequest, name: str, code: str) -> HttpResponse:
    """The rows that one number counts: as many as it says, and in words those that are not shown here."""
    check_figures(request.user)
    statistic = _statistic_or_404(name)
    form = _filter(request, statistic)
    found = behind.found(statistic, code, form.asked, request.user)
    if found is None:
        raise Http404
    heads = found.figure.things.heads[1:]
    page = Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "asked": found.asked,
        "found": found,
        "page": page,
        "lines": [(line, zip(heads, line.cells, strict=True)) for line in found.lines(page)],
        "lone": lone_branch(request.user),
        "table_url": table_url(name, form.asked, form.asked.carried),
        "may_export": has_right(request.user, Right.EXPORT),
        "carried": carried_by(form),
    }
    return render(request, "reports/figure_rows.html", context)


@require_POST
def figure_export(request: AuthenticatedRequest, name: str, ending: str) -> HttpResponse | FileResponse:
    """The table as a workbook or as a PDF."""
    if ending not in ENDINGS:
        raise Http404
    statistic = _statistic_or_404(name)
    form = _asked_to_export(request, statistic)
    if form.errors:
        return refuse_export(request, "figure_table", name)
    table = statistic.tabulate(form.asked)
    if ending == "xlsx":
        content = BytesIO()
        sheet.write(content, table, by=request.user)
        return download(content, f"{sheet.title(table)}.xlsx")
    try:
        made = paper.pdf(table, by=request.user)
    except CannotTypeset as refusal:
        messages.error(request, str(refusal))
        return redirect(table_url(name, form.asked, form.asked.carried))
    return FileResponse(BytesIO(made), filename=f"{sheet.title(table)}.pdf", content_type=PDF)


@confirmed
@require_POST
@leaving
def figure_rows_export(request: AuthenticatedRequest, name: str, code: str) -> HttpResponse | FileResponse:
    """The rows behind a number as a workbook: those one may open, names as one may see them."""
    statistic = _statistic_or_404(name)
    form = _asked_to_export(request, statistic)
    if form.errors:
        return refuse_export(request, "figure_table", name)
    found = behind.found(statistic, code, form.asked, request.user)
    if found is None:
        raise Http404
    content = Outgoing(request.POST)
    sheet.write_rows(content, found, by=request.user)
    return send(content, found.title)


def _asked_to_export(request: AuthenticatedRequest, statistic: Statistic) -> StatisticFilter:
    check_figures(request.user)
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    return _filter(request, statistic)


def _filter(request: AuthenticatedRequest, statistic: Statistic) -> StatisticFilter:
    data = request.POST if request.method == "POST" else request.GET
    return filter_of(statistic, data, user=request.user, today=timezone.localdate())
