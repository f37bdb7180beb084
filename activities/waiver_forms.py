"""The form of 免开: what is asked for. It cleans; `waivers` decides."""

from datetime import date
from typing import Any

from django import forms

from lib.periods import Period, month_of
from lib.reasons import ReasonField

from .waivers import LONGEST, MOST, rules_during


class WaiverForm(forms.Form):
    """``rule`` and ``period`` of the address fill it in."""

    codes = forms.MultipleChoiceField(
        label="免开什么",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择免开什么。"},
    )
    start = forms.ChoiceField(label="从", error_messages={"required": "请选择从哪个月起。"})
    end = forms.ChoiceField(
        label="到",
        help_text="含这个月。按季度、按年度开的，须包含整个季度、年度。",
        error_messages={"required": "请选择到哪个月止。"},
    )
    reason = ReasonField(
        most=MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一句话写明实际情况，如：全体党员外出实习，7月20日返校。",
    )

    def __init__(self, data: Any, *, today: date, asked: Any) -> None:
        months = _around(today)
        wanted = _period(asked.get("period", ""), today)
        first, last = (Period.month(day.year, day.month) for day in (wanted.start, wanted.end))
        offered = sorted({*months, first, last})
        super().__init__(
            data,
            initial={"codes": [asked.get("rule", "")], "start": first.code, "end": last.code},
        )
        codes = self.fields["codes"]
        assert isinstance(codes, forms.MultipleChoiceField)
        spell = Period(offered[0].start, offered[-1].end)
        codes.choices = list({rule.code: rule.title for rule in rules_during(spell)}.items())
        for name in ("start", "end"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(month.code, month.label) for month in offered]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "start" in cleaned and "end" in cleaned:
            start, end = Period.parse(cleaned["start"]), Period.parse(cleaned["end"])
            if start > end:
                self.add_error("end", f"“到”不能早于“从”的{start.label}。")
            else:
                cleaned["period"] = Period(start.start, end.end)
        return cleaned


def _around(today: date) -> list[Period]:
    """A year back and a year ahead: what was not held may be explained, what will not be may be announced."""
    month = month_of(today)
    return [*month.run(-LONGEST - 1), *month.run(LONGEST + 1)]


def _period(code: str, today: date) -> Period:
    try:
        return Period.parse(code)
    except ValueError:
        return month_of(today)
