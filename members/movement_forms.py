"""The forms about coming and going. They clean; the verbs decide."""

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from branches.forms import BranchChoiceField, DateInput
from branches.models import Branch
from branches.roles import Right
from lib import id_number

from .codes import EDUCATIONS, NATIONS, Sex, nation_label
from .enrolment import NewMember
from .local_rules import LONGEST_VALID
from .models import ON_ROSTER, Circumstance, Departure, Destination, Member, Suspension, Transfer
from .movement_lists import LATE, OPEN, Asked
from .transfer_checks import Letter, usual_days

ALL = [("", "全部")]
BLANK = [("", "（未填写）")]


class Filter(forms.Form):
    """The query row of a list: kind, state, year, branch, whichever the list has; a value out of scope is no choice."""

    kind = forms.ChoiceField(label="方式", required=False)
    state = forms.ChoiceField(label="进度", required=False)
    who = forms.ChoiceField(
        label="身份", required=False, choices=[*ALL, ("member", "党员"), ("other", "非党员")]
    )
    year = forms.TypedChoiceField(label="年份", required=False, coerce=int, empty_value=None)
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")

    def __init__(self, data: Any, *, user: User, listing: str, right: Right) -> None:
        super().__init__(data)
        kinds, states, has_year, has_who = _FILTERS[listing]
        for name, label in _LABELS.get(listing, {}).items():
            self.fields[name].label = label
        self._choices("kind", kinds)
        self._choices("state", states)
        this = timezone.localdate().year
        self._choices(
            "year", [(year, f"{year}年") for year in range(this + 1, this - 6, -1)] if has_year else []
        )
        if not has_who:
            del self.fields["who"]
        field: Any = self.fields["branch"]
        field.queryset = Branch.objects.reachable_by(user, right)

    def _choices(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        if not choices:
            del self.fields[name]
            return
        field: Any = self.fields[name]
        field.choices = [*ALL, *choices]

    def asked(self) -> Asked:
        """What is asked for; fields in error count as not given."""
        self.is_valid()
        values = self.cleaned_data
        return Asked(
            values.get("kind") or "",
            values.get("state") or "",
            values.get("branch"),
            values.get("year"),
            values.get("who") or "",
        )

    @property
    def is_filtered(self) -> bool:
        return any(self.asked().as_parameters().values())


_LABELS = {"away": {"kind": "情形", "state": "状态"}, "destinations": {"kind": "去向", "year": "毕业年份"}}
_DUE_KINDS = [*Circumstance.Kind.choices, ("suspended", "停止党籍"), ("letter", "介绍信在途")]
_FILTERS: dict[str, tuple[list[tuple[Any, Any]], list[tuple[Any, Any]], bool, bool]] = {
    "transfers": (
        list(Transfer.Kind.choices),
        [(OPEN, "没有办结的"), (LATE, "过期未落转"), *Transfer.State.choices],
        False,
        False,
    ),
    "away": (_DUE_KINDS, [(LATE, "逾期或可办"), ("todo", "未到期")], False, False),
    "departures": (list(Departure.Kind.choices), [], True, False),
    "corrections": ([], [], True, False),
    "destinations": (list(Destination.Kind.choices), [], True, True),
}


def _day(label: str, hint: str = "") -> forms.DateField:
    return forms.DateField(label=label, widget=DateInput, help_text=hint, initial=timezone.localdate)


def _text(label: str, hint: str = "", *, required: bool = True, longest: int = 200) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, max_length=longest)


class LeaveForm(forms.Form):
    """Where to: a branch of the university by its code, or an organisation outside."""

    target = forms.ChoiceField(label="转入本校的党支部", required=False)
    elsewhere = _text("转往校外的党组织（介绍信抬头）", "校内转接不填。", required=False, longest=120)
    on = _day("申请日期")
    note = _text("说明", required=False)

    def __init__(self, member: Member, data: Any = None) -> None:
        super().__init__(data)
        today = timezone.localdate()
        leaves = Branch.objects.leaves().existing_on(today).exclude(pk=member.branch_id)
        leaves = leaves.exclude(form__in=Branch.WITHOUT_MEMBERS)
        field: Any = self.fields["target"]
        # By code, and whichever branch: that side is asked whether it takes the person in.
        field.choices = [("", "不在本校"), *leaves.values_list("code", "short_name")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("target")) == bool((cleaned.get("elsewhere") or "").strip()):
            self.add_error("target", "请在本校党支部和校外党组织中选填一项。")
        return cleaned

    @property
    def target_branch(self) -> Branch | None:
        return Branch.objects.filter(code=self.cleaned_data["target"]).first()


class LetterForm(forms.Form):
    issued_on = _day("开出日期")
    valid_days = forms.IntegerField(
        label="有效期（天）", min_value=1, max_value=LONGEST_VALID, initial=usual_days
    )
    letter = _text("介绍信编号", "留空则由支部簿按年编号。", required=False, longest=40)

    def read(self) -> Letter:
        values = self.cleaned_data
        return Letter(values["issued_on"], values["valid_days"], values["letter"].strip())


