"""Opening a window to sign in, and typing its code."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from .check_ins import DIGITS, USUAL
from .occasions import Occasion


class BeginForm(forms.Form):
    """Until when, which group, whether the code changes. Everything is filled in: one tap begins."""

    group = forms.TypedChoiceField(
        label="党小组",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择党小组。", "invalid_choice": "请选择本支部的党小组。"},
    )
    closes_at = forms.TimeField(
        label="签到到几点",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "请填写结束时间。", "invalid": "时间应为如 16:30。"},
    )
    rotates = forms.BooleanField(label="签到码每分钟更换", required=False)

    def __init__(self, data: Any, *, occasion: Occasion) -> None:
        now = timezone.localtime()
        super().__init__(data, initial={"closes_at": (now + USUAL).time()})
        self.groups = {group.pk: group for group in occasion.groups(now.date())}
        if self.groups:
            field: Any = self.fields["group"]
            field.choices = [(pk, group.name) for pk, group in self.groups.items()]
            self.initial["group"] = next(iter(self.groups)) if len(self.groups) == 1 else None
        else:
            del self.fields["group"]

    @property
    def until(self) -> datetime:
        """The next time the clock shows it."""
        now = timezone.localtime()
        wanted = self.cleaned_data["closes_at"]
        until = now.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
        return until if until > now else until + timedelta(days=1)


class DigitsForm(forms.Form):
    code = forms.RegexField(
        rf"^\d{{{DIGITS}}}$",
        label="6 位签到码",
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "maxlength": DIGITS,
                "class": "input digits",
            }
        ),
        error_messages={"required": "请输入会场上的 6 位数字。", "invalid": "签到码是 6 位数字。"},
    )
