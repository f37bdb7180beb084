"""The form of one person who is registered by hand."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput
from branches.models import Branch
from branches.roles import Right

from .codes import EDUCATIONS, NATIONS, Sex, nation_label
from .enrolment import NewMember
from .models import StatusPeriod
from .registration import Examined, examine

Status = StatusPeriod.Status
BLANK = ("", "（未填写）")


class RegistrationForm(forms.Form):
    """Cleans by the checks of the import; ``person`` is whom to enrol when all is right."""

    name = forms.CharField(label="姓名", max_length=64)
    branch = BranchChoiceField(Branch.objects.none(), label="所在党支部", empty_label="请选择党支部")
    id_number = forms.CharField(
        label="公民身份证号",
        required=False,
        max_length=18,
        help_text="18 位。没有的请填学工号。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    school_number = forms.CharField(label="学工号", required=False, max_length=32)
    sex = forms.ChoiceField(
        label="性别",
        required=False,
        choices=[("", "按证件号码"), *Sex.choices],
    )
    birth_date = forms.DateField(
        label="出生日期", required=False, widget=DateInput, help_text="不填则按证件号码。"
    )
    status = forms.ChoiceField(
        label="人员类别",
        choices=[("", "请选择"), *((one.value, one.label) for one in (Status.FULL, Status.PROBATIONARY))],
    )
    joined_on = forms.DateField(label="加入党组织日期", required=False, widget=DateInput)
    full_on = forms.DateField(label="转为正式党员日期", required=False, widget=DateInput)
    nation = forms.ChoiceField(
        label="民族", required=False, choices=[BLANK, *((code, nation_label(code)) for code in NATIONS)]
    )
    education = forms.ChoiceField(label="学历", required=False, choices=[BLANK, *EDUCATIONS.items()])
    job = forms.CharField(label="工作岗位", required=False, max_length=64)
    phone = forms.CharField(label="手机号", required=False, max_length=40)
    address = forms.CharField(label="家庭住址", required=False, max_length=200)
    reason = forms.CharField(
        label="证件不符说明",
        required=False,
        min_length=4,
        max_length=200,
        help_text="性别或出生日期确与证件号码不一致时，写明依据，如：户籍登记有误，已见派出所证明。",
    )

    def __init__(self, data: Any, *, user: User, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.user = user
        self.examined: Examined | None = None
        field: Any = self.fields["branch"]
        mine = Branch.objects.reachable_by(user, Right.KEEP_MEMBERS)
        field.queryset = mine.leaves().existing_on(timezone.localdate())

    def clean(self) -> None:
        if self.errors:
            return
        self.examined = examine(self._facts(), self.cleaned_data["reason"], by=self.user)
        for name, sentence in self.examined.errors:
            self.add_error(name or None, sentence)

    def _facts(self) -> dict[str, str | date | None]:
        """In the words of a roster's cells."""
        values = self.cleaned_data
        labels = {
            "branch": values["branch"].code,
            "sex": Sex(values["sex"]).label if values["sex"] else "",
            "status": Status(values["status"]).label,
            "nation": nation_label(values["nation"]),
            "education": EDUCATIONS.get(values["education"], ""),
        }
        return {**values, **{name: str(text) for name, text in labels.items()}}

    @property
    def person(self) -> NewMember:
        assert self.examined, "the form is valid"
        assert self.examined.person, "whoever is not new is an error"
        return self.examined.person

    @property
    def warnings(self) -> list[str]:
        return self.examined.warnings if self.examined else []
