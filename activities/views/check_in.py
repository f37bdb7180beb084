"""Signing in: opening the window, showing its code, scanning it or typing its digits."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from activities import check_ins
from activities.check_in_forms import BeginForm, DigitsForm
from activities.check_ins import CheckInError
from activities.kinds import HELD_ABOVE, Kind
from activities.models import CheckIn
from activities.occasions import Occasion
from activities.views.places import asked_branch, choose_branch
from branches.scope import get_visible_or_404
from lib import qr


@require_http_methods(["GET", "HEAD", "POST"])
def check_in_begin(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    if kind not in Kind.values:
        raise Http404
    above = kind in HELD_ABOVE
    branch = asked_branch(request, above=above)
    if branch is None:
        return choose_branch(request, f"为哪个党组织的{Kind(kind).label}签到", above=above)
    form = BeginForm(request.POST or None, occasion=Occasion(request.user, branch, kind))
    if request.method == "POST" and form.is_valid():
        chosen: int | None = form.cleaned_data.get("group")
        try:
            made = check_ins.begin(
                by=request.user,
                branch=branch,
                kind=kind,
                group=form.groups.get(chosen) if chosen else None,
                closes_at=form.until,
                rotates=form.cleaned_data["rotates"],
            )
        except CheckInError as error:
            form.add_error(None, str(error))
        else:
            return redirect("check_in", made.pk)
    status = 422 if form.errors else 200
    back = f"{reverse('activity_log', args=[kind])}?branch={branch.pk}"
    context = {"form": form, "branch": branch, "label": Kind(kind).label, "back_url": back}
    return render(request, "activities/check_in_begin.html", context, status=status)


def _found(request: AuthenticatedRequest, pk: int) -> CheckIn:
    found: CheckIn = get_visible_or_404(
        CheckIn.objects.select_related("branch", "group", "activity"), request.user, pk=pk
    )
    return found


@require_safe
def check_in(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """For the secretary's phone and for the projector: the code, how many are there, who is not."""
    found = _found(request, pk)
    now = timezone.now()
    address = reverse("check_in_scan", args=[check_ins.mark(found, now)])
    is_open = check_ins.is_open(found, now)
    context = {
        "check_in": found,
        "is_open": is_open,
        "picture": qr.picture(request.build_absolute_uri(address)) if is_open else "",
        "digits": check_ins.digits(found, now),
        "standing": check_ins.standing(found),
        "record_url": _record_url(found),
    }
    return render(request, "activities/check_in.html", context)


def _record_url(found: CheckIn) -> str:
    if found.activity and not found.activity.is_withdrawn:
        return reverse("activity_detail", args=[found.activity.pk])
    asked = f"?branch={found.branch_id}&date={found.day.isoformat()}"
    group = f"&group={found.group_id}" if found.group_id else ""
    return reverse("activity_log", args=[found.kind]) + asked + group


@require_POST
def check_in_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    check_ins.end(found, by=request.user)
    messages.success(request, "签到已结束。")
    return redirect("check_in", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def check_in_scan(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """What a scanned code opens: one tap signs in."""
    try:
        found = check_ins.of_address(code)
        if request.method == "POST":
            return _entered(request, found)
    except CheckInError as error:
        context = {"form": DigitsForm(None), "fault": str(error)}
        return render(request, "activities/check_in_digits.html", context, status=422)
    return render(request, "activities/check_in_scan.html", {"check_in": found})


@require_http_methods(["GET", "HEAD", "POST"])
def check_in_digits(request: AuthenticatedRequest) -> HttpResponse:
    """For whoever cannot scan."""
    form = DigitsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return _entered(request, check_ins.of_digits(request.user, form.cleaned_data["code"]))
        except CheckInError as error:
            form.add_error("code", str(error))
    status = 422 if form.errors else 200
    return render(request, "activities/check_in_digits.html", {"form": form}, status=status)


def _entered(request: AuthenticatedRequest, found: CheckIn) -> HttpResponse:
    entry = check_ins.enter(found, request.user)
    context: dict[str, Any] = {"check_in": found, "entry": entry}
    context["is_expected"] = check_ins.is_expected(found, entry.member)
    return render(request, "activities/check_in_done.html", context)
