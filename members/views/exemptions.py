"""Exemptions from taking part: one member's, with the form for another; ended, withdrawn; and everybody's in a list."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from members import exemptions
from members.exemption_forms import ExemptionEndForm, ExemptionForm
from members.exemptions import ARTICLE, REFUSAL, ExemptionError
from members.models import Exemption, Member

PER_PAGE = 50


@never_cache
@require_safe
def exemption_list(request: AuthenticatedRequest) -> HttpResponse:
    """Whoever is exempt today or will be, of the branches whose records one keeps."""
    if not has_right(request.user, Right.RECORD):
        raise PermissionDenied(REFUSAL)
    rows = Exemption.objects.filter(member__in=Member.objects.reachable_by(request.user, Right.RECORD))
    rows = rows.exclude(until__lt=timezone.localdate()).select_related("member__branch")
    order = ("member__branch__order_key", "member__name_order", "member__number", "since")
    page = Paginator(rows.order_by(*order), PER_PAGE).get_page(request.GET.get("page"))
    lone = len({row.member.branch_id for row in page}) == 1
    context = {"page": page, "lone": lone, "article": ARTICLE}
    return render(request, "members/exemption_list.html", context)


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
