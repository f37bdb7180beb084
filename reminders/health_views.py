"""The state of what runs in the background: for a monitor, without a sign-in, and for the system administrator."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import has_right

from . import health


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while all is well, 503 otherwise; times and nothing else."""
    found = health.look(timezone.now())
    body = {
        "ok": found.is_well,
        "last_beat": _iso(found.worker_at),
        "last_plan": _iso(found.planned_at),
        "oldest_pending": _iso(found.oldest_waiting),
        "last_delivery": _iso(found.last_sent),
    }
    return JsonResponse(body, status=200 if found.is_well else 503)


def _iso(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


@require_safe
def system_state(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.KEEP_CHANNELS):
        raise PermissionDenied("系统状态由系统管理员查看。")
    context = {"health": health.look(timezone.now()), "answers": health.answers()}
    return render(request, "reminders/system_state.html", context)
