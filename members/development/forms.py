"""The forms of 发展党员: an application, a step with the facts its row of the table declares, the lists' query row."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput, not_in_future
from branches.models import Branch
from branches.roles import Right
from branches.scope import has_right, ranges_of, within
from lib import id_number
from lib.periods import Period
from members import rosters
from members.enrolment import NewMember
from members.models import Development, DevelopmentPlan, Member, StatusPeriod

from .continuing import Handover
from .papers import LISTS
from .prefill import known_of
from .progress import Progress
from .steps import STAGES, TABLE
from .vocabulary import Fact, Spec, Step

LONGEST = 2000


class PeopleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Full members with what tells two of one name apart."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.school_number or obj.number}）"


class ApplicationForm(forms.Form):
    """Somebody new hands in an application (入党申请书)."""

    name = forms.CharField(label="姓名", max_length=64)
    branch = BranchChoiceField(Branch.objects.none(), label="党支部", empty_label="请选择党支部")
    id_number = forms.CharField(
        label="公民身份证号", max_length=30, help_text="性别和出生日期由证件号得出，加密保存。"
    )
    school_number = forms.CharField(label="学工号", max_length=32, required=False)
    on = forms.DateField(label="递交入党申请书日期", widget=DateInput)
    graduates_on = forms.DateField(
        label="预计毕业日期",
        widget=DateInput,
        required=False,
        help_text="学生填写，用来预先提醒毕业前能否来得及。",
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        leaves = Branch.objects.leaves().existing_on(timezone.localdate())
        mine = leaves.filter(within("path", ranges_of(user, Right.DEVELOP))).exclude(
            form__in=(Branch.Form.TEMPORARY, Branch.Form.FUNCTIONAL)
        )
        field: Any = self.fields["branch"]
        field.queryset = mine
        if mine.count() == 1:
            field.initial = mine.first()
        self.fields["on"].initial = timezone.localdate()

    def clean_id_number(self) -> str:
        text = id_number.normalise(self.cleaned_data["id_number"])
        if codes := id_number.faults(text):
            raise forms.ValidationError(id_number.fault_message(codes[0], text))
        return text

    def clean_on(self) -> date:
        return not_in_future(self.cleaned_data["on"])

    def person(self) -> NewMember:
        values = self.cleaned_data
        number = values["id_number"]
        return NewMember(
            name=values["name"].strip(),
            sex=id_number.sex_of(number),
            branch=values["branch"],
            status=StatusPeriod.Status.APPLICANT,
            stages={StatusPeriod.Status.APPLICANT: values["on"]},
            id_number=number,
            birth_date=id_number.birth_of(number),
            school_number=values["school_number"].strip(),
            graduates_on=values["graduates_on"],
        )


class HandoverForm(ApplicationForm):
    """An activist from elsewhere: what the former organisation handed over, and the days it proves."""

    talked_on = forms.DateField(label="派人谈话日期", widget=DateInput, required=False)
    decided_on = forms.DateField(
        label="确定为入党积极分子日期", widget=DateInput, help_text="培养教育时间从这一天起连续计算。"
    )
    filed_on = forms.DateField(
        label="报党委备案日期", widget=DateInput, required=False, help_text="留空的，由现在的党委备案。"
    )
    observed_on = forms.DateField(label="最近一次考察日期", widget=DateInput, required=False)
    elsewhere = forms.CharField(label="原培养党组织", max_length=100)
    materials = forms.CharField(
        label="转交的材料",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如入党申请书、积极分子培养教育考察登记表、思想汇报，并写明审查情况。",
    )
    received_on = forms.DateField(label="材料转入日期", widget=DateInput)

    _STEPS: ClassVar = {
        "on": Step.APPLICATION,
        "talked_on": Step.APPLICATION_TALK,
        "decided_on": Step.ACTIVIST_DECISION,
        "filed_on": Step.ACTIVIST_FILING,
        "observed_on": Step.OBSERVATION,
    }

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, user=user)
        # He applied there, some time ago.
        self.fields["on"].initial = None

    def handed(self) -> Handover:
        values = self.cleaned_data
        dates = {str(step): values[name] for name, step in self._STEPS.items() if values[name]}
        return Handover(values["elsewhere"], values["materials"], values["received_on"], dates)


class StepForm(forms.Form):
    """The day and the facts of one step. ``clean`` types them; the rules are asked by the verb.

    ``known`` is what another page knows already, by the names of the fields: it stands in the form to be confirmed.
    """

    on = forms.DateField(label="日期", widget=DateInput)

    def __init__(
        self,
        spec: Spec,
        development: Development,
        progress: Progress,
        data: Any = None,
        known: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.spec = spec
        today = timezone.localdate()
        self.fields["on"].initial = today
        self.fields["on"].label = f"“{spec.title}”日期"
        for fact in spec.facts:
            if fact.is_asked:
                self.fields[fact.name] = self._field(fact, development, today)
        kept = known_of(spec, development, progress, today)
        self.source = kept.source
        self.initial.update(kept.values)
        self.initial.update({name: known[name] for name in self.fields if known and name in known})

    def _field(self, fact: Fact, development: Development, today: date) -> forms.Field:
        common: dict[str, Any] = {"label": fact.label, "required": fact.required, "help_text": fact.help}
        if fact.kind == "number":
            none = 0 if fact.required else None
            return forms.IntegerField(min_value=0, max_value=9999, initial=none, **common)
        if fact.kind == "date":
            return forms.DateField(widget=DateInput, **common)
        if fact.kind == "yes":
            return forms.BooleanField(**{**common, "required": False})
        if fact.kind == "choice":
            return forms.ChoiceField(choices=fact.choices, widget=forms.RadioSelect, **common)
        if fact.kind == "people":
            full = rosters.full_members_on(development.member.branch, today)
            return PeopleField(full.exclude(pk=development.member_id), **common)
        widget = forms.Textarea(attrs={"rows": 3}) if fact.kind == "long" else forms.TextInput
        return forms.CharField(max_length=LONGEST if fact.kind == "long" else 100, widget=widget, **common)

    @property
    def is_meeting(self) -> bool:
        return "expected" in self.fields

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("on", "people")}

    def people(self) -> list[Member]:
        return list(self.cleaned_data.get("people", ()))


class ReasonForm(forms.Form):
    """Why the last step is taken back."""

    reason = forms.CharField(label="原因", min_length=2, max_length=200)


class EndForm(ReasonForm):
    """Why and when a development ends."""

    on = forms.DateField(label="终止日期", widget=DateInput, initial=timezone.localdate)

    def clean_on(self) -> date:
        return not_in_future(self.cleaned_data["on"])


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """The year's plan of one organisation."""

    class Meta:
        model = DevelopmentPlan
        fields = ["branch", "year", "quota", "document"]
        field_classes = {"branch": BranchChoiceField}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["branch"]
        field.queryset = (
            Branch.objects.exclude(level=Branch.Level.BRANCH)
            .existing_on(timezone.localdate())
            .filter(within("path", ranges_of(user, Right.APPROVE)))
        )
        field.empty_label = "请选择党组织"
        self.fields["year"].initial = timezone.localdate().year


