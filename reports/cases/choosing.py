"""插入数字: a figure is chosen in steps, and shown with its value, meaning and rows before it goes into the text.

What is chosen is read as far as it fits: another statistic brings its own first figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms

from branches.models import Branch
from branches.scope import covering_ranges
from lib.periods import Period
from reports.figures.base import Statistic, why_not
from reports.figures.catalogue import INSERTABLE
from reports.figures.life import Life
from reports.filters import period_choices, units_within

from .inserted import Figures, Inserted
from .placeholders import Address, PlaceholderError, parse, words_of_columns, words_of_rows

FIRST: Final = "life_by_kind"


class ChooserForm(forms.Form):
    """Selects whose choices depend on the statistic; those that it does not have are not there."""

    figure_statistic = forms.ChoiceField(
        label="统计表", choices=[(one.name, one.title) for one in INSERTABLE.values()]
    )
    figure_row = forms.ChoiceField(label="分组", required=False)
    figure_column = forms.ChoiceField(label="指标")
    figure_campaign = forms.ChoiceField(label="专题活动", required=False)
    figure_organisation = forms.ChoiceField(label="党组织", required=False)
    figure_period = forms.ChoiceField(label="期间", required=False)


@dataclass(frozen=True)
class Choice:
    """The form as it stands, and what it would insert; ``fault`` says why that is nothing."""

    form: ChooserForm
    figure: Inserted | None = None
    fault: str = ""


def choice(data: Mapping[str, Any], branch: Branch, period: Period, today: date, *, look: bool) -> Choice:
    """``look`` asks for the value too, which counts a table."""
    figures = Figures(branch, period, today)
    statistic = INSERTABLE.get(data.get("figure_statistic", ""), INSERTABLE[FIRST])
    rows, columns = words_of_rows(statistic), words_of_columns(statistic)
    units = {
        str(one.pk): one.short_name for one in units_within(covering_ranges([branch.path])) if one != branch
    }
    campaigns = {str(pk): name for pk, name in figures.names.campaigns.items()}
    offered: dict[str, list[Any]] = {
        "figure_column": list(columns.items()),
        "figure_row": [("", "合计"), *rows.items()] if rows else [],
        "figure_campaign": [("", "不限"), *campaigns.items()]
        if isinstance(statistic, Life) and campaigns
        else [],
        "figure_organisation": [("", f"{branch.short_name}（报告的党组织）"), *units.items()]
        if units
        else [],
        "figure_period": _periods(statistic, period, today),
    }
    chosen = {"figure_statistic": statistic.name}
    for name, choices in offered.items():
        chosen[name] = _fitting(data.get(name, ""), choices)
    form = ChooserForm(initial=chosen)
    for name, choices in offered.items():
        field: Any = form.fields[name]
        field.choices = choices
        if not choices:
            del form.fields[name]
    if not look:
        return Choice(form)
    return _looked_at(form, _address(chosen), figures, today)


def _periods(statistic: Statistic, period: Period, today: date) -> list[Any]:
    """The report's own and the last ones; of a yearly statistic years alone."""
    if why_not(statistic, period):
        return period_choices(today, kinds=("year",))
    kinds = () if statistic.span == "any" else ("year",)
    return [("", f"{period.label}（报告的期间）"), *period_choices(today, kinds=kinds)]


def _fitting(value: str, choices: list[Any]) -> str:
    """The value where it is offered, else the first one."""
    flat = [key for key, label in choices if not isinstance(label, list)]
    flat += [key for _, label in choices if isinstance(label, list) for key, _ in label]
    return value if value in flat else (flat[0] if flat else "")


def _address(chosen: Mapping[str, str]) -> Address:
    return Address(
        chosen["figure_statistic"],
        chosen["figure_column"],
        chosen["figure_row"],
        int(chosen["figure_campaign"] or 0) or None,
        int(chosen["figure_organisation"] or 0) or None,
        chosen["figure_period"],
    )


def _looked_at(form: ChooserForm, address: Address, figures: Figures, today: date) -> Choice:
    try:
        parse(address.token[2:-2], figures.names, today)
        return Choice(form, figures.of(address))
    except PlaceholderError as fault:
        return Choice(form, fault=str(fault))
