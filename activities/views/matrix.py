"""A branch's year as the matrix component asks for it: months down on its page, months across on the home page."""

from collections.abc import Callable
from dataclasses import dataclass

from activities.duties import State
from activities.year import BranchYear, Square
from lib.periods import Period, month_of

#: What the pages draw for a duty's own state.
CELL_STATES: dict[State, str] = {
    State.DONE: "done",
    State.DONE_LATE: "belated",
    State.DUE: "due",
    State.TODO: "todo",
    State.OVERDUE: "late",
    State.EXEMPT: "waived",
    State.NOT_APPLICABLE: "exempt",
}
Linker = Callable[[Square], str]


@dataclass(frozen=True)
class Head:
    label: str
    is_now: bool


@dataclass(frozen=True)
class Cell:
    state: str
    label: str
    url: str
    count: str = ""
    note: str = ""
    rowspan: int = 0
    colspan: int = 0


@dataclass(frozen=True)
class Row:
    label: str
    is_now: bool
    cells: list[Cell]
    url: str = ""


@dataclass(frozen=True)
class Matrix:
    caption: str
    heads: list[Head]
    rows: list[Row]


def no_link(square: Square) -> str:
    return ""


def months_down(year: BranchYear, link: Linker) -> Matrix:
    """Rules across; a quarter's cell spans its three months."""
    now = month_of(year.today)
    rows = [
        Row(
            month.short_label,
            month == now,
            [_cell(square, link, down=True) for square in year.squares if square.period.start == month.start],
        )
        for month in Period.year(year.year).months()
    ]
    return Matrix(
        f"{year.year} 年各月义务完成情况",
        [Head(rule.short_title, is_now=False) for rule in year.rules],
        rows,
    )


def months_across(year: BranchYear, link: Linker = no_link) -> Matrix:
    """Rules down, as the small matrix of the home page: its cells are too small to be opened, so each says why."""
    now = month_of(year.today)
    heads = [Head(str(month.start.month), month == now) for month in Period.year(year.year).months()]
    rows = [
        Row(rule.short_title, is_now=False, cells=[_cell(s, link) for s in year.of(rule)])
        for rule in year.rules
    ]
    return Matrix(f"{year.year} 年义务，按月", heads, rows)


def _cell(square: Square, link: Linker, *, down: bool = False) -> Cell:
    months = len(square.period.months())
    span = months if months > 1 else 0
    url = link(square)
    return Cell(
        state=CELL_STATES[square.state],
        label=square.label,
        url=url,
        note="" if url else "".join(square.reasons),
        rowspan=span if down else 0,
        colspan=0 if down else span,
    )
