"""The import of a year's ledger: upload, review, writing, each done at once."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from activities.ledgers import Review, open_ledger, staging
from branches.register.page import problem_line
from branches.roles import Right
from branches.scope import has_right
from branches.views import uploaded
from jobs import uploads
from jobs.forms import UploadForm
from jobs.models import Upload
from lib.sheets.intake import Report
from lib.sheets.reading import WorkbookError

RECENT = 8
LISTS = {"new": "新增", "unchanged": "已有", "wrong": "错误", "warnings": "提示"}


@require_http_methods(["GET", "HEAD", "POST"])
def import_ledger(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.IMPORT):
        raise PermissionDenied("活动台账由组织部和二级党组织工作人员导入。")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            open_ledger(BytesIO(content))
        except WorkbookError as fault:
            form.add_error("file", fault.message)
        else:
            upload = uploads.keep(request.user, staging.KIND, file.name, content)
            return redirect("import_ledger_review", upload.pk)
    recent = Upload.objects.visible_to(request.user).filter(kind=staging.KIND)[:RECENT]
    return render(request, "activities/ledger_upload.html", {"form": form, "recent": recent})


def _own_upload(request: AuthenticatedRequest, pk: UUID) -> Upload:
    return uploaded.own_upload_or_404(request, pk, staging.KIND)


@require_safe
@never_cache
def import_ledger_review(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = _own_upload(request, pk)
    try:
        found = staging.review_of(upload, request.user)
    except uploads.Gone:
        context: dict[str, Any] = {"upload": upload, "has_wrong": uploads.has(upload, uploads.WRONG)}
        return render(request, "activities/ledger_done.html", context)
    report = found.report()
    lists = _lists(found, report)
    asked = request.GET.get("show", "")
    show = asked if asked in LISTS else next((name for name in ("wrong", "new") if lists[name]), "unchanged")
    context = {
        "upload": upload,
        "report": report,
        "show": show,
        "title": LISTS[show],
        "entries": lists[show],
        "tabs": [(name, label, _count(found, lists, name)) for name, label in LISTS.items()],
        "unknown": [column["heading"] for column in report.columns if column["field"] is None],
    }
    return render(request, "activities/ledger_review.html", context)


def _lists(found: Review, report: Report) -> dict[str, list[Any]]:
    return {
        "new": [entry for entry, _ in found.new],
        "unchanged": found.unchanged,
        "wrong": [problem_line(found.table, problem) for problem in report.errors],
        "warnings": [problem_line(found.table, problem) for problem in report.warnings],
    }


def _count(found: Review, lists: dict[str, list[Any]], name: str) -> int:
    """Of wrong rows the rows, whatever is wrong in each."""
    return len(found.wrong) if name == "wrong" else len(lists[name])


@require_safe
@never_cache
def import_ledger_wrong_rows(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    upload = _own_upload(request, pk)
    return uploaded.wrong_rows(request, upload, staging.wrong_workbook_of, "activity.wrong_rows")


@require_POST
def import_ledger_write(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    return uploaded.write(request, _own_upload(request, pk), _write, "import_ledger_review")


def _write(upload: Upload, by: User) -> str:
    return f"已写入 {staging.write_now(upload, by)['new']} 条活动记录。"


@require_POST
def import_ledger_drop(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = _own_upload(request, pk)
    return uploaded.drop(request, upload, review="import_ledger_review", start="import_ledger")
