"""What the university asks of its branches beyond the national texts: one page of all rules, one for each local one."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from activities import local_duties, rule_changes
from activities.local_duties import PAUSE, TITLES, LocalDutyError
from activities.local_duty_forms import EndForm, StartForm
from activities.models import LocalDuty
from activities.regulations import NATIONAL
from activities.rulebook import explain
from branches.roles import Right
from branches.scope import has_right
from lib.periods import Period


@require_safe
def duty_rules(request: AuthenticatedRequest) -> HttpResponse:
    _require(request)
    today = timezone.localdate()
    running = {row.code: row for row in _current(today)}
    context = {
        "national": [explain(rule.code) for rule in NATIONAL],
        "local": [(code, title, running.get(code)) for code, title in TITLES.items()],
    }
    return render(request, "activities/duty_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def duty_rule(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """``step=look`` shows whom the change would concern, ``step=do`` makes it."""
    _require(request)
    if code not in TITLES:
        raise Http404
    today = timezone.localdate()
    current = next((row for row in _current(today) if row.code == code), None)
    data = request.POST if request.method == "POST" else None
    if current is not None:
        end = EndForm(data, today=today)
        return _ended(request, current, end, today)
    form = StartForm(code, data, today=today)
    return _started(request, code, form, today)


def _started(request: AuthenticatedRequest, code: str, form: StartForm, today: date) -> HttpResponse:
    looked: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        draft = _draft(code, form.cleaned_data)
        if fault := local_duties.fault_of(draft, today):
            form.add_error(None, fault)
        elif request.POST.get("step") == "do":
            return _done(
                request,
                lambda: local_duties.switch_on(draft, by=request.user, today=today),
                f"“{TITLES[code]}”已启用。",
            )
        else:
            period, effects = rule_changes.of_starting(draft, today)
            looked = {"period": period, "effects": effects, "looked": True}
    return _page(request, code, None, form, looked)


def _ended(request: AuthenticatedRequest, row: LocalDuty, form: EndForm, today: date) -> HttpResponse:
    looked: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        last = Period.parse(form.cleaned_data["last"])
        if request.POST.get("step") == "do":
            return _done(
                request,
                lambda: local_duties.switch_off(row, last, by=request.user, today=today),
                f"“{TITLES[row.code]}”已停用。",
            )
        period, effects = rule_changes.of_ending(row, last, today)
        looked = {"period": period, "effects": effects, "looked": True}
    return _page(request, row.code, row, form, looked)


def _draft(code: str, values: dict[str, Any]) -> LocalDuty:
    return local_duties.drafted(
        code,
        since=Period.parse(values["since"]),
        citation=values["citation"],
        count=values.get("count", 1),
        months=[int(month) for month in values.get("months", [])],
        category=values["category"],
    )


def _page(
    request: AuthenticatedRequest,
    code: str,
    row: LocalDuty | None,
    form: StartForm | EndForm,
    looked: dict[str, Any],
) -> HttpResponse:
    context = {
        "title": TITLES[code],
        "is_pause": code == PAUSE,
        "row": row,
        "form": form,
        "history": LocalDuty.objects.filter(code=code).select_related("by"),
        **looked,
    }
    return render(request, "activities/duty_rule.html", context, status=422 if form.errors else 200)


def _done(request: AuthenticatedRequest, verb: Any, done: str) -> HttpResponse:
    try:
        verb()
    except LocalDutyError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("duty_rules")


def _current(today: date) -> list[LocalDuty]:
    """Those that hold, or will."""
    rows = LocalDuty.objects.order_by("since")
    return [row for row in rows if row.until is None or row.until >= today]


def _require(request: AuthenticatedRequest) -> None:
    if not has_right(request.user, Right.KEEP_RULES):
        raise PermissionDenied("校内规定由学校党委组织部维护。")
