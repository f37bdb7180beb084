"""The forms of the contact book."""

from typing import Any

from django import forms

from accounts.models import User
from branches.forms import BranchChoiceField
from branches.models import Branch

from .contacts import Wanted
from .models import Post


class ContactFilter(forms.Form):
    """The query row of the book; a value out of scope is no choice."""

    q = forms.CharField(label="姓名或拼音首字母", required=False, max_length=40)
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    title = forms.ChoiceField(label="职务", required=False, choices=[("", "全部"), *Post.Title.choices])
    double_leader = forms.ChoiceField(
        label="双带头人", required=False, choices=[("", "全部"), ("on", "只看双带头人")]
    )

    def __init__(self, data: Any, *, user: User, searchable: bool) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.visible_to(user).filter(dissolved_on=None)
        if not searchable:
            del self.fields["q"]

    def wanted(self) -> Wanted:
        """What is asked for; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        return Wanted(
            values.get("branch"),
            values.get("title", ""),
            values.get("q", ""),
            values.get("double_leader") == "on",
        )


class PhonesForm(forms.Form):
    reason = forms.CharField(
        label="查看完整手机号的用途", max_length=120, min_length=4, help_text="将记入审计日志。"
    )
