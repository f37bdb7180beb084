"""The obligation matrix of the dashboard: organisations × (duty, month), with the number of meetings missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from activities import local_duties
from activities.agenda import taken_together
from activities.duties import OPEN, Lot, State
from activities.regulations import KNOWN, Every, Rule
from activities.views.matrix import CELL_STATES
from lib.periods import Period

from . import links
from .asked import Asked
from .rollup import Unit
from .table import into


@dataclass(frozen=True)
class Column:
    rule: Rule
    span: Period
    is_first: bool
    is_now: bool

    @property
    def label(self) -> str:
        return self.span.short_label.removesuffix("度")


@dataclass(frozen=True)
class Cell:
    """What the tag ``cell`` draws; ``count`` is the number of lines behind ``url``."""

    state: str
    label: str
    url: str
    count: int | str
    is_first: bool


@dataclass(frozen=True)
class Row:
    label: str
    url: str
    branches: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Matrix:
    bands: Sequence[tuple[str, int]]
    columns: Sequence[Column]
    rows: Sequence[Row]

    @property
    def rules(self) -> list[Rule]:
        """What the columns are about, each with its article; a local rule once for each of its texts."""
        found = {(column.rule.code, column.rule.article): column.rule for column in self.columns}
        return list(found.values())


def matrix(units: Sequence[Unit], asked: Asked) -> Matrix:
    columns = _columns(asked, local_duties.during(asked.period).rules)
    bands = [
        (rule.short_title, number)
        for rule in KNOWN
        if (number := sum(column.rule.code == rule.code for column in columns))
    ]
    place = {
        (column.rule.code, month.start): number
        for number, column in enumerate(columns)
        for month in column.span.months()
    }
    rows = [_row(unit, columns, place, asked) for unit in units if unit.duties]
    return Matrix(bands, columns, rows)


def _row(unit: Unit, columns: Sequence[Column], place: Mapping[tuple[str, date], int], asked: Asked) -> Row:
    found: list[list[Lot]] = [[] for _ in columns]
    for lot in unit.duties:
        found[place[(lot.rule.code, lot.period.start)]].append(lot)
    return Row(
        label=unit.branch.short_name,
        url=into(unit, asked),
        branches=unit.branches,
        cells=[_cell(unit, column, own, asked) for column, own in zip(columns, found, strict=True)],
    )


def _columns(asked: Asked, rules: Iterable[Rule]) -> list[Column]:
    return [
        Column(rule, span, number == 0, span.contains(asked.today))
        for rule in rules
        for number, span in enumerate(_spans(rule, asked.period))
    ]


def _spans(rule: Rule, period: Period) -> list[Period]:
    """The sub-periods that fit; of a longer period than a quarter its quarters, where they hold all the months in which
    the rule asks something: a list of a quarter has no fewer duties than its cell says."""
    asked = rule.spans(period)
    if rule.every is not Every.MONTH or period.kind in ("month", "quarter"):
        return asked
    quarters = replace(rule, every=Every.QUARTER).spans(period)
    held = {month for quarter in quarters for month in quarter.months()}
    return quarters if held.issuperset(asked) else asked


def _cell(unit: Unit, column: Column, found: Sequence[Lot], asked: Asked) -> Cell:
    look, state, number = _summary(found, is_alone=unit.branch.is_leaf)
    url = links.duties(column.span, **{**unit.filters, "kind": column.rule.name, "state": state})
    shown = number if look in ("late", "due") else ""
    label = (
        f"{unit.branch.short_name}{column.span.short_label}{column.rule.title}{_beside(look, found, number)}"
    )
    return Cell(look, label, url, shown, column.is_first)


def _beside(look: str, found: Sequence[Lot], number: int) -> str:
    if look in ("late", "due", "todo"):
        return f"，{number} 项未开"
    belated = sum(lot.number for lot in found if lot.state is State.DONE_LATE)
    return f"，{belated} 项补记" if belated else ""


def _summary(found: Sequence[Lot], *, is_alone: bool) -> tuple[str, str, int]:
    """How a cell looks, the state its list is asked for, and how many lines that list has.

    That something was entered late marks the cell of one branch alone: among many there is always one.
    """
    for look, state, own in (("late", "missed", State.OVERDUE), ("due", "due", State.DUE)):
        if number := sum(lot.number for lot in found if lot.state == own):
            return look, state, number
    if number := sum(lot.number for lot in found if lot.state in OPEN):
        return "todo", "open", number
    if number := sum(lot.number for lot in found if lot.is_met):
        return CELL_STATES[taken_together(found)] if is_alone else "done", "met", number
    return (
        CELL_STATES[taken_together(found)] if found else "exempt",
        "exempt",
        sum(lot.number for lot in found),
    )
