"""The forms of a round. They clean; `rounds` and `judging` decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms

from branches.models import Branch
from branches.tree import depth

from . import published
from .models import Round, Subject

DAY_WRONG: Final = "日期应为如 2026-12-20。"


def a_day(label: str, *, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": f"请填写{label}。", "invalid": DAY_WRONG},
    )


class RoundForm(forms.Form):
    """A new round: whose, which year, under which published scheme to begin with."""

    organizer = forms.ModelChoiceField(
        Branch.objects.none(),
        label="组织述职的党组织",
        empty_label=None,
        error_messages={"required": "请选择组织述职的党组织。"},
    )
    year = forms.IntegerField(label="年度")
    name = forms.CharField(label="名称", max_length=80, error_messages={"required": "请填写名称。"})
    template = forms.ChoiceField(
        label="方案模板",
        choices=[(key, scheme.title) for key, scheme in published.ALL.items()],
        widget=forms.RadioSelect,
        help_text="公开的高校方案，建好后可以按本校文件修改项目、权重、类别和比例。",
    )
    report_due_on = a_day("述职报告截止日期")

    def __init__(self, data: Any, *, organizers: Sequence[Branch], today: date) -> None:
        year = today.year if today.month >= 9 else today.year - 1
        super().__init__(
            data,
            initial={
                "year": year,
                "name": f"{year}年度党组织书记抓基层党建述职评议",
                "template": next(iter(published.ALL)),
                "report_due_on": date(year, 12, 20),
                "organizer": organizers[0].pk if organizers else None,
            },
        )
        field = self.fields["organizer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Branch.objects.filter(pk__in=[one.pk for one in organizers]).order_by("order_key")
        field.label_from_instance = lambda obj: "　" * depth(obj.path) + obj.short_name  # type: ignore[method-assign]


class MeetForm(forms.Form):
    on = a_day("述职会议日期")
    place = forms.CharField(label="地点", required=False, max_length=60)


class StageForm(forms.Form):
    """A stage of the university's own, noted for several at once; those who are noted already are not offered."""

    people = forms.TypedMultipleChoiceField(
        label="书记",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择书记。", "invalid_choice": "名单刚改过，请重新选择。"},
    )
    on = a_day("日期")
    text = forms.CharField(
        label="情况",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "情况最多 200 字。"},
        help_text="可以不写；写了会记在所选的每位书记名下。",
    )

    def __init__(self, data: Any, *, waiting: Sequence[Subject], today: date) -> None:
        super().__init__(data, initial={"on": today})
        field = self.fields["people"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(row.pk, f"{row.member.name}（{row.branch.short_name}）") for row in waiting]


class PublishForm(forms.Form):
    decided_on = a_day("评定会议日期")
    decided_by = forms.CharField(
        label="评定会议",
        max_length=80,
        help_text="如“学院党委会”。",
        error_messages={"required": "请填写由哪次会议评定。"},
    )
    audience = forms.ChoiceField(label="公布范围", choices=Round.Audience.choices, widget=forms.RadioSelect)


class OrderForm(forms.Form):
    """A number for each secretary; of two with one number the one who was before stays before."""

    def __init__(self, data: Any, *, subjects: Sequence[Subject]) -> None:
        super().__init__(data)
        self.subjects = subjects
        for subject in subjects:
            self.fields[f"at-{subject.pk}"] = forms.IntegerField(
                label=f"{subject.member.name}（{subject.branch.short_name}）",
                min_value=1,
                max_value=9999,
                initial=subject.position,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input"}),
                error_messages={"required": "请填写顺序。", "invalid": "顺序应为整数。"},
            )

    def ordered(self) -> list[int]:
        asked = self.cleaned_data
        return [
            subject.pk
            for subject in sorted(
                self.subjects, key=lambda one: (asked[f"at-{one.pk}"], one.position, one.pk)
            )
        ]


class PointsForm(forms.Form):
    """One item's points by one grader; empty takes them back."""

    item = forms.CharField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    value = forms.DecimalField(
        label="得分",
        required=False,
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input"}),
        error_messages={
            "invalid": "得分应为数字。",
            "max_decimal_places": "最多两位小数。",
            "max_digits": "得分应在 0 至 100 之间。",
            "max_whole_digits": "得分应在 0 至 100 之间。",
        },
    )
    note = forms.CharField(label="说明", required=False, max_length=200)


class DeductForm(forms.Form):
    points = forms.DecimalField(
        label="扣分",
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input"}),
        error_messages={"required": "请填写扣几分。", "invalid": "扣分应为数字。"},
    )
    reason = forms.CharField(label="原因", max_length=200, error_messages={"required": "请写明扣分原因。"})


class GateForm(forms.Form):
    gate = forms.CharField(widget=forms.HiddenInput)
    is_open = forms.ChoiceField(
        label="是否符合", choices=[("yes", "符合"), ("no", "不符合")], widget=forms.RadioSelect
    )
    basis = forms.CharField(label="依据", required=False, max_length=200)


class DecideForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    grade = forms.ChoiceField(label="评定等次", required=False)
    why = forms.CharField(
        label="理由",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="与计分结果一致的不用写。",
    )

    def __init__(self, data: Any, *, subject: Subject, grades: Sequence[str]) -> None:
        super().__init__(
            data,
            initial={
                "version": subject.version,
                "grade": subject.decided,
                "why": subject.decided_why,
            },
        )
        field = self.fields["grade"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "未定"), *((title, title) for title in grades)]


class ProgressFilter(forms.Form):
    """The query row of a round's people."""

    step = forms.ChoiceField(label="停在哪个环节", required=False)
    q = forms.CharField(label="书记或党组织", required=False, max_length=40)

    def __init__(self, data: Any, *, steps: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field = self.fields["step"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = steps
        self.is_valid()

    @property
    def is_filtered(self) -> bool:
        return any(self.cleaned_data.values())