class InFullForm(forms.Form):
    """Letters with whole identity numbers, for a reason; of many, which portion."""

    reason = forms.CharField(
        label="用途", min_length=4, max_length=120, help_text="身份证号完整印出，逐人记入审计日志。"
    )
    part = forms.TypedChoiceField(label="第几份", coerce=int)

    def __init__(self, count: int, at_once: int, data: Any = None) -> None:
        super().__init__(data)
        starts = range(0, count, at_once)
        field: Any = self.fields["part"]
        field.choices = [(start, f"{start + 1} 至 {min(start + at_once, count)}") for start in starts]
        if len(starts) < 2:
            del self.fields["part"]

    @property
    def start(self) -> int:
        start: int = self.cleaned_data.get("part", 0)
        return start


class RegisterForm(LetterForm):
    """A letter that came from outside."""

    name = _text("姓名", longest=64)
    elsewhere = _text("来自哪个党组织", longest=120)
    target = BranchChoiceField(label="转入党支部", queryset=Branch.objects.none(), empty_label="请选择")
    letter = _text("介绍信编号", longest=40)
    field_order = ["name", "elsewhere", "target", "letter", "issued_on", "valid_days"]

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["target"]
        mine = Branch.objects.reachable_by(user, Right.TRANSFER)
        field.queryset = mine.leaves().existing_on(timezone.localdate())


class DayForm(forms.Form):
    on = _day("日期")
    note = _text("说明", required=False)


class ReasonForm(forms.Form):
    reason = _text("原因", "写明具体原因，将随转接保留。")


class RefusalForm(ReasonForm):
    on = _day("日期")


class NewcomerForm(forms.Form):
    """Everything about somebody who comes from outside."""

    on = _day("接收日期", "从这一天起在本支部名册上。")
    name = _text("姓名", longest=64)
    sex = forms.ChoiceField(label="性别", choices=Sex.choices)
    id_number = _text("公民身份证号", "加密保存，页面上遮盖显示。", longest=18)
    status = forms.ChoiceField(
        label="人员类别", choices=[(one.value, one.label) for one in reversed(ON_ROSTER)]
    )
    joined_on = forms.DateField(label="加入党组织日期", widget=DateInput)
    full_on = forms.DateField(label="转为正式党员日期", widget=DateInput, required=False)
    nation = forms.ChoiceField(
        label="民族", required=False, choices=[*BLANK, *((code, nation_label(code)) for code in NATIONS)]
    )
    education = forms.ChoiceField(label="学历", required=False, choices=[*BLANK, *EDUCATIONS.items()])
    job = _text("工作岗位", required=False, longest=40)
    school_number = _text("学工号", required=False, longest=32)
    phone = _text("手机号", "加密保存。", required=False, longest=20)

    def clean_id_number(self) -> str:
        number = id_number.normalise(self.cleaned_data["id_number"])
        if found := id_number.faults(number):
            raise forms.ValidationError(id_number.fault_message(found[0], number))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_full = cleaned.get("status") == "full"
        if is_full and not cleaned.get("full_on") and "full_on" not in self.errors:
            self.add_error("full_on", "正式党员须填写转为正式党员日期。")
        if not is_full and cleaned.get("full_on"):
            self.add_error("full_on", "预备党员没有转正日期，请核对人员类别。")
        number = cleaned.get("id_number")
        if number and cleaned.get("sex") and id_number.sex_of(number) != cleaned["sex"]:
            self.add_error("sex", "性别与证件号码不一致，请核对。")
        return cleaned

    def person(self, branch: Branch) -> NewMember:
        values = {name: value for name, value in self.cleaned_data.items() if name != "on"}
        return NewMember(branch=branch, birth_date=id_number.birth_of(values["id_number"]), **values)


class EvidenceForm(forms.Form):
    on = _day("生效日期")
    evidence = _text("依据", "如支部大会决议、处分决定、死亡证明、查找经过。", longest=300)
    document = _text("文号", required=False, longest=60)


class DepartForm(EvidenceForm):
    kind = forms.ChoiceField(
        label="方式",
        choices=[one for one in Departure.Kind.choices if one[0] != Departure.Kind.TRANSFERRED],
    )
    since = forms.DateField(
        label="从哪天起不参加组织生活",
        widget=DateInput,
        required=False,
        help_text="只有自行脱党除名要填。",
    )
    field_order = ["kind", "on", "since", "evidence", "document"]


class SuspendForm(EvidenceForm):
    ground = forms.ChoiceField(label="原因", choices=Suspension.Ground.choices)
    field_order = ["ground", "on", "evidence", "document"]


class RestoreForm(EvidenceForm):
    pass


class AwayForm(forms.Form):
    kind = forms.ChoiceField(label="情形", choices=Circumstance.Kind.choices)
    since = _day("从哪天起")
    place = _text("去向", "流动、出国（境）必填。", required=False, longest=100)
    is_fixed_place = forms.BooleanField(label="地点相对固定", required=False)
    due_on = forms.DateField(
        label="期限", widget=DateInput, required=False, help_text="毕业后保留、限期改正必填。"
    )
    evidence = _text("依据", "如本人申请、查找经过、支部大会决议。", longest=300)
    document = _text("文号", required=False, longest=60)


class ContactForm(forms.Form):
    on = _day("联系日期")
    note = _text("联系情况", "怎样联系，本人近况如何。", longest=300)


class EndForm(forms.Form):
    on = _day("最后一天")
    evidence = _text("依据", "如返校报到、已取得联系。", longest=300)


class AnnulForm(forms.Form):
    reason = _text("为什么撤销", "如同名误登。撤销后名册恢复原样，并留下更正记录。", longest=240)
    document = _text("文号", required=False, longest=60)
