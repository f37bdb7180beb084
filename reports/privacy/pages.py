"""The register of personal data for the three administrators, as page, workbook and impact assessment."""

from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import has_right
from lib.media_types import DOCX
from lib.sheets.sending import download

from . import papers
from .items import ITEMS
from .register import field_words

REFUSAL = "个人信息登记表由系统管理员、安全管理员和审计管理员查看。"


@require_safe
def privacy_register(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.SEE_REGISTER):
        raise PermissionDenied(REFUSAL)
    context = {"items": [(item, field_words(item)) for item in ITEMS]}
    return render(request, "reports/privacy_register.html", context)


@require_POST
def privacy_register_export(request: AuthenticatedRequest, ending: str) -> HttpResponseBase:
    """The register as xlsx, the impact assessment as docx."""
    if not has_right(request.user, Right.SEE_REGISTER):
        raise PermissionDenied(REFUSAL)
    day = timezone.localdate().isoformat()
    if ending == "xlsx":
        content = BytesIO()
        papers.workbook(content, by=request.user)
        return download(content, f"{papers.TITLE} {day}.xlsx")
    if ending == "docx":
        made = BytesIO(papers.assessment(by=request.user))
        name = f"{papers.ASSESSMENT} {day}.docx"
        return FileResponse(made, as_attachment=True, filename=name, content_type=DOCX)
    raise Http404
