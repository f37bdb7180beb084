from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField
from branches.models import Branch
from branches.roles import Right
from branches.tree import depth
from lib.reasons import ReasonField

from .branch_rules import DUTY, RULES
from .health import Finding
from .listing import Filter
from .models import ON_ROSTER, Post
from .unmasking import FIELDS


class RosterFilter(forms.Form):
    """The query row of the roster; a value out of scope is no choice."""

    q = forms.CharField(label="姓名、拼音首字母、学工号或后四位", required=False, max_length=40)
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    status = forms.ChoiceField(
        label="人员类别",
        required=False,
        choices=[("", "全部"), *[(status.value, status.label) for status in ON_ROSTER]],
    )
    on = forms.DateField(label="截至日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, user: User, searchable: bool) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.visible_to(user)
        if not searchable:
            del self.fields["q"]

    def clean_on(self) -> date | None:
        day: date | None = self.cleaned_data["on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("截至日期不能晚于今天。")
        return day

    def wanted(self) -> Filter:
        """What is asked for; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        return Filter(values.get("q", ""), values.get("branch"), values.get("status", ""), values.get("on"))


@dataclass(frozen=True)
class HealthWanted:
    """Which findings are asked for: below a path, of one rule, of one state."""

    path: str = ""
    rule: str = ""
    state: str = ""

    def takes(self, finding: Finding) -> bool:
        return self.rule in ("", finding.rule.code) and self.state in ("", finding.state)


class HealthFilter(forms.Form):
    """The query row of the findings. The organisations are at hand, so that nothing is asked twice."""

    nothing = HealthWanted()
    branch = forms.ChoiceField(label="党组织", required=False)
    rule = forms.ChoiceField(
        label="规定",
        required=False,
        choices=[
            ("", "全部"),
            *(
                (rule.code, f"{rule.title}（{rule.article}）")
                for rule in RULES.values()
                if DUTY in rule.enforced
            ),
        ],
    )
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("late", "不符合规定"), ("due", "提醒"), ("explained", "已说明")],
    )

    def __init__(self, data: Any, *, organisations: Sequence[Branch]) -> None:
        super().__init__(data)
        self.organisations = {str(branch.pk): branch for branch in organisations}
        field: Any = self.fields["branch"]
        field.choices = [
            ("", "全部"),
            *(
                (key, "　" * depth(branch.path) + branch.short_name)
                for key, branch in self.organisations.items()
            ),
        ]

    @property
    def asked_branch(self) -> Branch | None:
        self.is_valid()
        return self.organisations.get(self.cleaned_data.get("branch", ""))

    def wanted(self) -> HealthWanted:
        """What is asked for; fields in error count as not given."""
        branch = self.asked_branch
        values = self.cleaned_data
        return HealthWanted(branch.path if branch else "", values.get("rule", ""), values.get("state", ""))


class ExplainForm(forms.Form):
    """Why a branch is otherwise than is normally so."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        min_length=4,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明实际情况和上级的意见，如会议或文号。",
    )


class SendBackForm(forms.Form):
    """Why a reason is not enough."""

    why = ReasonField("退回原因", most=300)


class UnmaskForm(forms.Form):
    """Which fields to show in clear, and why."""

    fields_wanted = forms.MultipleChoiceField(
        label="要查看的内容", choices=list(FIELDS.items()), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="用途", max_length=120, min_length=4, help_text="写明用途，将记入审计日志。"
    )


class HolderFilter(forms.Form):
    """Whose accounts are asked for; without an answer, those of the secretaries."""

    title = forms.ChoiceField(label="职务", required=False, choices=Post.Title.choices)
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    account = forms.ChoiceField(
        label="账号", required=False, choices=[("", "没有账号的"), ("unused", "尚未登录的"), ("all", "全部")]
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        mine = Branch.objects.reachable_by(user, Right.KEEP_ACCOUNTS)
        field.queryset = mine.existing_on(timezone.localdate())

    def wanted(self) -> tuple[str, Branch | None, str]:
        """Title, branch and state of the account; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        title = values.get("title") or Post.Title.SECRETARY
        return title, values.get("branch"), values.get("account", "")
