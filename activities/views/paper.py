"""A record on paper, and a branch's book of the year."""

from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.proof import confirmed
from activities import papers
from activities.models import Activity
from activities.sight import Sight
from branches.models import Branch
from branches.scope import get_visible_or_404
from lib.media_types import DOCX, PDF
from lib.typesetting import CannotTypeset

REFUSAL = "会议记录由本支部书记、记录员和上级工作人员打印。"
FIRST_YEAR, LAST_YEAR = 1921, 2200


@require_safe
@never_cache
def activity_paper(request: AuthenticatedRequest, pk: UUID, paper: str, ending: str) -> HttpResponseBase:
    """A paper of one record as Word or PDF. Audited."""
    if paper not in papers.PAPERS or ending not in ("docx", "pdf"):
        raise Http404
    rows = Activity.objects.select_related("branch", "group")
    activity: Activity = get_visible_or_404(rows, request.user, pk=pk)
    if not Sight(request.user, activity.branch_path).may_print:
        raise PermissionDenied(REFUSAL)
    wanted, record = papers.PAPERS[paper], papers.record_of(activity)
    try:
        content = wanted.as_pdf(record) if ending == "pdf" else wanted.as_word(record)
    except CannotTypeset as lack:
        messages.error(request, str(lack))
        return redirect("activity_detail", pk)
    audit.record("activity.print", by=request.user, on=activity, after={"paper": paper, "as": ending})
    name = f"{activity.held_on:%Y%m%d}-{activity.get_kind_display()}-{wanted.label}.{ending}"
    kind = PDF if ending == "pdf" else DOCX
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=kind)


@confirmed
@require_safe
@never_cache
def branch_book(request: AuthenticatedRequest, pk: int, year: int) -> HttpResponseBase:
    """The branch's 三会一课 of a year as one PDF. Audited."""
    branch: Branch = get_visible_or_404(Branch.objects.leaves(), request.user, pk=pk)
    if not Sight(request.user, branch.path).may_print:
        raise PermissionDenied(REFUSAL)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    try:
        content = papers.book(branch, year)
    except CannotTypeset as lack:
        messages.error(request, str(lack))
        return redirect("branch_page", pk)
    audit.record("activity.print_book", by=request.user, on=branch, after={"year": year})
    name = f"{branch.short_name}-{year}年三会一课记录.pdf"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=PDF)
