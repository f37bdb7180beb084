"""Certificates of membership: issued, listed, fetched as Word or PDF, and verified by number and code."""

from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.list_exports import Found, ListExport, columns, offered
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.media_types import DOCX, PDF
from lib.typesetting import CannotTypeset
from members import certificates
from members.certificates import CertificateError
from members.certificates_forms import CertificateFilter, IssueForm, VerifyForm
from members.models import Certificate, Member

PER_PAGE = 50


def _staff_only(user: User) -> None:
    if not has_right(user, Right.KEEP_MEMBERS):
        raise PermissionDenied("党员证明由组织部和二级党组织工作人员开具和核验。")


def _listed(user: User, data: QueryDict) -> tuple[CertificateFilter, QuerySet[Certificate]]:
    _staff_only(user)
    form = CertificateFilter(data)
    return form, form.chosen(Certificate.objects.visible_to(user)).select_related("member", "issued_by")


@require_safe
def certificate_list(request: AuthenticatedRequest) -> HttpResponse:
    form, rows = _listed(request.user, request.GET)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    export = offered(request, request.user, "certificate_export", form)
    context = {"form": form, "page": page, "is_filtered": bool(form.wanted()), "export": export}
    return render(request, "members/certificate_list.html", context)


def _found(user: User, data: QueryDict) -> Found:
    form, rows = _listed(user, data)
    return Found((_cells(one) for one in rows), rows.count(), form)


def _cells(one: Certificate) -> list[object]:
    by = one.issued_by.name if one.issued_by else ""
    names = [one.number, one.member.number, one.member.name, one.wording["branch"]]
    return [*names, one.purpose, one.issued_on, by]


EXPORT = ListExport(
    "certificate",
    "党员证明",
    Right.KEEP_MEMBERS,
    columns(
        ("证明编号", "text", 14),
        "党员编号",
        "姓名",
        ("党支部", "text", 30),
        ("用途", "text", 30),
        ("开具日期", "date"),
        "开具人",
    ),
    _found,
)


@require_http_methods(["GET", "HEAD", "POST"])
def certificate_issue(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    member = get_visible_or_404(Member.objects.select_related("branch__parent"), request.user, pk=pk)
    if not may(request.user, Right.KEEP_MEMBERS, member.branch_path):
        raise PermissionDenied
    form = IssueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = certificates.issue(member, form.cleaned_data["purpose"], by=request.user)
        except CertificateError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("certificate_page", issued.pk)
    return render(request, "members/certificate_issue.html", {"member": member, "form": form})


@require_safe
def certificate_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = Certificate.objects.select_related("member", "issued_by")
    return render(
        request, "members/certificate.html", {"certificate": get_visible_or_404(rows, request.user, pk=pk)}
    )


@require_safe
@never_cache
def certificate_word(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    return _file(request, pk, "docx")


@require_safe
@never_cache
def certificate_pdf(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    return _file(request, pk, "pdf")


def _file(request: AuthenticatedRequest, pk: int, kind: str) -> HttpResponseBase:
    """The paper, audited; back to its page with the reason when it cannot be made."""
    certificate: Certificate = get_visible_or_404(Certificate.objects, request.user, pk=pk)
    try:
        content = certificates.pdf(certificate) if kind == "pdf" else certificates.word(certificate)
    except (CertificateError, CannotTypeset) as refusal:
        messages.error(request, str(refusal))
        return redirect("certificate_page", pk)
    audit.record("certificate.print", by=request.user, on=certificate, after={"as": kind})
    content_type = PDF if kind == "pdf" else DOCX
    name = f"党员证明-{certificate.number}.{kind}"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=content_type)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def certificate_verify(request: AuthenticatedRequest) -> HttpResponse:
    """By POST, so that the code stands in no address; the answer says what the paper says and no more."""
    _staff_only(request.user)
    form = VerifyForm(request.POST or None)
    context = {"form": form, "is_asked": False}
    if request.method == "POST" and form.is_valid():
        context |= {"is_asked": True, "found": certificates.verify(**form.cleaned_data)}
    return render(request, "members/certificate_verify.html", context)
