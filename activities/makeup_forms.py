"""The form of study that was made up for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from branches.forms import DateInput
from members.models import Member

from .makeup import HOW_LENGTH


class MakeUpForm(forms.Form):
    who = forms.MultipleChoiceField(
        label="补学的人",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请勾选补学的人。",
            "invalid_choice": "勾选的人不在这次的请假、缺席名单里，请刷新后再选。",
        },
    )
    on = forms.DateField(label="补学日期", widget=DateInput)
    hours = forms.DecimalField(
        label="学时",
        required=False,
        max_digits=4,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "invalid": "学时应为如 1.5 的数字。",
            "max_digits": "学时应为如 1.5 的数字。",
            "max_whole_digits": "学时应为如 1.5 的数字。",
            "max_decimal_places": "学时最多一位小数，如 1.5。",
        },
        help_text="不超过这次活动的学时；不填只作说明，不计学时。",
    )
    how = forms.CharField(
        label="怎样补学",
        max_length=HOW_LENGTH,
        help_text="如：自学讲义并交心得。",
    )

    def __init__(self, data: Any, *, missed: Sequence[Member], has_hours: bool) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        if not has_hours:
            del self.fields["hours"]
        self.missed = {str(member.pk): member for member in missed}
        self.fields["on"].widget.attrs["max"] = timezone.localdate().isoformat()
        choices = [(key, member.name) for key, member in self.missed.items()]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]

    @property
    def people(self) -> list[Member]:
        return [self.missed[key] for key in self.cleaned_data["who"]]
