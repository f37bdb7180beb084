"""What a page of figures is asked for: the query row, read into one object within the user's scope.

A field in error counts as not given; its error stands under the field. An organisation outside the scope is a 404.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from django import forms
from django.http import Http404, QueryDict

from accounts.models import User
from activities.kinds import Kind
from activities.models import Campaign
from activities.regulations import KNOWN
from branches.models import Branch
from branches.reach import organisation_within, reach_during
from branches.roles import Right
from branches.scope import Range, ranges_of, within
from lib.periods import Period, month_of, quarter_of, school_year_of, year_of

from .asked import Asked, lies_in_one
from .drilldown import STATE_GROUPS
from .figures.base import Spanned, why_not

QUARTERS_OFFERED = 8
MONTHS_OFFERED = 12
YEARS_OFFERED = 5
SCHOOL_YEARS_OFFERED = 3


class PeriodField(forms.CharField):
    """The code of a period (2026Q3), offered as the last ones."""

    widget = forms.Select

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Period.parse(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Period) else value


def period_or_404(code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError:
        raise Http404 from None


def period_choices(today: date, *extra: Period, kinds: Collection[str] = ()) -> list[Any]:
    """Year, quarters and months up to today, latest first, or of ``kinds`` alone; ``extra`` when it is none of them."""
    years = year_of(today).run(-YEARS_OFFERED)
    quarters = quarter_of(today).run(-QUARTERS_OFFERED)
    months = month_of(today).run(-MONTHS_OFFERED)
    school_years = school_year_of(today).run(-SCHOOL_YEARS_OFFERED)
    offered = {*years, *quarters, *months, *school_years}
    others = [(one.code, one.label) for one in extra if one not in offered]
    groups = [("季度", quarters), ("月", months), ("年", years), ("学年", school_years)]
    groups = [(name, run) for name, run in groups if not kinds or run[0].kind in kinds]
    return others + [(name, [(one.code, _label(one, today)) for one in periods]) for name, periods in groups]


def _label(period: Period, today: date) -> str:
    return f"{period.label}至今" if period.contains(today) else period.label


def units_within(ranges: Sequence[Range]) -> list[Branch]:
    """The organisations a user chooses among, in official order: second-level ones, or what one of them holds."""
    visible = Branch.objects.filter(within("path", ranges)).only("path", "short_name")
    if lies_in_one(ranges):
        return list(visible.exclude(path=ranges[0][0]).order_by("order_key"))
    second_level = visible.filter(parent__isnull=False, parent__parent__isnull=True)
    return list(second_level.order_by("order_key"))


def check_begun(form: forms.Form, name: str, period: Period | None, today: date) -> None:
    """Nothing can be counted of a time that has not begun."""
    if period and period.start > today:
        form.add_error(name, f"{period.label}还没有开始，请选择已经开始的期间。")


class FigureFilter(forms.Form):
    """The fields of the statistics page; the lists add their own."""

    period = PeriodField(label="期间", required=False)
    org = forms.IntegerField(label="党组织", required=False, widget=forms.Select)
    category = forms.ChoiceField(
        label="支部类别", required=False, choices=[("", "全部"), *Branch.Category.choices]
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.all(), label="专题活动", required=False, empty_label="不限", to_field_name="name"
    )
    branch = forms.IntegerField(required=False, widget=forms.HiddenInput)

    #: What is shown when no period is given.
    default_period: Callable[[date], Period] = staticmethod(quarter_of)
    #: What one must hold where figures are counted; and of which kinds the periods are, of all when it is empty.
    right = Right.SEE_FIGURES
    period_kinds: Collection[str] = ()
    #: Whether there is something of a time that has not begun.
    looks_ahead = False

    def __init__(self, data: QueryDict, *, user: User, today: date, period: Period | None = None) -> None:
        values = data.copy()
        if period:
            values["period"] = period.code
        super().__init__(values)
        #: Nothing was asked for: what is shown is the default.
        self.is_plain = not any(values.get(name) for name in self.fields)
        self.user, self.today = user, today
        self.is_valid()
        shown = self.cleaned_data.get("period") or self.default_period(today)
        if not values.get("period"):
            values["period"] = shown.code  # so that the field says what the page shows
        self.reach = reach_during(user, self.right, shown.start, shown.end)
        self.units = units_within(self.reach)
        self.asked = self._read(shown)
        self._offer()

    def clean(self) -> None:
        if not self.looks_ahead:
            check_begun(self, "period", self.cleaned_data.get("period"), self.today)

    def _read(self, period: Period) -> Asked:
        values = self.cleaned_data
        org, ranges = self._within(self.reach, period)
        return Asked(
            period=period,
            today=self.today,
            ranges=ranges,
            visible=ranges_of(self.user, Right.SEE_BRANCHES),
            org=org,
            branch_id=values.get("branch"),
            category=values.get("category", ""),
            campaign=values.get("campaign"),
            kind=values.get("kind", ""),
            state=values.get("state", ""),
            on_time=values.get("on_time", ""),
            mark=values.get("mark", ""),
            on=values.get("on"),
            group=values.get("group", ""),
        )

    def _within(self, reach: tuple[Range, ...], period: Period) -> tuple[Branch | None, tuple[Range, ...]]:
        pk = self.cleaned_data.get("org")
        return organisation_within(reach, pk, period.start, period.end) if pk else (None, reach)

    def asked_over(self, period: Period) -> Asked:
        """The same, of the places that it had in all of ``period``: what moved is looked for where it stood then."""
        reach = reach_during(self.user, self.right, period.start, period.end)
        return replace(self.asked, ranges=self._within(reach, period)[1])

    def check_branch(self, asked: Asked) -> None:
        """The same Http404 for a stranger's branch and for none."""
        if asked.branch_id:
            organisation_within(self.reach, asked.branch_id, asked.period.start, asked.period.end)

    def _offer(self) -> None:
        """Fill the choices; the values asked for are always among them."""
        fields: dict[str, Any] = self.fields
        fields["period"].widget.choices = period_choices(
            self.today, self.asked.period, kinds=self.period_kinds
        )
        units = self.units if self.asked.org in (None, *self.units) else [self.asked.org, *self.units]
        fields["org"].widget.choices = [("", "全部"), *((unit.pk, unit.short_name) for unit in units if unit)]
        if not self.asked.branch_id:
            del fields["branch"]

    @property
    def is_filtered(self) -> bool:
        return any(self.data.get(name) for name in self.fields if name != "period")


