"""Exemptions from taking part: one member's, with the form for another; ended, withdrawn; and everybody's in a list."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.list_exports import Found, ListExport, columns, offered
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from members import exemptions
from members.exemption_forms import ExemptionEndForm, ExemptionForm
from members.exemptions import ARTICLE, REFUSAL, ExemptionError
from members.models import Exemption, Member

PER_PAGE = 50


def _listed(user: User) -> QuerySet[Exemption]:
    """Whoever is exempt today or will be, of the branches whose records one keeps."""
    if not has_right(user, Right.RECORD):
        raise PermissionDenied(REFUSAL)
    rows = Exemption.objects.filter(member__in=Member.objects.reachable_by(user, Right.RECORD))
    rows = rows.exclude(until__lt=timezone.localdate()).select_related("member__branch")
    return rows.order_by("member__branch__order_key", "member__name_order", "member__number", "since")


@never_cache
@require_safe
def exemption_list(request: AuthenticatedRequest) -> HttpResponse:
    page = Paginator(_listed(request.user), PER_PAGE).get_page(request.GET.get("page"))
    lone = len({row.member.branch_id for row in page}) == 1
    export = offered(request, request.user, "exemption_export")
    context = {"page": page, "lone": lone, "article": ARTICLE, "export": export}
    return render(request, "members/exemption_list.html", context)


def _found(user: User, data: QueryDict) -> Found:
    rows = _listed(user)
    return Found((_cells(row) for row in rows), rows.count())


def _cells(row: Exemption) -> list[object]:
    member = row.member
    names = [member.number, member.name, member.branch.short_name, member.branch.code]
    return [*names, row.get_ground_display(), row.since, row.until]


EXPORT = ListExport(
    "exemption",
    "免于要求的党员",
    Right.RECORD,
    columns(
        "编号",
        "姓名",
        ("党支部", "text", 26),
        ("党组织代码", "text", 16),
        ("原因", "text", 26),
        ("开始日期", "date"),
        ("最后一天", "date"),
    ),
    _found,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_exemptions(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One member's, for himself and for whoever keeps the branch's records; POST writes another down."""
    member: Member = get_visible_or_404(Member.objects.select_related("branch"), request.user, pk=pk)
    keeps = exemptions.may_keep(request.user, member)
    if not keeps and (request.method == "POST" or member.account_id != request.user.pk):
        raise PermissionDenied(REFUSAL)
    form = ExemptionForm(request.POST or None, initial={"since": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            exemptions.grant(member, by=request.user, **form.cleaned_data)
        except ExemptionError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"已登记{member.name}免于要求。已保存的记录不变。")
            return redirect("member_exemptions", pk)
    context = {
        "member": member,
        "rows": member.exemptions.select_related("by"),
        "form": form,
        "keeps": keeps,
        "today": timezone.localdate(),
        "article": ARTICLE,
    }
    return render(request, "members/exemptions.html", context, status=422 if form.errors else 200)


def _to_keep(request: AuthenticatedRequest, pk: UUID) -> Exemption:
    rows = Exemption.objects.select_related("member__branch")
    exemption: Exemption = get_visible_or_404(rows, request.user, pk=pk)
    if not exemptions.may_keep(request.user, exemption.member):
        raise PermissionDenied(REFUSAL)
    return exemption


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exemption_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    exemption = _to_keep(request, pk)
    suggested = exemption.until or max(timezone.localdate(), exemption.since)
    form = ExemptionEndForm(request.POST or None, suggested=suggested)
    if request.method == "POST" and form.is_valid():
        try:
            exemptions.end(exemption, on=form.cleaned_data["until"], by=request.user)
        except ExemptionError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "已改好最后一天。已保存的记录不变。")
            return redirect("member_exemptions", exemption.member_id)
    return _show_end(request, exemption, form)


def _show_end(request: AuthenticatedRequest, exemption: Exemption, form: Form) -> HttpResponse:
    context = {"exemption": exemption, "form": form}
    return render(request, "members/exemption_end.html", context, status=422 if form.errors else 200)


@require_POST
def exemption_withdraw(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    exemption = _to_keep(request, pk)
    try:
        exemptions.withdraw(exemption, by=request.user)
    except ExemptionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤销这条登记，原因和说明已一并删除。已保存的记录不变。")
    return redirect("member_exemptions", exemption.member_id)
