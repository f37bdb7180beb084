"""Pages of locked periods: which there are, one of them with its adjustments, a locked table, and the files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Min
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.models import User
from activities.models import Activity
from branches.models import Branch
from branches.reach import whole_tree
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may, ranges_of
from lib import media_types
from lib.periods import Period, quarter_of, year_of
from lib.reasons import ReasonField
from reports import links
from reports.asked import Asked
from reports.figures import sheet
from reports.figures.base import bands
from reports.models import ClosedFile, ClosedPeriod, ClosedTable
from reports.views import check_figures

from . import adjustments, checking, corrections, files, pending, periods, sight, tables
from .periods import MOST, ONLY_STAFF, ClosingError

QUARTERS_OFFERED, YEARS_OFFERED = 8, 3


class ClosingFilter(forms.Form):
    """Whose locked figures, and of which closing when there were several."""

    org = forms.IntegerField(label="党组织", required=False, widget=forms.Select)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReopenForm(forms.Form):
    reason = ReasonField(
        "解除锁定的原因",
        most=MOST,
        help_text="写明为什么要重新统计。原来锁定的数和文件保留，随时可以查看。",
    )


@require_safe
def closing_list(request: AuthenticatedRequest) -> HttpResponse:
    """The quarters and years that are over, each with its latest closing and how much was corrected since."""
    check_figures(request.user)
    latest: dict[str, ClosedPeriod] = {}
    for closing in ClosedPeriod.objects.with_names().order_by("version"):
        latest[closing.period] = closing
    offered = {*_offered(timezone.localdate()), *(closing.span for closing in latest.values())}
    found = sorted(offered, key=lambda one: (one.end, -one.start.toordinal()), reverse=True)
    corrected = _corrected([one for one in latest.values() if one.is_closed], request.user)
    context = {
        "lines": [(period, latest.get(period.code), corrected.get(period.code, 0)) for period in found],
        "may_close": has_right(request.user, Right.CLOSE_PERIODS),
    }
    return render(request, "reports/closing_list.html", context)


def _offered(today: date) -> Iterator[Period]:
    """Back to the first record, at least the last few. One query."""
    first = Activity.objects.aggregate(first=Min("held_on"))["first"] or today
    for last, fewest in ((quarter_of(today), QUARTERS_OFFERED), (year_of(today), YEARS_OFFERED)):
        period, number = last.previous(), 0
        while number < fewest or period.end >= first:
            yield period
            period, number = period.previous(), number + 1


def _corrected(closed: Sequence[ClosedPeriod], user: User) -> dict[str, int]:
    """By the code of the period, within what the user sees."""
    since = [(one.span, one.closed_at) for one in closed]
    numbers = corrections.numbers_of(since, ranges_of(user, Right.SEE_FIGURES))
    return dict(zip([one.period for one in closed], numbers, strict=True))


@require_safe
def closing_page(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """One closing: whose work it is, whether it is untouched, its tables and files, and what is otherwise now."""
    check_figures(request.user)
    return _page(request, code, ReopenForm())


def _page(request: AuthenticatedRequest, code: str, reopening: ReopenForm) -> HttpResponse:
    form, closing, looked = _looked(request, code)
    kept = sight.tables_of(closing, looked)
    shown = kept if not looked.is_cut else [one for one in kept if _is_by_branch(one)]
    mine = sight.files_of(closing, request.user, looked)
    context = {
        "form": form,
        "closing": closing,
        "versions": ClosedPeriod.objects.filter(period=code).order_by("version"),
        "looked": looked,
        "lines": [(json.loads(one.body)["title"], _table_url(closing, one, form)) for one in shown],
        "files": mine,
        "faults": checking.faults(closing, kept, mine),
        "compared": _compared(closing, shown, looked, request.user),
        "reopening": reopening,
        "may_close": has_right(request.user, Right.CLOSE_PERIODS),
    }
    return render(request, "reports/closing_page.html", context, status=422 if reopening.errors else 200)


@require_safe
def closed_table(request: AuthenticatedRequest, code: str, name: str) -> HttpResponse:
    """A statistic as it was locked, with what is otherwise now."""
    check_figures(request.user)
    form, closing, looked = _looked(request, code)
    kept = next((one for one in sight.tables_of(closing, looked) if one.statistic == name), None)
    if kept is None or looked.branch is None or (looked.is_cut and not _is_by_branch(kept)):
        raise Http404
    body = json.loads(kept.body)
    table = tables.table_of(body, _asked(closing, looked.branch, request.user), looked.only)
    context = {
        "form": form,
        "closing": closing,
        "looked": looked,
        "table": table,
        "bands": bands(table.columns),
        "width": len(table.columns) + 1,
        "definitions": [
            (sheet.heading(one), f"{one.definition}（口径第{one.version}版）") for one in table.columns
        ],
        "is_intact": tables.sha256_of(kept.body) == kept.sha256,
        "sha256": kept.sha256,
        "compared": _compared(closing, [kept], looked, request.user),
        "closing_url": _with_query(reverse("closing_page", args=[closing.period]), form),
    }
    return render(request, "reports/closed_table.html", context)


def _looked(request: AuthenticatedRequest, code: str) -> tuple[ClosingFilter, ClosedPeriod, sight.Seen]:
    """What is asked for; a period that was never locked, and an organisation out of reach, are the same 404."""
    form = ClosingFilter(request.GET)
    form.is_valid()
    found = ClosedPeriod.objects.with_names().filter(period=code).order_by("-version")
    if version := form.cleaned_data.get("version"):
        found = found.filter(version=version)
    closing = found.first()
    if closing is None:
        raise Http404
    looked = sight.seen(closing, request.user, form.cleaned_data.get("org"))
    choices: Any = form.fields["org"].widget
    choices.choices = [(one.pk, one.short_name) for one in looked.choices]
    return form, closing, looked


def _is_by_branch(kept: ClosedTable) -> bool:
    """Whether its rows are organisations, of which one's own can be shown alone."""
    return bool(json.loads(kept.body)["head"] == "党组织")


