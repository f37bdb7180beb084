"""The forms of leave: the member's, and the branch's answer."""

from typing import Any

from django import forms
from django.utils import timezone

from branches.forms import DateInput
from branches.models import Branch
from members.models import Member

from . import leave


class LeaveForm(forms.Form):
    on = forms.DateField(label="哪一天", widget=DateInput)
    kind = forms.ChoiceField(
        label="哪一项",
        required=False,
        choices=[("", "当天全部活动"), *((kind.value, kind.label) for kind in leave.KINDS)],
    )
    branch = forms.ModelChoiceField(Branch.objects.none(), label="党支部", empty_label=None)
    reason = forms.CharField(
        label="事由",
        max_length=leave.REASON_LENGTH,
        error_messages={"max_length": f"事由不超过 {leave.REASON_LENGTH} 个字。"},
        help_text="一句话即可，本支部登记到会的人能看到。",
    )

    def __init__(self, data: Any, *, member: Member) -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"on": today, "branch": member.branch_id})
        self.fields["on"].widget.attrs["min"] = today.isoformat()
        self.branches = list(leave.branches_of(member))
        self.fields["branch"].queryset = leave.branches_of(member)  # type: ignore[attr-defined]
        if len(self.branches) == 1:
            del self.fields["branch"]

    @property
    def chosen_branch(self) -> Branch:
        found: Branch = self.cleaned_data["branch"] if "branch" in self.fields else self.branches[0]
        return found


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label="不同意的理由",
        max_length=leave.ANSWER_LENGTH,
        error_messages={
            "required": "请写一句不同意的理由。",
            "max_length": f"理由不超过 {leave.ANSWER_LENGTH} 个字。",
        },
        help_text="本人能看到。",
    )
