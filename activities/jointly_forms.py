"""The forms of what several branches hold together."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from branches.models import Branch

from .jointly import REASON_LENGTH
from .models import Activity

MOST_WORDS = 40


class SearchForm(forms.Form):
    q = forms.CharField(
        label="支部名称或代码",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    @property
    def words(self) -> str:
        return self.cleaned_data["q"].strip() if self.is_valid() else ""


class InviteForm(forms.Form):
    """Which branches are asked, of the ``possible`` ones those that were found."""

    branches = forms.ModelMultipleChoiceField(
        Branch.objects.none(),
        label="邀请",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请先勾选要邀请的支部。", "invalid_choice": "名单已变，请重新查找。"},
    )

    def __init__(self, data: Any, *, possible: QuerySet[Branch], shown: QuerySet[Branch]) -> None:
        super().__init__(data)
        field: Any = self.fields["branches"]
        field.queryset = possible
        field.choices = [(branch.pk, _with_parent(branch)) for branch in shown.select_related("parent")]


def _with_parent(branch: Branch) -> str:
    return f"{branch.short_name}（{branch.parent.short_name}）" if branch.parent else branch.short_name


class AnswerForm(forms.Form):
    """Which of the branch's records is its part."""

    record = forms.ModelChoiceField(
        Activity.objects.none(),
        label="本支部的记录",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一条记录。", "invalid_choice": "这条记录已变，请重新选择。"},
    )

    def __init__(self, data: Any, *, records: QuerySet[Activity]) -> None:
        super().__init__(data)
        field: Any = self.fields["record"]
        field.queryset = records
        field.label_from_instance = lambda record: f"{record.title}，实到 {record.present} 人"


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label="原因",
        required=False,
        max_length=REASON_LENGTH,
        error_messages={"max_length": f"原因不超过 {REASON_LENGTH} 个字。"},
    )
