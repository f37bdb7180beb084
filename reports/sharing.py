"""A page of figures to take along: its address, and the address sent to oneself by mail or WeCom."""

from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from reminders.choices import open_channels
from reminders.messages import absolute
from reminders.models import Delivery
from reminders.to_oneself import LinkError, send_link

from .links import with_filters
from .views import check_figures

#: Pages whose address says all there is to see on them.
SHARED = (
    "dashboard",
    "trend",
    "compare",
    "quarter_period",
    "figure_table",
    "figure_rows",
    "duty_list",
    "activity_list",
)
LONGEST = 1000
OWN = {Delivery.Channel.MAIL: "邮箱", Delivery.Channel.WECOM: "企业微信"}
NOT_SHARED = "这个页面不能转发，请从驾驶舱或统计表打开“转发”。"


class SharedForm(forms.Form):
    """Which page, by its path and query, and what it is called."""

    address = forms.CharField(label="页面", max_length=LONGEST, widget=forms.HiddenInput)
    title = forms.CharField(label="标题", max_length=100, widget=forms.HiddenInput)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        parts = urlsplit(address)
        try:
            name = resolve(parts.path).url_name
        except Resolver404:
            name = None
        if parts.scheme or parts.netloc or parts.fragment or name not in SHARED:
            raise forms.ValidationError(NOT_SHARED)
        return address

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: AuthenticatedRequest) -> HttpResponse:
    """The address to copy, and a button for each way in which it goes to oneself."""
    check_figures(request.user)
    form = SharedForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        messages.error(request, NOT_SHARED)
        return redirect("dashboard")
    address, title = form.cleaned_data["address"], form.cleaned_data["title"]
    if request.method == "POST":
        try:
            channel = send_link(request.user, request.POST.get("way", ""), title, address)
        except LinkError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已发送到您的{OWN[channel]}。")
        return redirect(with_filters(reverse("share"), form.cleaned_data))
    is_open = open_channels()
    context = {
        "form": form,
        "title": title,
        "back_url": address,
        "address": absolute(address),
        "mail": request.user.email if Delivery.Channel.MAIL in is_open else "",
        "wecom": request.user.username if Delivery.Channel.WECOM in is_open else "",
    }
    return render(request, "reports/share.html", context)
