"""The calendar feed, and its owner's buttons."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest

from . import calendars
from .channel_views import notice_context
from .messages import absolute

TOO_OFTEN = "请求过于频繁，请十分钟后再试。"


@login_not_required
@never_cache
@require_safe
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """The secret in the address is the sign-in; a wrong one is a page that does not exist.

    It stands in the query, which our logs leave out.
    """
    reader = calendars.reader_of(request.GET.get("key", ""))
    if reader is None:
        if not calendars.may_ask(f"from {request.META.get('REMOTE_ADDR', '')}", calendars.WRONG):
            return HttpResponse(TOO_OFTEN, status=429, content_type="text/plain; charset=utf-8")
        raise Http404
    if not calendars.may_ask(f"of {reader.pk}", calendars.ASKED):
        return HttpResponse(TOO_OFTEN, status=429, content_type="text/plain; charset=utf-8")
    return HttpResponse(calendars.feed_of(reader), content_type="text/calendar; charset=utf-8")


@require_POST
def calendar_reset(request: AuthenticatedRequest) -> HttpResponse:
    """The new address stands in this answer and in no other."""
    token = calendars.reset(request.user, by=request.user)
    address = absolute(f"{reverse('calendar_feed')}?key={token}")
    return render(
        request, "reminders/notice_choices.html", {**notice_context(request.user), "address": address}
    )


@require_POST
def calendar_close(request: AuthenticatedRequest) -> HttpResponse:
    calendars.close(request.user, by=request.user)
    messages.success(request, "日历订阅已停用，原地址不能再用。")
    return redirect("notice_choices")
