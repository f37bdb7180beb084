"""The form of an approval. It cleans; `set_up_papers` decides."""

from typing import Any

from django import forms

from branches.forms import DateInput

from .models import SetUpPaper


class PaperForm(forms.Form):
    number = forms.CharField(
        label="批复文号",
        max_length=60,
        help_text="如“党发〔2026〕12号”。",
        error_messages={"required": "请写明批复文号。"},
    )
    requested_on = forms.DateField(
        label="请示日期", required=False, widget=DateInput, help_text="可以不填；填了可以核对批复用了多久。"
    )
    approved_on = forms.DateField(
        label="批复日期", widget=DateInput, error_messages={"required": "请选择批复日期。"}
    )
    filed_on = forms.DateField(
        label="备案日期", required=False, widget=DateInput, help_text="报上级组织部门备案的日期，可以以后补。"
    )

    def __init__(self, data: Any, *, paper: SetUpPaper | None) -> None:
        initial = {name: getattr(paper, name) for name in self.base_fields} if paper else {}
        super().__init__(data, initial=initial)
