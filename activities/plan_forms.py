"""The forms of plans. They clean; `plans.keeping` decides."""

from typing import Any

from django import forms

from branches.forms import DateInput
from branches.models import Branch

from .kinds import Kind
from .models.plans import Rhythm, Week, Weekday

_BLANK = [("", "不选")]


class PlanForm(forms.Form):
    """A line of a branch's plan."""

    kind = forms.ChoiceField(label="类型", choices=Kind, initial=Kind.THEME_DAY)
    group = forms.ModelChoiceField(
        Branch.objects.none(), label="党小组（只用于党小组会）", required=False, empty_label="不选"
    )
    rhythm = forms.ChoiceField(label="频次", choices=Rhythm, widget=forms.RadioSelect, initial=Rhythm.MONTHLY)
    month_of_quarter = forms.TypedChoiceField(
        label="季度中的第几个月（只用于每季度）",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[*_BLANK, (1, "第一个月"), (2, "第二个月"), (3, "第三个月")],
    )
    day = forms.IntegerField(
        label="几号",
        required=False,
        min_value=1,
        max_value=31,
        help_text="当月没有这一天的，为当月最后一天。",
    )
    week = forms.TypedChoiceField(
        label="或第几个", required=False, coerce=int, empty_value=None, choices=[*_BLANK, *Week.choices]
    )
    weekday = forms.TypedChoiceField(
        label="星期几", required=False, coerce=int, empty_value=None, choices=[*_BLANK, *Weekday.choices]
    )
    since = forms.DateField(
        label="从",
        widget=DateInput(),
        help_text="只开展一次的，就是这一天。",
        error_messages={"required": "请选择从哪一天开始。", "invalid": "开始的日期应为如 2026-03-15。"},
    )
    until = forms.DateField(
        label="到",
        required=False,
        widget=DateInput(),
        help_text="如学期或年度的最后一天。",
        error_messages={"invalid": "最后的日期应为如 2026-03-15。"},
    )
    starts_at = forms.TimeField(
        label="开始时间", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    ends_at = forms.TimeField(
        label="结束时间", required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    place = forms.CharField(label="地点", required=False, max_length=80)
    topic = forms.CharField(
        label="主题",
        required=False,
        max_length=100,
        help_text="可以不填。写“{月}”的地方换成当月，如“{月}主题党日”成为“11月主题党日”。",
    )

    def __init__(self, data: Any = None, *, branch: Branch, **more: Any) -> None:
        super().__init__(data, **more)
        field: Any = self.fields["group"]
        field.queryset = branch.groups.open()


class PlanDateForm(forms.Form):
    """What becomes of one planned date."""

    to = forms.DateField(
        label="改期到",
        required=False,
        widget=DateInput(),
        help_text="不填就是取消这一次。",
        error_messages={"invalid": "改期到的日期应为如 2026-03-15。"},
    )
    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明原因。"},
    )
