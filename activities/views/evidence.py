"""The files of a record: added, shown to whoever may see the record, and taken away."""

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from activities import evidence
from activities.evidence import Added
from activities.evidence_forms import EvidenceForm
from activities.models import Activity, Evidence
from activities.refusals import RecordError
from activities.views.places import require
from branches.roles import Right
from branches.scope import get_visible_or_404
from lib.media_types import JPEG

#: Whatever a file turns out to be, it runs nothing, loads nothing and stands in no other page.
HARMLESS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@require_POST
def evidence_add(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Each file for itself: one that is not taken says why and keeps no other from being taken."""
    activity: Activity = get_visible_or_404(Activity.objects.select_related("branch"), request.user, pk=pk)
    require(request.user, Right.RECORD, activity)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "请先选择文件，再点“上传”。")
        return redirect("activity_detail", pk)
    say_added(request, evidence.add_each(activity, form.cleaned_data["chosen"], by=request.user))
    return redirect("activity_detail", pk)


def say_added(request: AuthenticatedRequest, added: Added, more: str = "") -> None:
    """What was taken, and of each file that was not its name and why; ``more`` says what to do then."""
    for name, why in added.refused:
        messages.error(request, f"“{name}”没有添加：{why}{more}")
    if added.number:
        messages.success(request, f"已添加 {added.number} 份材料。")


@require_safe
def evidence_file(request: AuthenticatedRequest, pk: UUID) -> FileResponse:
    """A photo to look at; a document, which is kept as it came, only to be saved."""
    row = _found(request, pk)
    return _answer(row, evidence.path_of(row), row.media_type, as_attachment=not row.is_picture)


@require_safe
def evidence_thumbnail(request: AuthenticatedRequest, pk: UUID) -> FileResponse:
    row = _found(request, pk)
    if not row.is_picture:
        raise Http404
    return _answer(row, evidence.thumbnail_of(row), JPEG, as_attachment=False)


def _found(request: AuthenticatedRequest, pk: UUID) -> Evidence:
    rows = Evidence.objects.shown().select_related("activity__branch")
    row: Evidence = get_visible_or_404(rows, request.user, pk=pk)
    return row


def _answer(row: Evidence, path: Path, media_type: str, *, as_attachment: bool) -> FileResponse:
    try:
        content = path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        content, as_attachment=as_attachment, filename=row.name, content_type=media_type, headers=HARMLESS
    )


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_remove(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    row = _found(request, pk)
    require(request.user, Right.RECORD, row.activity)
    if request.method == "POST":
        try:
            evidence.remove(row, by=request.user)
        except RecordError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"已移除“{row.name}”。")
        return redirect("activity_detail", row.activity_id)
    return render(request, "activities/evidence_remove.html", {"evidence": row, "activity": row.activity})