class AgainstForm(forms.Form):
    """With which period another is compared."""

    against = PeriodField(label="与哪个期间比", widget=forms.Select({"class": "input"}))

    def __init__(self, data: QueryDict, *, today: date, period: Period) -> None:
        values = data.copy()
        values.setdefault("against", period.previous().code)
        super().__init__(values)
        self.chosen: Period = period.previous()
        self.today = today
        if self.is_valid():
            self.chosen = self.cleaned_data["against"]
        widget: Any = self.fields["against"].widget
        widget.choices = period_choices(today, period.previous(), self.chosen)

    def clean(self) -> None:
        check_begun(self, "against", self.cleaned_data.get("against"), self.today)


class StatisticFilter(FigureFilter):
    """What a table of the catalogue or a book of them, or the rows behind one of its figures, are asked for."""

    on = forms.DateField(
        label="统计日",
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text="不填为期间最后一天，期间未结束时为今天。期内发生的也只计到这一天。",
    )
    group = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    campaign = None  # type: ignore[assignment]  # people and organisations belong to none

    field_order = ("period", "org", "category", "on")

    def __init__(self, data: QueryDict, *, statistic: Spanned, user: User, today: date) -> None:
        self.statistic, self.right = statistic, statistic.right
        #: Why the period that was asked for is none of this statistic; its year is shown instead.
        self.refusal = ""
        if statistic.span != "any":
            self.default_period, self.period_kinds = year_of, ("year",)
        super().__init__(data, user=user, today=today)

    def _read(self, period: Period) -> Asked:
        asked = super()._read(period)
        self.check_branch(asked)
        return asked

    def clean(self) -> None:
        values, shown = self.cleaned_data, cast("QueryDict", self.data)
        period, on = values.get("period") or self.default_period(self.today), values.get("on")
        if why := why_not(self.statistic, period):
            self.refusal, period = why, year_of(period.start)
            shown["period"] = period.code  # so that the field says what the page shows
            values["period"] = period
        if on and on > self.today:
            self.add_error("on", f"统计日不能晚于今天（{self.today}）。")
        elif on and not period.start <= on <= self._last(period):
            self.add_error("on", f"统计日应在期间内（{period.start} 至 {period.end}）。")
        super().clean()

    def _last(self, period: Period) -> date:
        """What came of a year is counted as of a later day, too."""
        return self.today if self.statistic.span == "result" else period.end


class PeriodFilter(StatisticFilter):
    """The same of a table that counts whole months alone."""

    on = None  # type: ignore[assignment]


def filter_of(statistic: Spanned, data: QueryDict, *, user: User, today: date) -> StatisticFilter:
    """What a page of ``statistic`` is asked for: without a day where none may be chosen."""
    return (StatisticFilter if statistic.has_day else PeriodFilter)(
        data, statistic=statistic, user=user, today=today
    )


class DutyFilter(FigureFilter):
    kind = forms.ChoiceField(
        label="义务",
        required=False,
        choices=[("", "全部"), *((rule.name, rule.title) for rule in KNOWN)],
    )
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), *((key, one.label) for key, one in STATE_GROUPS.items())],
    )
    campaign = None  # type: ignore[assignment]  # a duty belongs to none
    looks_ahead = True  # what is to be held stands in the plan of the months to come

    field_order = ("period", "kind", "state", "org", "category")


class RecordFilter(FigureFilter):
    kind = forms.ChoiceField(label="类型", required=False, choices=[("", "全部"), *Kind.choices])
    on_time = forms.ChoiceField(
        label="登记", required=False, choices=[("", "全部"), ("1", "按时登记"), ("0", "补记")]
    )
    mark = forms.ChoiceField(
        label="出勤",
        required=False,
        choices=[("", "全部"), ("on_leave", "有请假的"), ("absent", "有缺席的")],
    )
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "有效"), ("withdrawn", "已撤回"), ("all", "全部")]
    )

    default_period = staticmethod(year_of)
    field_order = ("period", "kind", "org", "category", "campaign", "on_time", "mark", "state")
