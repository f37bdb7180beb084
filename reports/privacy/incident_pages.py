"""For the security administrator and the auditor: what an account did, its sessions ended, the facts as Word."""

from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, sessions
from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.proof import confirmed
from branches.forms import DateInput
from branches.roles import Right
from branches.scope import has_right
from lib.media_types import DOCX

from . import incident, incident_paper
from .incident import Incident

REFUSAL = "事件报告由安全管理员和审计管理员查看。"
DAYS = 30


class IncidentForm(forms.Form):
    """Which account, from the beginning of one day to the end of another."""

    username = forms.CharField(
        label="账号", max_length=64, error_messages={"required": "请填写账号。"}, help_text="学工号。"
    )
    since = forms.DateField(
        label="开始日期", widget=DateInput, error_messages={"required": "请填写开始日期。"}
    )
    until = forms.DateField(
        label="结束日期", widget=DateInput, error_messages={"required": "请填写结束日期。"}
    )

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"].strip()
        self.user = User.objects.filter(username=name).first()
        if self.user is None:
            raise forms.ValidationError(f"没有账号“{name}”。")
        return name

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        if sent.get("since") and sent.get("until") and sent["until"] < sent["since"]:
            self.add_error("until", "结束日期不能早于开始日期。")
        return sent

    @property
    def found(self) -> Incident:
        """Of a valid form."""
        assert self.user is not None
        zone = timezone.get_current_timezone()
        since = datetime.combine(self.cleaned_data["since"], time.min, zone)
        until = datetime.combine(self.cleaned_data["until"], time.max, zone)
        return incident.of(self.user, since, until)


def _may(request: HttpRequest) -> None:
    if not has_right(request.user, Right.INVESTIGATE):  # type: ignore[arg-type]  # signed in
        raise PermissionDenied(REFUSAL)


def _may_end(request: AuthenticatedRequest) -> bool:
    return has_right(request.user, Right.END_SESSIONS)


@never_cache
@require_safe
def incident_page(request: AuthenticatedRequest) -> HttpResponse:
    _may(request)
    today = timezone.localdate()
    initial = {"since": today - timedelta(days=DAYS), "until": today}
    form = IncidentForm(request.GET if "username" in request.GET else None, initial=initial)
    found = form.found if form.is_valid() else None
    if found:
        audit.record("incident.look", by=request.user, on=found.user)
    context = {"form": form, "incident": found, "may_end": _may_end(request)}
    return render(request, "reports/incident.html", context, status=422 if form.errors else 200)


@confirmed
@require_POST
def incident_export(request: AuthenticatedRequest) -> HttpResponseBase:
    _may(request)
    form = IncidentForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有生成：请填写账号和起止日期。")
        return redirect("incident")
    content = BytesIO(incident_paper.word(form.found, by=request.user))
    name = f"{incident_paper.TITLE} {form.cleaned_data['username']} {timezone.localdate():%Y-%m-%d}.docx"
    return FileResponse(content, as_attachment=True, filename=name, content_type=DOCX)


@require_POST
def incident_end_sessions(request: AuthenticatedRequest) -> HttpResponse:
    """Sign the account out everywhere."""
    if not _may_end(request):
        raise PermissionDenied("会话由安全管理员结束。")
    form = IncidentForm(request.POST)
    if not form.is_valid() or form.user is None:
        messages.error(request, "没有结束：请填写账号和起止日期。")
        return redirect("incident")
    number = sessions.end_all(form.user, by=request.user)
    messages.success(request, f"已结束 {number} 个会话。请联系系统管理员停用账号或重置密码。")
    asked = {name: form.cleaned_data[name] for name in ("username", "since", "until")}
    return redirect(f"{reverse('incident')}?{urlencode(asked)}")
