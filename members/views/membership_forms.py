"""The register of 《入党志愿书》: draws, the forms they are made of, a new draw, marks, and the two workbooks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send
from members.development import form_register, membership_forms
from members.development.drawing_forms import DrawFilter, DrawForm, MarkForm, NumberFilter, UnmarkForm
from members.development.form_register import BESIDE, TITLES
from members.development.forms import ReasonForm
from members.development.membership_forms import FormError
from members.models import FormDraw, MembershipForm

PER_PAGE = 50


def _admit(request: AuthenticatedRequest) -> None:
    if not has_right(request.user, Right.SEE_DEVELOPMENT):
        raise PermissionDenied("《入党志愿书》由党支部和上级工作人员登记。")


@require_safe
def form_draws(request: AuthenticatedRequest) -> HttpResponse:
    """The draws with what became of their forms; each number leads to them."""
    _admit(request)
    user, form = request.user, DrawFilter(request.GET, user=request.user)
    asked = form.asked()
    page = Paginator(form_register.draws(user, asked), PER_PAGE).get_page(request.GET.get("page"))
    by_draw, total = form_register.tallies(user, asked)
    context = {
        "form": form,
        "page": page,
        "lines": [(row, by_draw[row.pk].columns) for row in page],
        "total": total,
        "beside": form_register.beside(user, asked).count(),
        "asked": asked.as_parameters(),
        "query": urlencode(asked.as_parameters()),
        "is_filtered": bool(asked.as_parameters()),
        "may_draw": has_right(user, Right.APPROVE),
        "may_export": has_right(user, Right.EXPORT),
    }
    return render(request, "members/form_draws.html", context)


@require_safe
def form_numbers(request: AuthenticatedRequest) -> HttpResponse:
    """The forms one by one; with ``draw`` those of one draw."""
    _admit(request)
    user, form = request.user, NumberFilter(request.GET, user=request.user)
    asked = form.asked()
    is_beside = asked.state == BESIDE
    found = form_register.beside(user, asked) if is_beside else form_register.forms(user, asked)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": form_register.lines_beside(page) if is_beside else form_register.lines(user, page),
        "draw": asked.draw,
        "asked": asked.as_parameters(),
        "is_filtered": bool(asked.as_parameters()),
        "may_cancel": asked.draw is not None
        and may(user, Right.APPROVE, asked.draw.branch_path)
        and membership_forms.is_untouched(asked.draw),
        "may_export": has_right(user, Right.EXPORT),
    }
    return render(request, "members/form_numbers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def form_draw(request: AuthenticatedRequest) -> HttpResponse:
    """Record that an organisation drew forms."""
    user = request.user
    if not has_right(user, Right.APPROVE):
        raise PermissionDenied("领取由组织部和二级党组织工作人员登记。")
    form = DrawForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            row = membership_forms.draw(**form.cleaned_data, by=user)
        except FormError as refusal:
            form.add_error("first", str(refusal))
        else:
            messages.success(request, f"已登记{row.branch.short_name}领取{row.quantity}份：{row.numbers}。")
            return redirect("form_draws")
    return render(request, "members/form_draw.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def form_draw_cancel(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Take back a draw entered by mistake."""
    row: FormDraw = get_visible_or_404(FormDraw.objects.select_related("branch"), request.user, pk=pk)
    if not may(request.user, Right.APPROVE, row.branch_path):
        raise PermissionDenied("领取由组织部和二级党组织工作人员撤销。")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership_forms.cancel(row, form.cleaned_data["reason"], by=request.user)
        except FormError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已撤销{row.branch.short_name}的领取登记：{row.numbers}。")
            return redirect("form_draws")
    context = {"draw": row, "form": form}
    return render(request, "members/form_draw_cancel.html", context, status=422 if form.errors else 200)


def _form(request: AuthenticatedRequest, pk: int) -> MembershipForm:
    forms = membership_forms.with_state(MembershipForm.objects.select_related("draw__branch"))
    found: MembershipForm = get_visible_or_404(forms, request.user, pk=pk)
    if request.method == "POST" and not may(request.user, Right.DEVELOP, found.draw.branch_path):
        raise PermissionDenied("由党支部和上级工作人员标记。")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def membership_form(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """GET shows one form; POST says that it is void, lost or returned."""
    one = _form(request, pk)
    form = MarkForm(request.POST or None, one)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            membership_forms.mark(one, values["mark"], values["on"], values["reason"], by=request.user)
        except FormError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"编号{one.number}已标记为{MembershipForm.Mark(values['mark']).label}。"
            )
            return redirect("membership_form", pk)
    return _form_page(request, one, form, UnmarkForm())


@require_POST
def membership_form_unmark(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The form is there and unused after all."""
    one = _form(request, pk)
    form = UnmarkForm(request.POST)
    if form.is_valid():
        membership_forms.unmark(one, form.cleaned_data["reason"], by=request.user)
        messages.success(request, f"编号{one.number}的标记已取消。")
        return redirect("membership_form", pk)
    return _form_page(request, one, MarkForm(None, one), form)


def _form_page(
    request: AuthenticatedRequest, one: MembershipForm, mark: MarkForm, unmark: UnmarkForm
) -> HttpResponse:
    context = {
        "line": form_register.lines(request.user, [one])[0],
        "one": one,
        "mark": mark,
        "unmark": unmark,
        "may_mark": may(request.user, Right.DEVELOP, one.draw.branch_path),
    }
    is_wrong = mark.errors or unmark.errors
    return render(request, "members/membership_form.html", context, status=422 if is_wrong else 200)


@confirmed
@require_POST
@leaving
def form_export(request: AuthenticatedRequest, which: str) -> HttpResponseBase:
    """表1 or 表2 of what the list shows; what was not understood is not left out."""
    user = request.user
    if which not in TITLES:
        raise Http404
    if not (has_right(user, Right.SEE_DEVELOPMENT) and has_right(user, Right.EXPORT)):
        raise PermissionDenied("登记表由党支部和上级工作人员导出。")
    form = NumberFilter(request.POST, user=user)
    asked = form.asked()
    if form.errors:
        raise Http404
    content = Outgoing(request.POST)
    form_register.write(content, which, user, asked)
    return send(content, f"{TITLES[which]}-{timezone.localdate():%Y%m%d}")
