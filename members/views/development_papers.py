"""What 发展党员 leaves on paper: the filing lists, a person's whole way, and the year's plans."""

from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.media_types import DOCX, PDF
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send
from lib.typesetting import CannotTypeset
from members.development import approving, papers, record
from members.development.forms import PaperForm, PlanForm
from members.development.loading import progress_of
from members.models import Development, DevelopmentPlan

PER_PAGE = 50


@confirmed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@leaving
def development_papers(request: AuthenticatedRequest) -> HttpResponseBase:
    """GET asks which list; POST answers with the workbook."""
    user = request.user
    if not (has_right(user, Right.SEE_DEVELOPMENT) and has_right(user, Right.EXPORT)):
        raise PermissionDenied("名单由党支部和上级工作人员导出。")
    form = PaperForm(request.POST or None, user=user)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "members/development_papers.html", {"form": form}, status=status)
    values = form.cleaned_data
    paper, period = papers.LISTS[values["paper"]], values["period"]
    found = papers.listed(user, paper, values["branch"], period, timezone.localdate())
    content = Outgoing(request.POST)
    papers.write(content, paper, found, by=user, reason=values.get("reason", ""), period=period)
    return send(content, f"{paper.title}-{timezone.localdate():%Y%m%d}")


def _to_print(request: AuthenticatedRequest, pk: UUID) -> Development:
    """A development whose record the user may take along. Audited."""
    development: Development = get_visible_or_404(
        Development.objects.select_related("member__branch"), request.user, pk=pk
    )
    if not may(request.user, Right.EXPORT, development.member.branch_path):
        raise PermissionDenied("全程纪实表由党支部和上级工作人员导出。")
    audit.record(
        "development.export", by=request.user, on=development, branch_path=development.member.branch_path
    )
    return development


@confirmed
@require_safe
@never_cache
def record_pdf(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    development = _to_print(request, pk)
    try:
        content = record.as_pdf(development, progress_of(development))
    except CannotTypeset as lack:
        messages.error(request, str(lack))
        return redirect("development_person", pk)
    return _file(content, development, "pdf", PDF)


@confirmed
@require_safe
@never_cache
def record_word(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    development = _to_print(request, pk)
    return _file(record.as_word(development, progress_of(development)), development, "docx", DOCX)


def _file(content: bytes, development: Development, ending: str, kind: str) -> FileResponse:
    name = f"{record.TITLE}-{development.member.name}.{ending}"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=kind)


@require_http_methods(["GET", "HEAD", "POST"])
def development_plans(request: AuthenticatedRequest) -> HttpResponse:
    """The year's plans with their use, and a form for another."""
    user = request.user
    if not has_right(user, Right.APPROVE):
        raise PermissionDenied("发展党员计划由上级党委下达。")
    form = PlanForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        approving.keep_plan(form.save(commit=False), by=user)
        messages.success(request, "计划已保存。")
        return redirect("development_plans")
    plans = DevelopmentPlan.objects.visible_to(user).select_related("branch")
    page = Paginator(plans, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "lines": approving.with_use(list(page))}
    return render(request, "members/development_plans.html", context, status=422 if form.errors else 200)
