"""What members ask about their own data: asking, the list of whoever answers, one of them with its answer."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from members import data_requests
from members.data_request_forms import DataRequestAnswerForm, DataRequestForm
from members.models import DataRequest, Member

PER_PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def data_request_ask(request: AuthenticatedRequest) -> HttpResponse:
    """About oneself; whoever is no member finds no such page."""
    member = Member.objects.filter(account=request.user).first()
    if member is None:
        raise Http404
    form = DataRequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = data_requests.ask(member, by=request.user, **form.cleaned_data)
        except data_requests.DataRequestError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"已提出，{made.due_on:%Y-%m-%d} 前答复。")
            return redirect("own_data")
    return render(
        request, "members/data_request_ask.html", {"form": form}, status=422 if form.errors else 200
    )


@never_cache
@require_safe
def data_request_list(request: AuthenticatedRequest) -> HttpResponse:
    """Those that wait for an answer, the most urgent first."""
    if not has_right(request.user, Right.KEEP_MEMBERS):
        raise PermissionDenied(data_requests.REFUSAL)
    rows = DataRequest.objects.visible_to(request.user).waiting().exclude(member__account=request.user)
    rows = rows.select_related("member__branch").order_by("due_on", "asked_at")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    lines = [(row, data_requests.days_left(row, today)) for row in page]
    return render(request, "members/data_request_list.html", {"page": page, "lines": lines})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def data_request(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """For oneself and for whoever answers; POST answers."""
    rows = DataRequest.objects.select_related("member__branch", "answered_by")
    row: DataRequest = get_visible_or_404(rows, request.user, pk=pk)
    answers = data_requests.may_answer(request.user, row)
    if request.method == "POST" and not answers:
        raise PermissionDenied(data_requests.REFUSAL)
    form = DataRequestAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            data_requests.answer(row, sent["state"], sent["answer"], sent["basis"], by=request.user)
        except data_requests.DataRequestError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"已答复{row.member.name}。")
            return redirect("data_request_list")
    context = {
        "row": row,
        "form": form if answers and row.is_open else None,
        "answers": answers,
        "left": data_requests.days_left(row, timezone.localdate()),
    }
    return render(request, "members/data_request.html", context, status=422 if form.errors else 200)


@require_POST
def data_request_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """One's own restriction is over."""
    row: DataRequest = get_visible_or_404(DataRequest.objects, request.user, pk=pk)
    try:
        data_requests.end_restriction(row, by=request.user)
    except data_requests.DataRequestError as refusal:
        messages.error(request, str(refusal))
        return redirect("data_request", pk)
    messages.success(request, "已取消限制处理。")
    return redirect("own_data")
