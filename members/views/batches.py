"""Written imports: the list, and taking one back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from members import batches
from members.imports import undoing
from members.models import ImportBatch, Member
from members.models.batches import KEPT_FOR

PER_PAGE = 50


@require_safe
def import_batches(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied
    listed = ImportBatch.objects.visible_to(request.user).select_related("written_by", "undone_by")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "members/batch_list.html", {"page": page, "days": KEPT_FOR.days})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_batch(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What undoing would do, and undoing it; for one that is over, what became of its rows."""
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied
    listed = ImportBatch.objects.select_related("written_by", "undone_by")
    batch = get_visible_or_404(listed, request.user, pk=pk)
    if request.method == "POST":
        return _undo(request, batch)
    plan = batches.plan(batch, by=request.user) if batch.can_be_undone else None
    kept = plan.kept if plan else [(row, row.reason) for row in batches.left(batch)]
    page = Paginator(kept, PER_PAGE).get_page(request.GET.get("page"))
    shown = [row.member_id for row, _ in page if row.member_id]
    known = Member.objects.visible_to(request.user).in_bulk(shown)
    context = {
        "batch": batch,
        "plan": plan,
        "page": page,
        "lines": [(row, known.get(row.member_id), reason) for row, reason in page],
        "until": batch.written_at + KEPT_FOR,
    }
    return render(request, "members/batch_detail.html", context)


def _undo(request: AuthenticatedRequest, batch: ImportBatch) -> HttpResponse:
    try:
        job = undoing.undo_soon(batch, by=request.user)
    except batches.BatchError as refusal:
        messages.error(request, str(refusal))
        return redirect("import_batch", batch.pk)
    if job:
        return redirect("job_detail", job.pk)
    messages.success(request, f"已撤销导入“{batch.source}”。")
    return redirect("import_batch", batch.pk)
