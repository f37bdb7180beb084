"""The job centre: one's own imports and exports, how far they are, and their results."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.proof import confirmed
from lib.media_types import PDF, XLSX

from . import running
from .models import Job

PER_PAGE = 50
CONTENT_TYPES = {
    ".xlsx": XLSX,
    ".csv": "text/csv",
    ".pdf": PDF,
}


def own_job_or_404(user: User, pk: UUID) -> Job:
    return get_object_or_404(Job.objects.visible_to(user), pk=pk)


@require_safe
def job_list(request: AuthenticatedRequest) -> HttpResponse:
    jobs = Job.objects.visible_to(request.user)
    state = request.GET.get("state", "")
    if state in Job.State.values:
        jobs = jobs.filter(state=state)
    page = Paginator(jobs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "is_busy": any(not job.is_over for job in page),
        "state": state,
        "states": [("", "全部"), *Job.State.choices],
    }
    return render(request, "jobs/job_list.html", context)


@require_safe
def job_detail(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    job = own_job_or_404(request.user, pk)
    return render(request, "jobs/job_detail.html", _about(request.user, job))


def _about(user: User, job: Job) -> dict[str, object]:
    """What the page of a job shows. A result that has gone can be made anew."""
    has_result = running.has_result(job)
    return {
        "job": job,
        "has_result": has_result,
        "may_fetch": has_result and running.may_fetch(user, job),
        "is_expired": bool(job.result_name) and job.state == Job.State.DONE and not has_result,
        "may_repeat": running.may_repeat(user, job),
        "kept_until": job.finished_at + running.KEEP if job.finished_at else None,
        "time_left": job.time_left,
    }


@require_safe
@cache_control(no_store=True)
def job_result(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """It lies here for days after the password was typed for it, so it is asked for again."""
    job = own_job_or_404(request.user, pk)
    if not running.may_fetch(request.user, job):
        raise Http404
    if not running.has_result(job):
        return render(request, "jobs/job_detail.html", _about(request.user, job), status=410)
    return (_result if running.is_of_nobody(job) else confirmed(_result))(request, job)


def _result(request: AuthenticatedRequest, job: Job) -> FileResponse:
    path = running.result_path_of(job)
    audit.record("job.fetch", by=request.user, on=job, after={"sha256": job.result_sha256})
    ending = "." + job.result_name.rpartition(".")[2]
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=job.result_name,
        content_type=CONTENT_TYPES.get(ending, "application/octet-stream"),
    )


@require_POST
def job_cancel(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    job = own_job_or_404(request.user, pk)
    if running.cancel(job, by=request.user):
        messages.success(request, f"已请求取消“{job.label}”。")
    else:
        messages.error(request, f"“{job.label}”已在写入或已结束，不能取消。")
    return redirect("job_detail", pk=job.pk)


@require_POST
def job_repeat(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    job = own_job_or_404(request.user, pk)
    if not running.may_repeat(request.user, job):
        raise Http404
    return redirect("job_detail", pk=running.repeat(job, by=request.user).pk)
