"""The import of the organisation register: upload, review, writing, each done at once: registers are short."""

from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches import register
from branches.forms import RenamesForm
from branches.list_exports import offered
from branches.register import staging
from branches.register.page import RegisterPage
from branches.roles import Right
from branches.scope import has_right
from jobs import uploads
from jobs.forms import UploadForm
from jobs.models import Upload
from lib.sheets.reading import WorkbookError

from . import uploaded

RECENT = 8


def _own_upload(request: AuthenticatedRequest, pk: UUID) -> Upload:
    return uploaded.own_upload_or_404(request, pk, staging.KIND)


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
    export = offered(request, request.user, "register_export")
    return render(request, "branches/import_upload.html", {"form": form, "recent": recent, "export": export})


@require_safe
@never_cache
def import_register_review(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = _own_upload(request, pk)
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
    upload = _own_upload(request, pk)
    return uploaded.wrong_rows(request, upload, staging.wrong_workbook_of, "register.wrong_rows")


@require_POST
def import_register_renames(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = _own_upload(request, pk)
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
    return uploaded.write(request, _own_upload(request, pk), _write, "import_register_review")


def _write(upload: Upload, by: User) -> str:
    counts = staging.write_now(upload, by)
    return f"已写入：新增 {counts['new']} 个、变更 {counts['changed']} 个党组织。"


@require_POST
def import_register_drop(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = _own_upload(request, pk)
    return uploaded.drop(request, upload, review="import_register_review", start="import_register")
