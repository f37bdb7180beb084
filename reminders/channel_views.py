"""How messages reach people: everybody's own choice, and what the system administrator sets up."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.roles import Right
from branches.scope import has_right

from . import choices, wecom_app
from .addresses import AddressError
from .forms import NoticeForm, WeComAppForm
from .models import CalendarFeed, WeComApp


@require_http_methods(["GET", "HEAD", "POST"])
def notice_choices(request: AuthenticatedRequest) -> HttpResponse:
    """One's own channels; the to-do list is always one of them."""
    form = _form(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        choices.choose(request.user, mail=form.cleaned_data["mail"], wecom=form.cleaned_data["wecom"])
        messages.success(request, "提醒方式已保存。")
        return redirect("notice_choices")
    return render(request, "reminders/notice_choices.html", {**notice_context(request.user), "form": form})


def _form(user: User, data: QueryDict | None = None) -> NoticeForm:
    choice = choices.choice_of(user)
    return NoticeForm(data, initial={"mail": choice.mail, "wecom": choice.wecom})


def notice_context(user: User) -> dict[str, object]:
    """What the page of one's own channels shows."""
    return {
        "form": _form(user),
        "open": choices.open_channels(),
        "email": user.email,
        "feed": CalendarFeed.objects.filter(user=user).first(),
    }


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def message_channels(request: AuthenticatedRequest) -> HttpResponse:
    """The WeCom application, and what the environment says of mail."""
    if not has_right(request.user, Right.KEEP_CHANNELS):
        raise PermissionDenied("发送渠道由系统管理员设置。")
    app = WeComApp.objects.first()
    form = WeComAppForm(request.POST or None, instance=app)
    if request.method == "POST" and form.is_valid():
        try:
            wecom_app.set_up(**form.cleaned_data, by=request.user)
        except AddressError as refusal:
            form.add_error("server", str(refusal))
        else:
            messages.success(request, "企业微信应用已保存。")
            return redirect("message_channels")
    context = {"form": form, "app": app, "mail_is_on": settings.MAIL_IS_ON, "site_url": settings.SITE_URL}
    return render(request, "reminders/message_channels.html", context)
