"""The forms of the register of 《入党志愿书》: its query rows, a draw, a mark."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput, not_in_future
from branches.models import Branch
from branches.roles import Right
from branches.scope import ranges_of, within
from members.models import FormDraw, MembershipForm
from members.models.membership_forms import NUMBER_LENGTH

from . import form_numbers
from .form_register import BESIDE, STATES, Asked

YEARS = 6


class DrawFilter(forms.Form):
    """The query row of the draws; a value out of scope is no choice."""

    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    year = forms.TypedChoiceField(label="领取年份", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.reachable_by(user, Right.SEE_DEVELOPMENT)
        this, years = timezone.localdate().year, self.fields["year"]
        assert isinstance(years, forms.TypedChoiceField)
        years.choices = [
            ("", "全部"),
            *((year, f"{year}年") for year in range(this, this - YEARS, -1)),
        ]

    def asked(self) -> Asked:
        """What is asked for; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        return Asked(
            values.get("branch"),
            values.get("year"),
            values.get("state") or "",
            values.get("draw"),
            form_numbers.tidy(values.get("q") or ""),
        )


class NumberFilter(DrawFilter):
    """The query row of the single forms, of all draws or of one."""

    q = forms.CharField(label="编号", required=False, max_length=NUMBER_LENGTH)
    state = forms.ChoiceField(
        label="使用情况",
        required=False,
        choices=[
            ("", "全部"),
            *((state, word) for state, (word, _) in STATES.items()),
            (BESIDE, "已使用，没有领取登记"),
        ],
    )
    draw = forms.ModelChoiceField(FormDraw.objects.none(), required=False, widget=forms.HiddenInput)
    field_order = ("q", "branch", "year", "state", "draw")

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, user=user)
        field: Any = self.fields["draw"]
        field.queryset = FormDraw.objects.visible_to(user).select_related("branch")


class DrawForm(forms.Form):
    """An organisation draws numbered forms."""

    branch = BranchChoiceField(Branch.objects.none(), label="领取的党组织", empty_label="请选择党组织")
    on = forms.DateField(label="领取日期", widget=DateInput)
    first = forms.CharField(
        label="起始编号",
        max_length=NUMBER_LENGTH,
        help_text="第一份封面上的完整编号，如 2026-000123；后面的编号依次推算，位数不变。",
    )
    quantity = forms.IntegerField(label="数量（份）", min_value=1, max_value=form_numbers.MOST_AT_ONCE)
    receiver = forms.CharField(label="领取人", max_length=64)
    issuer = forms.CharField(label="发放人", max_length=64)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        existing = Branch.objects.existing_on(timezone.localdate())
        field.queryset = existing.filter(within("path", ranges_of(user, Right.APPROVE)))
        self.fields["on"].initial = timezone.localdate()
        self.fields["issuer"].initial = user.name

    def clean_on(self) -> date:
        return not_in_future(self.cleaned_data["on"])


class MarkForm(forms.Form):
    """What became of a form that nobody used."""

    mark = forms.ChoiceField(label="情况", choices=MembershipForm.Mark.choices, widget=forms.RadioSelect)
    on = forms.DateField(label="日期", widget=DateInput)
    reason = forms.CharField(label="原因", min_length=2, max_length=200)

    def __init__(self, data: Any, form: MembershipForm) -> None:
        marked = {"mark": form.mark, "on": form.marked_on or timezone.localdate(), "reason": form.mark_reason}
        super().__init__(data, initial=marked)

    def clean_on(self) -> date:
        return not_in_future(self.cleaned_data["on"])


class UnmarkForm(forms.Form):
    """Why a mark is taken away."""

    reason = forms.CharField(label="取消标记的原因", min_length=2, max_length=200)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="unmark_%s")
