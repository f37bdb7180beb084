"""免开: a branch asks not to hold something for a time; staff above it answer on the request's own page."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from activities import agenda, waivers
from activities.duties import STATE_LABELS, Duty
from activities.models import Waiver
from activities.views.matrix import CELL_STATES
from activities.waiver_forms import WaiverForm
from activities.waivers import WaiverError
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may, may_restructure
from members.forms import SendBackForm


@require_http_methods(["GET", "HEAD", "POST"])
def waiver_ask(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    branch: Branch = get_visible_or_404(Branch.objects, request.user, pk=pk)
    if not may(request.user, Right.EXPLAIN, branch.path) or not branch.is_leaf:
        raise PermissionDenied("免开由党支部书记或者上级工作人员为党支部申请。")
    form = WaiverForm(request.POST or None, today=timezone.localdate(), asked=request.GET)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            waivers.ask(branch, asked["codes"], asked["period"], asked["reason"], by=request.user)
        except WaiverError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提交申请，等上级答复。答复以前仍按规定计算。")
            return redirect("branch_page", pk)
    context = {"branch": branch, "form": form, "earlier": waivers.latest(branch)}
    return render(request, "activities/waiver_ask.html", context, status=422 if form.errors else 200)


@require_safe
def waiver(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = Waiver.objects.select_related("branch", "by", "answered_by")
    return _shown(request, get_visible_or_404(rows, request.user, pk=pk), SendBackForm())


@require_POST
def waiver_accept(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _to_answer(request, pk)
    return _answer(request, row, lambda: waivers.accept(row, by=request.user), "已同意免开。")


@require_POST
def waiver_return(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _to_answer(request, pk)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, form)
    why = form.cleaned_data["why"]
    return _answer(request, row, lambda: waivers.send_back(row, why, by=request.user), "已退回。")


def _shown(request: AuthenticatedRequest, row: Waiver, back: SendBackForm) -> HttpResponse:
    above = may_restructure(request.user, row.branch_path)
    period = waivers.period_of(row)
    found = agenda.duties_of(row.branch, period, timezone.localdate())
    context = {
        "row": row,
        "titles": waivers.titles(row.codes),
        "period": period,
        "duties": [_line(duty) for duty in found if duty.rule.code in row.codes],
        "articles": [rule.article for rule in waivers.rules_during(period) if rule.code in row.codes],
        "is_own": above and row.by_id == request.user.pk,
        "answers": above and row.by_id != request.user.pk and row.state != Waiver.State.RETURNED,
        "back": back,
    }
    return render(request, "activities/waiver.html", context, status=422 if back.errors else 200)


def _line(duty: Duty) -> dict[str, str]:
    return {
        "label": f"{duty.period.short_label}{duty.title}",
        "reason": duty.reason,
        "state": CELL_STATES[duty.state],
        "word": STATE_LABELS[duty.state],
    }


def _to_answer(request: AuthenticatedRequest, pk: int) -> Waiver:
    rows = Waiver.objects.select_related("branch", "by", "answered_by")
    row: Waiver = get_visible_or_404(rows, request.user, pk=pk)
    if not may_restructure(request.user, row.branch_path):
        raise PermissionDenied("免开申请由上级党组织的工作人员答复。")
    return row


def _answer(request: AuthenticatedRequest, row: Waiver, verb: Callable[[], None], done: str) -> HttpResponse:
    try:
        verb()
    except WaiverError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("waiver", row.pk)
