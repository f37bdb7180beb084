"""The forms of notices and tasks. They clean; `assignments` and `returns` decide."""

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput
from branches.models import Branch

from .assignments import branches_below, reachable_organisations
from .kinds import Kind
from .models import Assignment, Campaign, Nature
from .models.assignments import RETURNED, WAITING, State

#: The states a list can be narrowed to, as it names them for notices and tasks alike.
STATES = [
    ("waiting", "未报（未阅）"),
    ("overdue", "其中逾期"),
    ("returned", "已报（已阅）"),
    ("late", "其中迟报"),
    ("asked", "申请不适用，待核"),
    ("exempt", "不适用"),
    ("gone", "支部已撤销"),
]
#: What each of them takes.
TAKES: dict[str, tuple[State, ...]] = {
    "waiting": WAITING,
    "overdue": (State.OVERDUE,),
    "returned": RETURNED,
    "late": (State.LATE,),
    "asked": (State.ASKED,),
    "exempt": (State.EXEMPT,),
    "gone": (State.GONE,),
}


class WordsForm(forms.Form):
    """What it asks for: everything that can be corrected afterwards."""

    title = forms.CharField(
        label="标题", max_length=80, error_messages={"max_length": "标题不超过 80 个字，其余写在内容里。"}
    )
    text = forms.CharField(
        label="内容", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )
    kind = forms.ChoiceField(
        label="要求开展的活动",
        required=False,
        choices=[("", "不要求，写明落实情况即可"), *Kind.choices],
        help_text="支部用一次这类活动的记录报送。",
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="计入专题活动", required=False, empty_label="不计入"
    )
    opens_on = forms.DateField(
        label="开始日期", widget=DateInput(), help_text="这一天及以后的活动记录可以报送。"
    )
    due_on = forms.DateField(label="截止日期", widget=DateInput(), help_text="过后仍可报送，注明迟报。")

    def __init__(self, data: Any = None, *, kept: Campaign | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        field: Any = self.fields["campaign"]
        running = Campaign.objects.running_on(timezone.localdate())
        field.queryset = running | Campaign.objects.filter(pk=kept.pk) if kept else running

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("opens_on"), cleaned.get("due_on")
        if start and end and end < start:
            self.add_error("due_on", "截止日期不能早于开始日期。")
        return cleaned


class IssueForm(WordsForm):
    """A new one: what it is, and to whom it goes within the organisation chosen before."""

    nature = forms.ChoiceField(label="性质", choices=Nature, widget=forms.RadioSelect, initial=Nature.TASK)
    categories = forms.MultipleChoiceField(
        label="支部类别", required=False, choices=Branch.Category, widget=forms.CheckboxSelectMultiple
    )
    forms_of = forms.MultipleChoiceField(
        label="设置形式", required=False, choices=Branch.Form, widget=forms.CheckboxSelectMultiple
    )
    picked = forms.ModelMultipleChoiceField(
        Branch.objects.none(),
        label="只发给选定的党支部",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "选定的党支部不在发送范围内。",
            "invalid_pk_value": "选定的党支部不在发送范围内。",
        },
    )
    field_order = ("nature", "title", "text", "kind", "campaign", "opens_on", "due_on")

    def __init__(self, data: Any = None, *, organisation: Branch, **more: Any) -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"opens_on": today, **more.pop("initial", {})}, **more)
        self.organisation = organisation
        field: Any = self.fields["picked"]
        field.queryset = branches_below(organisation)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("nature") == Nature.NOTICE and cleaned.get("kind"):
            self.add_error("kind", "通知只需阅读；要求开展活动的，请选择“任务”。")
        return cleaned

    @property
    def sent(self) -> dict[str, Any]:
        """What the verb takes."""
        facts = dict(self.cleaned_data)
        to_forms = facts.pop("forms_of")
        return {**facts, "forms": to_forms, "organisation": self.organisation}


class CorrectForm(WordsForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, assignment: Assignment) -> None:
        names = ("title", "text", "kind", "campaign", "opens_on", "due_on", "version")
        initial = {name: getattr(assignment, name) for name in names}
        super().__init__(data, kept=assignment.campaign, initial=initial)
        if assignment.is_notice:
            del self.fields["kind"]


class OrganisationForm(forms.Form):
    """Below which organisation it goes out."""

    organisation = BranchChoiceField(Branch.objects.none(), label="发给谁所属的党支部", empty_label=None)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["organisation"]
        field.queryset = reachable_organisations(user)


class AssignmentFilter(forms.Form):
    """The query row of the list."""

    nature = forms.ChoiceField(label="性质", required=False, choices=[("", "全部"), *Nature.choices])
    state = forms.ChoiceField(
        label="进度",
        required=False,
        choices=[("", "全部"), ("open", "还有未报的"), ("asked", "有待答复的"), ("withdrawn", "已撤回")],
    )

    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ReturnFilter(forms.Form):
    """The query row over the branches of one assignment."""

    state = forms.ChoiceField(label="情况", required=False, choices=[("", "全部"), *STATES])

    def states(self) -> tuple[State, ...] | None:
        self.is_valid()
        return TAKES.get(self.cleaned_data.get("state") or "")


class SayForm(forms.Form):
    text = forms.CharField(
        label="落实情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明落实情况。"},
    )


class ClaimForm(forms.Form):
    reason = forms.CharField(
        label="不适用的理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明为什么不适用。"},
    )


class AnswerForm(forms.Form):
    words = forms.CharField(
        label="答复",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不同意的须写明理由。",
    )


class WithdrawAssignmentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="撤回原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明撤回原因。"},
    )
