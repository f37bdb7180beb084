"""The state of what runs in the background: for a monitor, without a sign-in, and for the system administrator."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import has_right
from jobs import installed
from jobs.backups import history
from lib import scanning

from . import channel_state, health


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
        "last_backup": _iso(found.backup_at),
    }
    return JsonResponse(body, status=200 if found.is_well else 503)


def _iso(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


@require_safe
def system_state(request: AuthenticatedRequest) -> HttpResponse:
    _refuse_others(request)
    context = {
        "health": health.look(timezone.now()),
        "answers": health.answers(),
        "rehearsals": history.rehearsals(),
        "scanner": scanning.in_words(),
        "versions": installed.versions(),
        "database": installed.database(),
        "channels": channel_state.look(),
        "backups": history.folder(),
    }
    return render(request, "reminders/system_state.html", context)


@require_safe
def rehearsal_report(request: AuthenticatedRequest, name: str) -> HttpResponseBase:
    """The record of a rehearsal as it was kept, for the assessor."""
    _refuse_others(request)
    return FileResponse(history.report(name).open("rb"), as_attachment=True, filename=name)


def _refuse_others(request: AuthenticatedRequest) -> None:
    if not has_right(request.user, Right.KEEP_CHANNELS):
        raise PermissionDenied("系统状态由系统管理员查看。")
