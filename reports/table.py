"""The tables of the statistics page: one row an organisation, one row a kind of activity, ready to be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse

from activities.regulations import NAMES
from branches.scope import covers
from lib.templatetags.ui import thousands

from . import links
from .asked import Asked
from .links import with_filters
from .measures import Cell, Measure, cells, measures_of, sums_of
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
    total = sums_of(sum_of(figures.life.total), figures.life.duties)
    branches = [] if asked.is_by_branch else [Cell(thousands(sum(unit.branches for unit in units)))]
    return Table(
        caption=f"{asked.period.label}各{'党支部' if asked.is_by_branch else '二级党组织'}组织生活统计",
        heads=["党员"] if asked.is_by_branch else ["支部", "党员"],
        bands=_bands(measures),
        measures=measures,
        rows=rows,
        total=Row(
            label=f"{len(rows)} 个单位合计",
            url="",
            heads=[
                *branches,
                _members(figures.roster.members, asked.org.pk if asked.org else None, figures),
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
                sums_of(found[name], [duty for duty in figures.life.duties if duty.rule.name == name]),
                asked.period,
                {**asked.carried, "kind": name},
            ),
        )
        for name, label in NAMES.items()
        if name in found
    ]
    whole = sums_of(sum_of(found), figures.life.duties)
    return Table(
        caption=f"{asked.period.label}各类活动",
        heads=[],
        bands=_bands(measures),
        measures=measures,
        rows=rows,
        total=Row("合计", "", [], cells(measures, whole, asked.period, asked.carried)),
    )


def _bands(measures: Sequence[Measure]) -> list[tuple[str, int]]:
    return [(name, len(list(group))) for name, group in groupby(measures, lambda measure: measure.group)]


def into(unit: Unit, asked: Asked) -> str:
    """One step down: the branches of a second-level organisation, or the page of a branch."""
    if unit.branch.is_leaf:
        is_open = covers(asked.visible, unit.branch.path)
        return reverse("branch_page", args=[unit.branch.pk]) if is_open else ""
    return links.statistics(asked.period, **unit.filters) if "branch" not in unit.filters else ""


def _heads(unit: Unit, asked: Asked, figures: Quarterly) -> list[Cell]:
    members = _members(unit.members, unit.branch.pk, figures)
    if asked.is_by_branch:
        return [members]
    return [Cell(thousands(unit.branches), "" if unit.branch.is_leaf else into(unit, asked)), members]


def _members(number: int, org_id: int | None, figures: Quarterly) -> Cell:
    """The roster of the day lists by where branches stand today, and knows no category."""
    if figures.category or not number:
        return Cell(thousands(number))
    filters = {"branch": org_id, "on": figures.roster.day.isoformat()}
    return Cell(thousands(number), with_filters(reverse("roster"), filters))
