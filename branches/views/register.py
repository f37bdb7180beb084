"""The import of the organisation register: upload, review, writing, each done at once: registers are short."""

import logging
from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from branches import register
from branches.forms import RenamesForm
from branches.register import staging
from branches.register.page import RegisterPage
from branches.roles import Right
from branches.scope import has_right
from jobs import uploads
from jobs.forms import UploadForm
from jobs.models import Upload
from lib.media_types import XLSX
from lib.sheets.reading import WorkbookError

RECENT = 8

logger = logging.getLogger(__name__)


def own_upload_or_404(request: AuthenticatedRequest, pk: UUID) -> Upload:
    """One's own register, for whoever may import."""
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied
    return get_object_or_404(Upload.objects.visible_to(request.user), pk=pk, kind=staging.KIND)


@require_http_methods(["GET", "HEAD", "POST"])
def import_register(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            register.open_register(BytesIO(content))
        except WorkbookError as fault:
            form.add_error("file", fault.message)
        else:
            upload = uploads.keep(request.user, staging.KIND, file.name, content)
            return redirect("import_register_review", upload.pk)
    recent = Upload.objects.visible_to(request.user).filter(kind=staging.KIND)[:RECENT]
    return render(request, "branches/import_upload.html", {"form": form, "recent": recent})


@require_safe
@never_cache
def import_register_review(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    try:
        page = RegisterPage(upload, staging.review_of(upload, request.user), request.GET.get("show", ""))
    except uploads.Gone:
        wrong = staging.wrong_rows_of(upload)
        context = {"upload": upload, "wrong": wrong, "has_wrong": uploads.has(upload, uploads.WRONG)}
        return render(request, "branches/import_done.html", context)
    return render(request, "branches/import_review.html", {"upload": upload, "it": page})


@require_safe
@never_cache
def import_register_wrong_rows(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """The rows to correct, with the reasons: a workbook of the owner's own data."""
    upload = own_upload_or_404(request, pk)
    try:
        content = staging.wrong_workbook_of(upload, request.user)
    except uploads.Gone:
        raise Http404 from None
    audit.record("register.wrong_rows", by=request.user, on=upload)
    name = f"错误行-{upload.name.rpartition('.')[0] or upload.name}.xlsx"
    return FileResponse(iter([content]), as_attachment=True, filename=name, content_type=XLSX)


@require_POST
def import_register_renames(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    if upload.is_decided or not uploads.has(upload, uploads.SOURCE):
        messages.error(request, "文件正在写入、已经写入或已过期，没有保存。")
        return redirect("import_register_review", upload.pk)
    form = RenamesForm(
        RegisterPage(upload, staging.review_of(upload, request.user), "").offered, request.POST
    )
    if form.is_valid():
        decided = form.cleaned_data
        staging.decide_renames(upload, offered=decided["shown"], ticked=decided["overwrite"])
        messages.success(request, "已保存：勾选的党组织按文件改名，其余保持原名。")
    else:
        messages.error(request, "所选的行不在这个文件的变更中，没有保存。")
    return redirect("import_register_review", upload.pk)


@require_POST
def import_register_write(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    if not uploads.claim(upload):
        messages.error(request, "这个文件正在写入或已经写入。")
        return redirect("import_register_review", upload.pk)
    try:
        counts = staging.write_now(upload, request.user)
    except Exception:  # whatever happened, nothing was written, and the page must say so
        logger.exception("register %s could not be written", upload.pk)
        uploads.release(upload, Upload.State.FAILED)
        messages.error(request, "写入时出错，没有写入任何内容。请重试，仍不行请联系系统管理员。")
        return redirect("import_register_review", upload.pk)
    messages.success(request, f"已写入：新增 {counts['new']} 个、变更 {counts['changed']} 个党组织。")
    return redirect("import_register_review", upload.pk)


@require_POST
def import_register_drop(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    if upload.is_decided:
        messages.error(request, "文件正在写入或已经写入，不能放弃。")
        return redirect("import_register_review", upload.pk)
    uploads.drop(upload, by=request.user)
    messages.success(request, f"已放弃导入“{upload.name}”，文件已删除，没有写入任何内容。")
    return redirect("import_register")
