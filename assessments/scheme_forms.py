"""The scheme of a round as forms: what it says is put together here and judged by `schemes`."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory

from . import stages
from .figures import percent, shown
from .schemes import Item, Measure, Quota, Scale, Scheme, Way
from .stages import Step

MORE_ITEMS, MORE_GROUPS, MORE_GRADES, MORE_QUOTAS, MORE_GATES, MORE_STAGES = 3, 2, 1, 2, 1, 2
PARENT: Final = "parent"
HOW: Final = (
    ("", "—"),
    (PARENT, "下设二级项目"),
    (Way.EXPERT.value, "评分"),
    (Way.BALLOT.value, "现场测评"),
    (Measure.DUTIES.value, "按记录计算：组织生活按规定开展"),
    (Measure.ON_TIME.value, "按记录计算：按时记录"),
    (Measure.ATTENDANCE.value, "按记录计算：到会率"),
    (Measure.LECTURES.value, "按记录计算：书记本人讲党课"),
    (Measure.HOURS.value, "按记录计算：党员学时达标"),
)
STEPS: Final = (
    ("", "—"),
    *((step.value, title) for step, title in stages.TITLES.items()),
    (Step.BEFORE.value, "本校增加：述职会议前逐人登记"),
    (Step.AFTER.value, "本校增加：公布前逐人登记"),
)
MEASURES: Final = frozenset(measure.value for measure in Measure)


def _number(label: str, *, most: int = 100, required: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=required,
        min_value=0,
        max_value=most,
        max_digits=7,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input"}),
        error_messages={
            "required": f"请填写{label}。",
            "invalid": f"{label}应为数字。",
            "min_value": f"{label}不能是负数。",
            "max_value": f"{label}不能超过 {most}。",
            "max_decimal_places": f"{label}最多两位小数。",
        },
    )


class ShareField(forms.CharField):
    """A part of the whole: 1/3, 25% or 25; "" is nothing."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, max_length=12, help_text="如 15% 或 1/3。")

    def clean(self, value: Any) -> Fraction:
        text = str(super().clean(value) or "0").strip()
        try:
            if "/" in text:
                return Fraction(text.replace(" ", ""))
            return Fraction(text.removesuffix("%").strip()) / 100
        except (ValueError, ZeroDivisionError):
            raise forms.ValidationError(f"{self.label}应为如 15% 或 1/3。") from None


class TermsForm(forms.Form):
    """What is not a list."""

    title = forms.CharField(label="方案名称", max_length=80, error_messages={"required": "请填写方案名称。"})
    scale = forms.ChoiceField(
        label="测评票",
        choices=[(Scale.GRADES.value, "选等次"), (Scale.POINTS.value, "打 0 至 100 分")],
        widget=forms.RadioSelect,
    )
    threshold = forms.IntegerField(
        label="少于几票不显示、不计分",
        min_value=5,
        help_text="至少 5 票。",
        error_messages={"min_value": "至少 5 票。"},
    )
    deductions = _number("扣分上限")
    most_characters = forms.IntegerField(
        label="报告最多几字", min_value=0, required=False, help_text="0 为不限。"
    )
    problems = ShareField("问题和原因至少占全文")
    minutes = forms.IntegerField(label="述职最多几分钟", min_value=0, required=False, help_text="0 为不限。")
    report_citation = forms.CharField(label="报告要求的依据", max_length=200, required=False)
    citation = forms.CharField(label="方案依据", max_length=200, required=False, help_text="文件名称和文号。")


