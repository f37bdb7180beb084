"""The tables of the statistics page: one row an organisation, one row a kind of activity, ready to be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from activities.regulations import NAMES
from branches.scope import covers
from lib.templatetags.ui import thousands

from . import links
from .asked import Asked
from .links import with_filters
from .measures import Cell, Measure, cells, measures_of, spans, sums_of, whole_of
from .quarterly import Quarterly
from .rollup import Unit, sum_of


@dataclass(frozen=True)
class Row:
    label: str
    url: str
    heads: Sequence[Cell]
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """``bands`` are the upper headings with the number of columns each one spans."""

    caption: str
    heads: Sequence[str]
    bands: Sequence[tuple[str, int]]
    measures: Sequence[Measure]
    rows: Sequence[Row]
    total: Row


def by_unit(figures: Quarterly, asked: Asked, units: Sequence[Unit]) -> Table:
    measures = measures_of(judged=asked.campaign is None)
    rows = [
        Row(
            label=unit.branch.short_name,
            url=into(unit, asked),
            heads=_heads(unit, asked, figures),
            cells=cells(measures, sums_of(sum_of(unit.kinds), unit.duties), asked.period, unit.filters),
        )
        for unit in units
    ]
    total = whole_of(figures)
    branches = [] if asked.is_by_branch else [Cell(thousands(sum(unit.branches for unit in units)))]
    return Table(
        caption=f"{asked.period.label}各{'党支部' if asked.is_by_branch else '二级党组织'}组织生活统计",
        heads=["党员"] if asked.is_by_branch else ["支部", "党员"],
        bands=spans(one.group for one in measures),
        measures=measures,
        rows=rows,
        total=Row(
            label=f"{len(rows)} 个单位合计",
            url="",
            heads=[
                *branches,
                members_of(figures.roster.members, asked.carried, figures),
            ],
            cells=cells(measures, total, asked.period, asked.carried),
        ),
    )


def by_kind(figures: Quarterly, asked: Asked) -> Table:
    measures = measures_of(judged=asked.campaign is None)
    found = figures.life.total
    rows = [
        Row(
            label=label,
            url="",
            heads=[],
            cells=cells(
                measures,
                sums_of(found[name], [lot for lot in figures.life.lots if lot.rule.name == name]),
                asked.period,
                {**asked.carried, "kind": name},
            ),
        )
        for name, label in NAMES.items()
        if name in found
    ]
    whole = whole_of(figures)
    return Table(
        caption=f"{asked.period.label}各类活动",
        heads=[],
        bands=spans(one.group for one in measures),
        measures=measures,
        rows=rows,
        total=Row("合计", "", [], cells(measures, whole, asked.period, asked.carried)),
    )


def into(unit: Unit, asked: Asked) -> str:
    """One step down: the branches of a second-level organisation, or the page of a branch."""
    if unit.branch.is_leaf:
        is_open = covers(asked.visible, unit.branch.path)
        return reverse("branch_page", args=[unit.branch.pk]) if is_open else ""
    return links.statistics(asked.period, **unit.filters) if "branch" not in unit.filters else ""


def _heads(unit: Unit, asked: Asked, figures: Quarterly) -> list[Cell]:
    members = members_of(unit.members, unit.filters, figures)
    if asked.is_by_branch:
        return [members]
    return [Cell(thousands(unit.branches), "" if unit.branch.is_leaf else into(unit, asked)), members]


def members_of(number: int, filters: Mapping[str, object], figures: Quarterly) -> Cell:
    """Opens the rows of the statistic of members: they are of the same day, by where branches stood on it."""
    asked = {name: filters.get(name) for name in ("org", "branch", "category")}
    rows = with_filters(
        reverse("figure_rows", args=["members", "members"]), {"period": figures.period.code, **asked}
    )
    return Cell(thousands(number), rows if number else "")
