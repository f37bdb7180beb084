"""What every import that is done at once does with an uploaded file: finding it, writing it, giving it up."""

import logging
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.roles import Right
from branches.scope import has_right
from jobs import uploads
from jobs.models import Upload
from lib.media_types import XLSX

logger = logging.getLogger(__name__)


def own_upload_or_404(request: AuthenticatedRequest, pk: UUID, kind: str) -> Upload:
    """One's own file of that kind, for whoever may import."""
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied
    return get_object_or_404(Upload.objects.visible_to(request.user), pk=pk, kind=kind)


def write(
    request: AuthenticatedRequest, upload: Upload, work: Callable[[Upload, User], str], review: str
) -> HttpResponse:
    """Let ``work`` write the file once and say what it wrote; back to the page named ``review``."""
    if not uploads.claim(upload):
        messages.error(request, "这个文件正在写入或已经写入。")
        return redirect(review, upload.pk)
    try:
        said = work(upload, request.user)
    except Exception:  # whatever happened, nothing was written, and the page must say so
        logger.exception("%s %s could not be written", upload.kind, upload.pk)
        uploads.release(upload, Upload.State.FAILED)
        messages.error(request, "写入时出错，没有写入任何内容。请重试，仍不行请联系系统管理员。")
        return redirect(review, upload.pk)
    messages.success(request, said)
    return redirect(review, upload.pk)


def wrong_rows(
    request: AuthenticatedRequest, upload: Upload, work: Callable[[Upload, User], bytes], action: str
) -> HttpResponseBase:
    """Hand out the workbook of wrong rows that ``work`` makes; 404 without any. Audited as ``action``."""
    try:
        content = work(upload, request.user)
    except uploads.Gone:
        raise Http404 from None
    audit.record(action, by=request.user, on=upload)
    name = f"错误行-{upload.name.rpartition('.')[0] or upload.name}.xlsx"
    return FileResponse(iter([content]), as_attachment=True, filename=name, content_type=XLSX)


def drop(request: AuthenticatedRequest, upload: Upload, *, review: str, start: str) -> HttpResponse:
    """Give the file up, unless it is decided; back to the page named ``start``."""
    if upload.is_decided:
        messages.error(request, "文件正在写入或已经写入，不能放弃。")
        return redirect(review, upload.pk)
    uploads.drop(upload, by=request.user)
    messages.success(request, f"已放弃导入“{upload.name}”，文件已删除，没有写入任何内容。")
    return redirect(start)
