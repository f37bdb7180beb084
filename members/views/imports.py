"""The import of a roster: upload, review, decisions, writing. Each decision has an address of its own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import has_right
from jobs import uploads
from jobs.forms import UploadForm
from jobs.models import Upload
from lib import sentences
from lib.media_types import XLSX
from lib.sheets.reading import WorkbookError
from members.imports import staging
from members.imports.forms import AcceptForm, ColumnsForm, DatesForm, PasteForm
from members.imports.page import LISTS, ReviewPage
from members.models import ImportBatch

PER_PAGE = 50
RECENT = 8


def own_upload_or_404(request: AuthenticatedRequest, pk: UUID) -> Upload:
    """One's own roster upload, for whoever may import."""
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied
    own = Upload.objects.visible_to(request.user).select_related("job", "owner")
    return get_object_or_404(own, pk=pk, kind=staging.KIND)


def open_review_or_404(upload: Upload) -> dict[str, Any]:
    """The review of an upload about which something can still be decided."""
    review = None if upload.is_decided else staging.review_of(upload)
    if review is None:
        raise Http404
    return review


@require_http_methods(["GET", "HEAD", "POST"])
def import_roster(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    if not has_right(user, Right.IMPORT):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = staging.receive(user, file.name, file.read())
        except WorkbookError as fault:
            form.add_error("file", fault.message)
        else:
            return redirect("import_review", upload.pk)
    return _start(request, form, PasteForm())


def _start(request: AuthenticatedRequest, form: UploadForm, paste: PasteForm) -> HttpResponse:
    recent = Upload.objects.visible_to(request.user).filter(kind=staging.KIND)[:RECENT]
    context = {"form": form, "paste": paste, "recent": recent}
    return render(request, "members/import_upload.html", context)


@require_POST
def import_paste(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied
    paste = PasteForm(request.POST)
    if paste.is_valid():
        try:
            upload = staging.receive_pasted(request.user, paste.cleaned_data["pasted"])
        except WorkbookError as fault:
            paste.add_error("pasted", fault.message)
        else:
            return redirect("import_review", upload.pk)
    return _start(request, UploadForm(), paste)


@require_safe
@never_cache
def import_review(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    is_busy = upload.job is not None and not upload.job.is_over
    if not is_busy and request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    if upload.state == Upload.State.WRITTEN:
        return _done(request, upload)
    review = staging.review_of(upload)
    if review is None or is_busy:
        has_source = uploads.has(upload, uploads.SOURCE)
        context = {"upload": upload, "job": upload.job, "is_busy": is_busy, "has_source": has_source}
        return render(request, "members/import_progress.html", context)
    return _review(request, upload, review, ColumnsForm(review["columns"]))


def _done(request: AuthenticatedRequest, upload: Upload) -> HttpResponse:
    batch = ImportBatch.objects.visible_to(request.user).filter(upload=upload).first()
    context = {"upload": upload, "batch": batch, "has_wrong": uploads.has(upload, uploads.WRONG)}
    return render(request, "members/import_done.html", context)


def _review(
    request: AuthenticatedRequest,
    upload: Upload,
    review: dict[str, Any],
    form: ColumnsForm,
    status: int = 200,
) -> HttpResponse:
    wanted = request.GET.get("show", "")
    show = wanted if wanted in LISTS else ""
    review_page = ReviewPage(upload, review, show)
    context = {
        "upload": upload,
        "review": review,
        "it": review_page,
        "page": Paginator(review_page.entries, PER_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "has_wrong": uploads.has(upload, uploads.WRONG),
    }
    return render(request, "members/import_review.html", context, status=status)


@require_POST
def import_columns(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    review = open_review_or_404(upload)
    form = ColumnsForm(review["columns"], request.POST)
    if not form.is_valid():
        return _review(request, upload, review, form, status=422)
    staging.decide_columns(upload, form.decided())
    messages.success(request, "列的对应已保存，已按新的对应重新核对。")
    return redirect("import_review", upload.pk)


@require_POST
def import_forget(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    open_review_or_404(upload)
    staging.forget_columns(upload)
    messages.success(request, "已忘记上次的对应，按列名重新核对。")
    return redirect("import_review", upload.pk)


@require_POST
def import_dates(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    review = open_review_or_404(upload)
    form = DatesForm([each["row"] for each in review["changed"]], request.POST)
    if form.is_valid():
        decided = form.cleaned_data
        staging.decide_dates(upload, offered=decided["shown"], ticked=decided["overwrite"])
        messages.success(request, "已保存：勾选的日期以文件为准，其余保持原值。")
    else:
        messages.error(request, "所选的行不在这个文件的变更中，没有保存。")
    return redirect("import_review", upload.pk)


@require_POST
def import_accept(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    review = open_review_or_404(upload)
    form = AcceptForm(request.POST)
    acceptable = {each["row"] for each in review["errors"] if each["can_accept"]}
    if form.is_valid() and form.cleaned_data["row"] in acceptable:
        staging.accept_mismatch(upload, form.cleaned_data["row"], form.cleaned_data["reason"])
        messages.success(request, f"第 {form.cleaned_data['row']} 行已接受，原因将写入该党员的证件不符说明。")
    else:
        said = [text for bound in form for text in sentences.texts(bound)]
        messages.error(request, said[0] if said else "这一行没有可以接受的不一致。")
    return redirect("import_review", upload.pk)


@require_POST
def import_write(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    try:
        staging.write_soon(upload)
    except (staging.Refused, uploads.Gone) as refusal:
        messages.error(request, str(refusal) or "文件已过期，请重新上传。")
    return redirect("import_review", upload.pk)


@require_POST
def import_drop(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload_or_404(request, pk)
    if upload.is_decided:
        messages.error(request, "文件正在写入或已经写入，不能放弃。")
        return redirect("import_review", upload.pk)
    uploads.drop(upload, by=request.user)
    messages.success(request, f"已放弃导入“{upload.name}”，文件已删除，没有写入任何内容。")
    return redirect("import_roster")


@confirmed
@require_safe
@never_cache
def import_wrong_rows(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """The rows to correct, with the reasons: a workbook of the owner's own data."""
    upload = own_upload_or_404(request, pk)
    try:
        content = uploads.read(upload, uploads.WRONG)
    except uploads.Gone:
        raise Http404 from None
    audit.record(
        "roster.wrong_rows", by=request.user, on=upload, after={"wrong": upload.outcome.get("wrong", 0)}
    )
    name = f"错误行-{upload.name.rpartition('.')[0] or upload.name}.xlsx"
    return FileResponse(iter([content]), as_attachment=True, filename=name, content_type=XLSX)
