"""Forms about political birthdays: what of the month is asked for, who is greeted, how a day was marked."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput
from branches.models import Branch
from branches.roles import Right
from branches.scope import grants_of

from .birthdays import Birthday
from .models import Celebration

#: So many paragraphs fit on the card under what the record says.
MOST_LINES = 5


class BirthdayFilter(forms.Form):
    """The part of the tree and the state asked for; whoever sees a single branch is not asked for it."""

    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    state = forms.ChoiceField(
        label="办理情况",
        required=False,
        choices=[("", "全部"), ("settled", "已办"), ("open", "待办")],
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        seen = [grant.branch for grant in grants_of(user) if grant.branch]
        self.only = seen[0] if len(set(seen)) == 1 and seen[0].is_leaf else None
        if self.only:
            del self.fields["branch"]
        else:
            field: Any = self.fields["branch"]
            mine = Branch.objects.reachable_by(user, Right.SEE_MEMBERS)
            field.queryset = mine.existing_on(timezone.localdate())

    def wanted(self) -> tuple[Branch | None, str]:
        """Branch and state; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        return self.only or values.get("branch"), values.get("state", "")


class GreetForm(forms.Form):
    """Whom of the branch's month to greet, and what to say to them besides."""

    to = forms.MultipleChoiceField(
        label="祝贺谁",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "还没有勾选要祝贺的人。",
            "invalid_choice": "勾选的人不在本月名单里，请刷新后再发送。",
        },
    )
    words = forms.CharField(
        label="自己写的话",
        required=False,
        max_length=120,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="选填，120 字以内，代替默认的祝愿；姓名、日期和年数自动写好。",
    )

    def __init__(self, data: Any, *, birthdays: Collection[Birthday]) -> None:
        super().__init__(data)
        field: Any = self.fields["to"]
        field.choices = [(one.member_number, one.name) for one in birthdays]

    def clean_words(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["words"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"最多写 {MOST_LINES} 段，贺卡上放不下更多。")
        return "\n".join(lines)


class MarkForm(forms.Form):
    """How a member's political birthday was marked: any of the ways that are not on record yet."""

    ways = forms.MultipleChoiceField(
        label="用了哪些形式",
        widget=forms.CheckboxSelectMultiple,
        help_text="可多选，都可以不办。",
        error_messages={"required": "还没有选择形式。", "invalid_choice": "这种形式已经登记过。"},
    )
    held_on = forms.DateField(label="日期", widget=DateInput)
    note = forms.CharField(
        label="备注",
        required=False,
        max_length=200,
        help_text="选填，如谈话人、办的什么实事。只有登记活动的人能看到。",
    )

    def __init__(self, data: Any, *, left: Collection[str], today: date) -> None:
        super().__init__(data, initial={"held_on": today})
        field: Any = self.fields["ways"]
        field.choices = [(way.value, way.label) for way in Celebration.Way if way in left]


class YearForm(forms.Form):
    """A year of the address, such as ``?year=2026``."""

    year = forms.IntegerField(label="年度", required=False, min_value=1950, max_value=2100)

    def wanted(self, today: date) -> int:
        self.is_valid()
        return int(self.cleaned_data.get("year") or today.year)
