"""The obligation matrix of the dashboard: organisations × (duty, month), with the number of meetings missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from activities.duties import Duty, State
from activities.regulations import NATIONAL, Every, Rule
from lib.periods import Period

from . import links
from .asked import Asked
from .drilldown import OPEN
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


def matrix(units: Sequence[Unit], asked: Asked) -> Matrix:
    columns = _columns(asked)
    bands = [
        (rule.title.removeprefix("支部"), sum(column.rule is rule for column in columns))
        for rule in NATIONAL
        if any(column.rule is rule for column in columns)
    ]
    place = {
        (column.rule.code, month.start): number
        for number, column in enumerate(columns)
        for month in column.span.months()
    }
    rows = [_row(unit, columns, place, asked) for unit in units if unit.duties]
    return Matrix(bands, columns, rows)


def _row(unit: Unit, columns: Sequence[Column], place: Mapping[tuple[str, date], int], asked: Asked) -> Row:
    found: list[list[Duty]] = [[] for _ in columns]
    for duty in unit.duties:
        found[place[(duty.rule.code, duty.period.start)]].append(duty)
    return Row(
        label=unit.branch.short_name,
        url=into(unit, asked),
        branches=unit.branches,
        cells=[_cell(unit, column, own, asked) for column, own in zip(columns, found, strict=True)],
    )


def _columns(asked: Asked) -> list[Column]:
    """Months of a month or a quarter, quarters of a longer period; a quarterly duty in quarters, where they fit."""
    is_short = asked.period.kind in ("month", "quarter")
    columns = []
    for rule in NATIONAL:
        monthly = rule.every is Every.MONTH and is_short
        spans = asked.period.months() if monthly else asked.period.quarters()
        whole = [span for span in spans if asked.period.start <= span.start and span.end <= asked.period.end]
        columns += [
            Column(rule, span, number == 0, span.contains(asked.today)) for number, span in enumerate(whole)
        ]
    return columns


def _cell(unit: Unit, column: Column, found: Sequence[Duty], asked: Asked) -> Cell:
    look, state, number = _summary(found)
    url = links.duties(column.span, **{**unit.filters, "kind": column.rule.kind.value, "state": state})
    shown = number if look in ("late", "due") else ""
    open_ones = f"，{number} 项未开" if look in ("late", "due", "todo") else ""
    label = f"{unit.branch.short_name}{column.span.short_label}{column.rule.title}{open_ones}"
    return Cell(look, label, url if number else "", shown, column.is_first)


def _summary(found: Sequence[Duty]) -> tuple[str, str, int]:
    """How a cell looks, the state its list is asked for, and how many lines that list has."""
    for look, state, own in (("late", "missed", State.OVERDUE), ("due", "due", State.DUE)):
        if number := sum(duty.state == own for duty in found):
            return look, state, number
    if number := sum(duty.state in OPEN for duty in found):
        return "todo", "open", number
    if number := sum(duty.is_met for duty in found):
        return "done", "met", number
    return "exempt", "exempt", len(found)