class StageRow(forms.Form):
    code = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    title = forms.CharField(label="环节", max_length=stages.MOST_TITLE, required=False)
    step = forms.ChoiceField(label="做什么", choices=STEPS, required=False)
    citation = forms.CharField(label="依据", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        if sent.get("title") and not sent.get("step"):
            self.add_error("step", f"请选择“{sent['title']}”这个环节做什么。")
        return sent


class ItemRow(forms.Form):
    """A row without a title is left out; a second-level item belongs to the last first-level one above it."""

    code = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    level = forms.ChoiceField(label="级", choices=[("1", "一级"), ("2", "二级")])
    title = forms.CharField(label="项目", max_length=40, required=False)
    weight = _number("权重")
    how = forms.ChoiceField(label="评分方式", choices=HOW, required=False)
    citation = forms.CharField(label="依据", max_length=200, required=False)


class GroupRow(forms.Form):
    code = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    title = forms.CharField(label="测评类别", max_length=40, required=False)
    weight = _number("权重")


class GradeRow(forms.Form):
    title = forms.CharField(label="等次", max_length=8, required=False)
    points = _number("测评一票计几分")
    least = _number("总分从几分起")


class QuotaRow(forms.Form):
    which = forms.ChoiceField(
        label="等次",
        required=False,
        choices=[
            ("", "—"),
            *((f"first-{n}", f"最高的 {n} 个等次") for n in (1, 2, 3)),
            *((f"last-{n}", f"最低的 {n} 个等次") for n in (1, 2, 3)),
        ],
    )
    kind = forms.ChoiceField(label="限制", choices=[("most", "最多"), ("least", "至少")])
    share = ShareField("比例")
    citation = forms.CharField(label="依据", max_length=200, required=False)


class GateRow(forms.Form):
    code = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    title = forms.CharField(label="条件", max_length=60, required=False)
    grade = forms.CharField(label="不符合时不能评", max_length=8, required=False)
    citation = forms.CharField(label="依据", max_length=200, required=False)


class SchemeForms:
    """All of them together; ``sent`` is the scheme they say, as it is kept."""

    def __init__(self, scheme: Scheme, data: Any = None) -> None:
        self.terms = TermsForm(data, initial=_terms(scheme), prefix="terms")
        self.stages = _rows(StageRow, MORE_STAGES, "stages", data, [vars(stage) for stage in scheme.stages])
        self.items = _rows(ItemRow, MORE_ITEMS, "items", data, list(_items(scheme.items)))
        self.groups = _rows(GroupRow, MORE_GROUPS, "groups", data, list(_groups(scheme)))
        self.grades = _rows(GradeRow, MORE_GRADES, "grades", data, list(_grades(scheme)))
        self.quotas = _rows(QuotaRow, MORE_QUOTAS, "quotas", data, [_quota(scheme, q) for q in scheme.quotas])
        self.gates = _rows(GateRow, MORE_GATES, "gates", data, list(_gates(scheme)))

    @property
    def sets(self) -> "list[BaseFormSet[Any]]":
        return [self.stages, self.items, self.groups, self.grades, self.quotas, self.gates]

    def is_valid(self) -> bool:
        return all([self.terms.is_valid(), *(each.is_valid() for each in self.sets)])

    @property
    def sent(self) -> dict[str, Any]:
        terms = self.terms.cleaned_data
        titles = [row["title"] for row in _filled(self.grades)]
        return {
            "title": terms["title"],
            "scale": terms["scale"],
            "threshold": terms["threshold"],
            "deductions": str(terms["deductions"] or 0),
            "citation": terms["citation"],
            "report": {
                "most_characters": terms["most_characters"] or 0,
                "problems": str(terms["problems"]),
                "minutes": terms["minutes"] or 0,
                "citation": terms["report_citation"],
            },
            "stages": [
                {name: row[name] for name in ("code", "title", "step", "citation")}
                for row in _coded(_filled(self.stages), "stage")
            ],
            "items": _tree(_coded(_filled(self.items), "item")),
            "groups": [
                {"code": row["code"], "title": row["title"], "weight": str(row["weight"] or 0)}
                for row in _coded(_filled(self.groups), "group")
            ],
            "grades": [
                {"title": row["title"], "points": str(row["points"] or 0), "least": str(row["least"] or 0)}
                for row in _filled(self.grades)
            ],
            "quotas": [
                {
                    "grades": _which(row["which"], titles),
                    "share": str(row["share"]),
                    "is_most": row["kind"] == "most",
                    "citation": row["citation"],
                }
                for row in _filled(self.quotas, "which")
            ],
            "gates": [
                {name: row[name] for name in ("code", "title", "grade", "citation")}
                for row in _coded(_filled(self.gates), "gate")
            ],
        }


def _rows(
    form: type[forms.Form], more: int, prefix: str, data: Any, initial: Sequence[dict[str, Any]]
) -> "BaseFormSet[Any]":
    return formset_factory(form, extra=more)(data, initial=initial, prefix=prefix)


def _filled(rows: "BaseFormSet[Any]", by: str = "title") -> list[dict[str, Any]]:
    return [row.cleaned_data for row in rows if row.cleaned_data.get(by)]


def _coded(rows: Sequence[dict[str, Any]], stem: str) -> list[dict[str, Any]]:
    """New rows get a code that no other has."""
    taken = {row["code"] for row in rows}
    free = (code for n in range(1, 1000) if (code := f"{stem}{n}") not in taken)
    return [{**row, "code": row["code"] or next(free)} for row in rows]


def _tree(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    tree: list[dict[str, Any]] = []
    for row in rows:
        how = row["how"]
        item: dict[str, Any] = {
            "code": row["code"],
            "title": row["title"],
            "weight": str(row["weight"] or 0),
            "way": Way.COMPUTED.value if how in MEASURES else None if how in ("", PARENT) else how,
            "measure": how if how in MEASURES else None,
            "citation": row["citation"],
            "children": [],
        }
        if row["level"] == "2" and tree:
            tree[-1]["children"].append(item)
        else:
            tree.append(item)
    return tree


def _which(which: str, titles: Sequence[str]) -> list[str]:
    end, _, number = which.partition("-")
    return list(titles[: int(number)] if end == "first" else titles[-int(number) :])


def _terms(scheme: Scheme) -> dict[str, Any]:
    asked = scheme.report
    return {
        "title": scheme.title,
        "scale": scheme.scale.value,
        "threshold": scheme.threshold,
        "deductions": shown(scheme.deductions),
        "most_characters": asked.most_characters,
        "problems": _share(asked.problems),
        "minutes": asked.minutes,
        "report_citation": asked.citation,
        "citation": scheme.citation,
    }


def _items(items: Sequence[Item], level: str = "1") -> Iterator[dict[str, Any]]:
    for item in items:
        how = PARENT if item.children else item.measure or item.way
        yield {
            "code": item.code,
            "level": level,
            "title": item.title,
            "weight": shown(item.weight),
            "how": str(how),
            "citation": item.citation,
        }
        yield from _items(item.children, "2")


def _groups(scheme: Scheme) -> Iterator[dict[str, Any]]:
    for group in scheme.groups:
        yield {"code": group.code, "title": group.title, "weight": shown(group.weight)}


def _grades(scheme: Scheme) -> Iterator[dict[str, Any]]:
    for grade in scheme.grades:
        yield {"title": grade.title, "points": shown(grade.points), "least": shown(grade.least)}


def _quota(scheme: Scheme, quota: Quota) -> dict[str, Any]:
    end = "first" if quota.grades[0] == scheme.titles[0] else "last"
    return {
        "which": f"{end}-{len(quota.grades)}",
        "kind": "most" if quota.is_most else "least",
        "share": _share(quota.share),
        "citation": quota.citation,
    }


def _gates(scheme: Scheme) -> Iterator[dict[str, Any]]:
    for gate in scheme.gates:
        yield {"code": gate.code, "title": gate.title, "grade": gate.grade, "citation": gate.citation}


def _share(value: Fraction) -> str:
    """In per cent where two decimals say it exactly."""
    return percent(value) if (value * 10_000).denominator == 1 else str(value)
