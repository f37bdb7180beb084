"""Whether the audit trail is whole: looked at by the auditor."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches import trail_check
from branches.roles import Right
from branches.scope import has_right
from jobs import running

LOOKS_SHOWN = 12
#: For so long a check is waited for before the page of its job is shown.
SECONDS = 5


def _may(request: HttpRequest) -> None:
    if not has_right(request.user, Right.READ_AUDIT):  # type: ignore[arg-type]  # signed in
        raise PermissionDenied(trail_check.REFUSAL)


@require_safe
def trail_check_page(request: AuthenticatedRequest) -> HttpResponse:
    _may(request)
    context = {"last": trail_check.last_seal(), "looks": trail_check.looks(LOOKS_SHOWN)}
    return render(request, "branches/trail_check.html", context)


@require_POST
def trail_check_start(request: AuthenticatedRequest) -> HttpResponse:
    _may(request)
    job = trail_check.start(request.user)
    if running.wait_for(job, seconds=SECONDS):
        messages.success(request, "已核验，结果在下面第一条。")
        return redirect("trail_check")
    return redirect("job_detail", job.pk)
