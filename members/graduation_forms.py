"""The forms of graduation. They clean; :mod:`members.graduation` decides."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput
from branches.models import Branch
from branches.roles import Right

from .codes import EDUCATIONS
from .graduation import AT_ONCE, Leaver, graduation_days
from .local_rules import LONGEST_VALID
from .models import Destination, Member
from .movement_forms import ALL
from .transfer_checks import Letter, usual_days

#: So many days before the day, graduation is on.
NEAR = 60


def place_key(member: Member) -> str:
    """The name of the field for the place of one of them."""
    return f"place-{member.number[1:]}"


class GraduateFilter(forms.Form):
    """Whose graduation: the day, the college or branch, the education."""

    graduates_on = forms.TypedChoiceField(
        label="毕业日期", required=False, coerce=date.fromisoformat, empty_value=None
    )
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    education = forms.ChoiceField(label="学历", required=False, choices=[*ALL, *EDUCATIONS.items()])

    def __init__(self, data: Any, *, user: User) -> None:
        self.days = graduation_days(user)
        near = timezone.localdate().toordinal() + NEAR
        nearest = next((day for day in self.days if day.toordinal() <= near), None)
        self.nearest = nearest or (self.days[-1] if self.days else None)
        asked = data.copy()
        if self.nearest and not asked.get("graduates_on"):
            asked["graduates_on"] = self.nearest.isoformat()
        super().__init__(asked)
        day: Any = self.fields["graduates_on"]
        day.choices = [(one.isoformat(), f"{one:%Y-%m-%d}") for one in self.days]
        branch: Any = self.fields["branch"]
        branch.queryset = Branch.objects.reachable_by(user, Right.TRANSFER)

    def wanted(self) -> tuple[date | None, Branch | None, str]:
        """The day asked for, else the nearest graduation that is over or comes within two months."""
        self.is_valid()
        values = self.cleaned_data
        return values.get("graduates_on") or self.nearest, values.get("branch"), values.get("education") or ""


class SettleForm(forms.Form):
    """What is decided about all who are ticked; the page carries the people and, where it differs, each one's place."""

    kind = forms.ChoiceField(label="去向", choices=Destination.Kind.choices)
    place = forms.CharField(
        label="转往的党组织（介绍信抬头）",
        required=False,
        max_length=120,
        help_text="对没有逐人填写的都适用。",
    )
    issued_on = forms.DateField(label="开出日期", widget=DateInput, initial=timezone.localdate)
    valid_days = forms.IntegerField(
        label="有效期（天）", min_value=1, max_value=LONGEST_VALID, initial=usual_days
    )
    due_on = forms.DateField(
        label="保留到",
        widget=DateInput,
        required=False,
        help_text="暂留学校和未落实的，留空为毕业后2年（教育管理条例第三十四条）。",
    )

    def letter(self) -> Letter:
        return Letter(self.cleaned_data["issued_on"], self.cleaned_data["valid_days"])

    def leavers(self, members: list[Member], data: Any) -> list[Leaver]:
        """Those ticked among ``members``, each with his own place or the one for all."""
        ticked = set(data.getlist("member")[:AT_ONCE])
        given = self.cleaned_data["place"].strip()
        return [
            Leaver(one, data.get(place_key(one), "").strip()[:120] or given)
            for one in members
            if str(one.pk) in ticked
        ]


class OthersForm(forms.Form):
    """Graduates who are no members: one a line."""

    branch = BranchChoiceField(label="党组织", queryset=Branch.objects.none(), empty_label="请选择学院")
    graduates_on = forms.DateField(label="毕业日期", widget=DateInput)
    education = forms.ChoiceField(label="学历", required=False, choices=[*ALL, *EDUCATIONS.items()])
    kind = forms.ChoiceField(label="去向", choices=Destination.Kind.choices)
    people = forms.CharField(
        label="名单",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=20_000,
        help_text="每行一人：姓名、学号、去向单位，用空格隔开，可以从表格粘贴。",
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.reachable_by(user, Right.TRANSFER)