def _asked(closing: ClosedPeriod, branch: Branch, user: User) -> Asked:
    """What the figures of ``branch`` are asked with today."""
    period: Period = closing.span
    whole = whole_tree(period.start, period.end)
    asked = tables.asked_of(Asked(period, timezone.localdate(), whole, whole), branch)
    return replace(asked, visible=ranges_of(user, Right.SEE_BRANCHES))


def _compared(
    closing: ClosedPeriod, kept: list[ClosedTable], looked: sight.Seen, user: User
) -> list[adjustments.Compared]:
    """A closing that was lifted is compared with nothing: the next one is."""
    if not closing.is_closed or looked.branch is None:
        return []
    return adjustments.of(kept, _asked(closing, looked.branch, user), closing.closed_at, user, looked.only)


def _table_url(closing: ClosedPeriod, kept: ClosedTable, form: ClosingFilter) -> str:
    return _with_query(reverse("closed_table", args=[closing.period, kept.statistic]), form)


def _with_query(address: str, form: ClosingFilter) -> str:
    return links.with_filters(address, {name: form.cleaned_data.get(name) for name in ("org", "version")})


@require_http_methods(["GET", "HEAD", "POST"])
def closing_close(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """What may still change the figures; sent, it locks them."""
    _require(request.user)
    today = timezone.localdate()
    try:
        period = periods.period_of(code)
        if request.method == "POST":
            return redirect("job_detail", pk=periods.start(period, by=request.user, today=today).pk)
        periods.check(period, by=request.user, today=today)
    except ClosingError as refusal:
        messages.error(request, str(refusal))
        return redirect("closing_list")
    missed, missed_url = pending.missed(period, request.user, today)
    context = {
        "period": period,
        "missed": missed,
        "missed_url": missed_url,
        "waiting": pending.waiting(period, request.user),
    }
    return render(request, "reports/closing_close.html", context)


@require_POST
def closing_reopen(request: AuthenticatedRequest, code: str) -> HttpResponse:
    _require(request.user)
    closing = ClosedPeriod.objects.standing().filter(period=code).first()
    if closing is None:
        raise Http404
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _page(request, code, form)
    try:
        periods.reopen(closing, form.cleaned_data["reason"], by=request.user)
    except ClosingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已解除{closing.span.label}的锁定。原来锁定的数仍可查看。")
    return redirect("closing_page", code=code)


def _require(user: User) -> None:
    if not has_right(user, Right.CLOSE_PERIODS):
        raise PermissionDenied(ONLY_STAFF)


@require_POST
@cache_control(no_store=True)
def closed_file(request: AuthenticatedRequest, pk: int) -> HttpResponse | FileResponse:
    """The bytes that were kept, the same at every download."""
    file: ClosedFile = get_visible_or_404(ClosedFile.objects.select_related("closing"), request.user, pk=pk)
    if not may(request.user, Right.EXPORT, file.branch_path):
        raise PermissionDenied
    path = files.path_of(file)
    if not path.is_file():
        messages.error(request, f"文件“{file.name}”已不在服务器上，请联系系统管理员从备份恢复。")
        return redirect("closing_page", code=file.closing.period)
    audit.record("closing.fetch", by=request.user, on=file, after={"file": file.name, "sha256": file.sha256})
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=file.name, content_type=media_types.of(file.name)
    )