SHOWN = (
    ("", "全部在培养的人"),
    ("eligible", "本月可以办理下一步的"),
    ("late", "逾期的"),
    ("talk", "申请后还没有谈话的"),
    ("full", "预备期已满还没有转正的"),
    ("clash", "毕业前来不及的"),
)


class DevelopmentFilter(forms.Form):
    """The query row of the list; a value out of scope is no choice."""

    q = forms.CharField(label="姓名、拼音首字母、学工号或后四位", required=False, max_length=40)
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    stage = forms.ChoiceField(
        label="阶段",
        required=False,
        choices=[("", "全部"), *((stage.name.lower(), stage.value) for stage in STAGES)],
    )
    show = forms.ChoiceField(label="只看", required=False, choices=SHOWN)
    step = forms.ChoiceField(
        label="下一步",
        required=False,
        choices=[
            ("", "全部"),
            *((step.value, f"{spec.number}. {spec.title}") for step, spec in TABLE.items()),
        ],
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.filter(within("path", ranges_of(user, Right.SEE_DEVELOPMENT)))

    def wanted(self) -> dict[str, Any]:
        """What is asked for; fields in error count as not given."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or None for name in self.fields}


class PaperForm(forms.Form):
    """Which filing list, of whom, and why identity should stand in clear."""

    paper = forms.ChoiceField(
        label="名单", choices=lambda: [(each.code, each.title) for each in LISTS.values()]
    )
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    period = forms.CharField(
        label="时间段",
        required=False,
        max_length=20,
        help_text=(
            "如 2026Q3、2026-09；不填为现在待办的人。"
            "“未谈话”和“可接收”“可转正”名单，填了为到这段时间最后一天的情况。"
        ),
    )
    reason = forms.CharField(
        label="完整证件号的用途",
        required=False,
        max_length=120,
        min_length=4,
        help_text="不填则证件号和联系方式遮盖；填写后显示完整内容，并记入审计日志。",
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.filter(within("path", ranges_of(user, Right.SEE_DEVELOPMENT)))
        if not has_right(user, Right.UNMASK):
            del self.fields["reason"]

    def clean_period(self) -> Period | None:
        text = self.cleaned_data["period"]
        try:
            return Period.parse(text) if text else None
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None
