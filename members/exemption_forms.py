"""The forms of exemptions from taking part."""

from datetime import date

from django import forms

from branches.forms import DateInput

from .exemptions import NOTE_LENGTH
from .models import Exemption


class ExemptionForm(forms.Form):
    """From when to when nothing is asked of the member, and why."""

    since = forms.DateField(label="开始日期", widget=DateInput)
    until = forms.DateField(
        label="最后一天", required=False, widget=DateInput, help_text="不填表示一直有效，以后可以结束。"
    )
    ground = forms.ChoiceField(label="原因", choices=Exemption.Ground.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=NOTE_LENGTH,
        error_messages={"max_length": f"说明不超过 {NOTE_LENGTH} 个字。"},
        help_text="选填。加密保存，只有本人、本支部书记、记录员和上级工作人员能看到。",
    )


class ExemptionEndForm(forms.Form):
    until = forms.DateField(label="最后一天", widget=DateInput)

    def __init__(self, data: object, *, suggested: date) -> None:
        super().__init__(data, initial={"until": suggested})  # type: ignore[arg-type]
