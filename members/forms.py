from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.models import Branch

from .listing import Filter
from .models import ON_ROSTER
from .unmasking import FIELDS


class RosterFilter(forms.Form):
    """The query row of the roster; a value out of scope is no choice."""

    q = forms.CharField(label="姓名、拼音首字母、学工号或后四位", required=False, max_length=40)
    branch = forms.ModelChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    status = forms.ChoiceField(
        label="人员类别",
        required=False,
        choices=[("", "全部"), *[(status.value, status.label) for status in ON_ROSTER]],
    )
    on = forms.DateField(label="截至日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, user: User, searchable: bool) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.visible_to(user)
        if not searchable:
            del self.fields["q"]

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("截至日期不能晚于今天。")
        return day

    def wanted(self) -> Filter:
        """What is asked for; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        return Filter(values.get("q", ""), values.get("branch"), values.get("status", ""), values.get("on"))


class UnmaskForm(forms.Form):
    """Which fields to show in clear, and why."""

    fields_wanted = forms.MultipleChoiceField(
        label="要查看的内容", choices=list(FIELDS.items()), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="用途", max_length=120, min_length=4, help_text="写明用途，将记入审计日志。"
    )
