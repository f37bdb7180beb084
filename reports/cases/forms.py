"""The form of a case report. It cleans; :mod:`reports.cases.keeping` decides."""

from datetime import date
from typing import Any

from django import forms

from branches.forms import BranchChoiceField
from branches.models import Branch
from lib.periods import Period
from reports.filters import PeriodField, period_choices

from .keeping import MOST, Facts


class CaseForm(forms.Form):
    name = forms.CharField(label="名称", max_length=60, help_text="列表和下载文件用的名称，如：典型案例。")
    title = forms.CharField(label="标题", max_length=80, help_text="印在报告最上面。")
    period = PeriodField(label="期间", help_text="没有另写期间的数字，都按这个期间统计。")
    text = forms.CharField(
        label="正文",
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="一行一段，“一、”开头的是小标题。数字用双花括号，从“插入数字”里选，不用自己写。",
    )

    def __init__(self, *args: Any, today: date, kept: Period | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["period"]
        field.widget.choices = period_choices(today, *([kept] if kept else []))

    @property
    def facts(self) -> Facts:
        return Facts(**{name: self.cleaned_data[name] for name in ("name", "title", "text", "period")})


class NewCaseForm(CaseForm):
    """The organisation is chosen once: the placeholders are about it."""

    branch = BranchChoiceField(Branch.objects.none(), label="党组织", empty_label=None)
    field_order = ("branch", "name", "title", "period", "text")

    def __init__(self, *args: Any, organisations: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field: Any = self.fields["branch"]
        field.queryset = organisations


class ChangeCaseForm(CaseForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "请重新打开这一页再保存。"),
    )


class VersionForm(forms.Form):
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "请重新打开这一页再试。"),
    )
