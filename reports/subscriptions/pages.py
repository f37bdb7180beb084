"""The page of subscriptions: one's own, and for staff those of others in their part of the tree."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from reports.figures.catalogue import QUARTERLY
from reports.models import Sending, Subscription
from reports.views import PER_PAGE, check_figures

from . import keeping, rights, sending
from .forms import SubscriptionForm
from .keeping import SubscriptionError

#: How the state of a subscription is marked.
TONES = {"active": "done", "stopped": "late", "ended": "todo"}


@dataclass(frozen=True)
class Shown:
    """A line of the page: ``last`` is what was sent or tried last, ``lack`` why nothing can be."""

    row: Subscription
    last: Sending | None
    lack: str

    @property
    def tone(self) -> str:
        return TONES[self.row.state]

    @property
    def tables(self) -> str:
        names = [QUARTERLY[name].title for name in self.row.statistics if name in QUARTERLY]
        return "全部统计表" if len(names) == len(QUARTERLY) else "、".join(names)

    @property
    def may_end(self) -> bool:
        return self.row.state != Subscription.State.ENDED

    @property
    def has_failed(self) -> bool:
        return self.last is not None and self.last.state == Sending.State.FAILED


@require_safe
def subscription_list(request: AuthenticatedRequest) -> HttpResponse:
    _require(request)
    return _page(request, SubscriptionForm(user=request.user, today=timezone.localdate()))


def _page(request: AuthenticatedRequest, form: SubscriptionForm, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    rows = Subscription.objects.visible_to(request.user).select_related("user", "branch")
    page = Paginator(rows.order_by("state", "branch_path", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    period, day = sending.next_due(today)
    context = {
        "form": form,
        "page": page,
        "lines": list(_shown(page)),
        "period": period,
        "day": day,
        "mail_is_on": settings.MAIL_IS_ON,
        "email": request.user.email,
        "keeps_others": has_right(request.user, Right.KEEP_SUBSCRIPTIONS),
    }
    return render(request, "reports/subscriptions.html", context, status=status)


def _shown(rows: Iterable[Subscription]) -> Iterable[Shown]:
    found = list(rows)
    last = sending.at_latest(found)
    for row in found:
        lacks = row.state == Subscription.State.ACTIVE and not row.user.email
        yield Shown(
            row, last.get(row.pk), f"{sending.NO_ADDRESS}，填写以前不会发送。" if lacks else row.reason
        )


@require_POST
def subscription_add(request: AuthenticatedRequest) -> HttpResponse:
    _require(request)
    today = timezone.localdate()
    form = SubscriptionForm(request.POST, user=request.user, today=today)
    if not form.is_valid():
        return _page(request, form, 422)
    values = form.cleaned_data
    person = values.get("person") or request.user
    try:
        row = keeping.subscribe(person, values["branch"], values["statistics"], by=request.user, today=today)
    except SubscriptionError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, 422)
    period, day = sending.next_due(today)
    messages.success(
        request, f"已订阅{row.branch.short_name}的统计。{period.label}的统计 {day} 发给{person.name}。"
    )
    return redirect("subscription_list")


@require_POST
def subscription_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row: Subscription = get_visible_or_404(
        Subscription.objects.select_related("user", "branch"), request.user, pk=pk
    )
    try:
        keeping.end(row, by=request.user)
    except SubscriptionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已取消：{row}。")
    return redirect("subscription_list")


@require_POST
def subscription_again(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Try anew to send what failed last."""
    row: Subscription = get_visible_or_404(
        Subscription.objects.select_related("user", "branch"), request.user, pk=pk
    )
    last = sending.at_latest([row]).get(row.pk)
    if last and sending.send_again(last, by=request.user):
        messages.success(request, "将在几分钟内再次发送。")
    else:
        messages.error(request, "只有发送失败的可以再次发送。")
    return redirect("subscription_list")


def _require(request: AuthenticatedRequest) -> None:
    check_figures(request.user)
    if not has_right(request.user, rights.RIGHT):
        raise PermissionDenied
