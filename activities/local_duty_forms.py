"""The forms of local duties. They clean; `local_duties` decides."""

from datetime import date
from typing import Any, Final

from django import forms

from branches.models import Branch
from lib.periods import Period, quarter_of

from .local_duties import PAUSE

_MONTHS: Final = [(str(month), f"{month}月") for month in range(1, 13)]
_QUARTERS: Final = 5


class StartForm(forms.Form):
    """A new version: how often or in which months, for whom, since when, on what document."""

    count = forms.IntegerField(label="每期至少几次", min_value=1, max_value=10, initial=1)
    months = forms.MultipleChoiceField(
        label="哪些月份",
        choices=_MONTHS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择月份，如2月和8月。"},
    )
    category = forms.ChoiceField(
        label="适用的党支部", required=False, choices=[("", "全部"), *Branch.Category.choices]
    )
    since = forms.ChoiceField(label="从哪个季度起")
    citation = forms.CharField(
        label="依据",
        max_length=200,
        help_text="文件名称、文号和条款，如“校组字〔2026〕3号第六条”。",
        error_messages={"required": "请写明依据的文件名称、文号和条款。"},
    )

    def __init__(self, code: str, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"category": "student" if code == PAUSE else ""})
        del self.fields["count" if code == PAUSE else "months"]
        _offer(self.fields["since"], quarter_of(today).run(_QUARTERS))


class EndForm(forms.Form):
    last = forms.ChoiceField(label="最后一个季度", help_text="从下一个季度起不再要求。")

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        _offer(self.fields["last"], quarter_of(today).previous().run(_QUARTERS))


def _offer(field: forms.Field, quarters: list[Period]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(quarter.code, quarter.label) for quarter in quarters]
