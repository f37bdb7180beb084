"""What a statistic is made of and what comes of it: columns with their meaning, rows, cells that can be opened."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal, Protocol, Self

from django.db.models import Q

from accounts.models import User
from branches.roles import Right
from lib.periods import Period
from lib.templatetags.ui import percent, thousands
from reports.asked import Asked
from reports.measures import share_in_words, spans

Value = int | Fraction | None
Kind = Literal["integer", "percent"]
#: Of what periods a statistic is: of any, of years as of their last day, or of years as what came of them is known.
Span = Literal["any", "year", "result"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One figure: its heading, its meaning (口径), and the version of that meaning."""

    code: str
    heading: str
    definition: str
    band: str = ""
    kind: Kind = "integer"
    version: int = 1


@dataclass(frozen=True)
class Cell:
    """A figure of one row; ``url`` opens the rows it counts. ``parts`` are what a share divides."""

    value: Value
    url: str = ""
    parts: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """As a page shows it: of too few, the counts in place of a share."""
        if self.parts:
            return share_in_words(*self.parts)
        return percent(self.value) if isinstance(self.value, Fraction) else thousands(self.value)


@dataclass(frozen=True)
class Row:
    """``code`` is the organisation's, or the group's; ``url`` leads one step down."""

    code: str
    label: str
    cells: tuple[Cell, ...]
    band: str = ""
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A statistic of one scope and period. ``total`` counts everything once; None where rows overlap."""

    statistic: "Statistic"
    asked: Asked
    rows: tuple[Row, ...]
    total: Row | None

    @property
    def columns(self) -> Sequence[Column]:
        return self.statistic.columns

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """The total last."""
        return (*self.rows, self.total) if self.total else self.rows

    def body(self) -> dict[str, Any]:
        """What ``statistics NAME --json`` prints; a share is a decimal number, what nothing is divided by is null."""
        return {
            "name": self.statistic.name,
            "title": self.statistic.title,
            "period": self.asked.period.code,
            "on": self.asked.day.isoformat(),
            "branch": self.asked.org.code if self.asked.org else None,
            "columns": [
                {
                    "code": one.code,
                    "heading": one.heading,
                    "definition": one.definition,
                    "version": one.version,
                }
                for one in self.columns
            ],
            "rows": [self._body_of(row) for row in self.rows],
            "total": self._body_of(self.total) if self.total else None,
        }

    def _body_of(self, row: Row) -> dict[str, Any]:
        values = {
            column.code: plain(cell.value) for column, cell in zip(self.columns, row.cells, strict=True)
        }
        return {"code": row.code, "label": row.label, "values": values}


def plain(value: Value) -> int | float | None:
    return float(value) if isinstance(value, Fraction) else value


def bands(columns: Sequence[Column]) -> list[tuple[str, int]]:
    """The upper headings with the number of columns each one spans; empty when there is none."""
    found = spans(one.band for one in columns)
    return found if any(band for band, _ in found) else []


class Spanned(Protocol):
    """What is asked for by a name, of periods of one sort; ``right`` is what one must hold where it counts."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def span(self) -> Span: ...
    @property
    def has_day(self) -> bool:
        """Whether the day may be chosen as of which it counts, and up to which what happened in the period."""

    @property
    def right(self) -> Right: ...


class Statistic(Spanned, Protocol):
    """A named table. ``head`` is the heading of its first column, ``note`` one sentence on what it shows."""

    @property
    def section(self) -> str: ...
    @property
    def head(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    def tabulate(self, asked: Asked) -> Table: ...


@dataclass(frozen=True, kw_only=True)
class Named:
    """What every statistic says of itself."""

    name: str
    title: str
    section: str
    note: str
    span: Span = "any"
    has_day: bool = True
    right: Right = Right.SEE_FIGURES


def why_not(asked_for: Spanned, period: Period) -> str:
    """Why there is no such figure of ``period``; empty when there is."""
    if asked_for.span == "any" or period.kind == "year":
        return ""
    return f"“{asked_for.title}”按年统计，没有{period.label}的数，请选择年份。"


def as_taken(statistic: Statistic, asked: Asked) -> Asked:
    """``asked`` as the statistic takes it: what came of a year is counted as it is known today."""
    return replace(asked, is_known_later=statistic.span == "result")


@dataclass(frozen=True)
class Line:
    """One row behind a figure, as whoever looks at it may see it."""

    label: str
    url: str
    cells: tuple[str, ...]


#: What a row must be to count: of rows in the database a condition, of rows made here a test.
Which = Any
Place = str
#: The heading of the first column where each row is an organisation.
ORGANISATION = "党组织"


class Things(Protocol):
    """Rows of one sort of which figures are made; :mod:`reports.figures.things` has both sorts."""

    @property
    def noun(self) -> str: ...
    @property
    def heads(self) -> tuple[str, ...]: ...
    @property
    def show(self) -> Callable[[Any, bool], Line]: ...
    def places(self, asked: Asked, figures: Sequence["Figure"]) -> Iterator[tuple[Place, Sequence[int]]]:
        """How many there are at each place, of each of ``figures``."""

    def totals(
        self, asked: Asked, wanted: Sequence[tuple["Figure | LeftOut", "Group | None"]]
    ) -> Sequence[int]:
        """How many there are of each figure within each group, in the whole scope."""

    def behind(self, asked: Asked, figure: "Figure", group: "Group | None") -> Any:
        """The rows that a number counts, in order; it can be counted and cut."""

    def open_to(self, rows: Any, user: User) -> Any:
        """Those of the rows that ``user`` may open."""


def asked_which(which: Which, asked: Asked) -> Q:
    """The condition on rows of the database, made of what is asked for where it must be."""
    condition: Q = which(asked) if callable(which) else which
    return condition


@dataclass(frozen=True)
class LeftOut:
    """Rows that somebody might look for in a figure and that are not in it, with the reason."""

    reason: str
    things: Things
    which: Which

    def count(self, asked: Asked, group: "Group | None" = None) -> int:
        """Of the same scope, category and group. One query."""
        return self.things.totals(asked, [(self, group)])[0]

    def among(self, which: Any) -> Self:
        """Those of them for whom ``which`` holds; each is a condition, or makes one of what is asked for."""
        return replace(self, which=lambda asked: asked_which(self.which, asked) & asked_which(which, asked))


@dataclass(frozen=True, kw_only=True)
class Figure(Column):
    """A figure that counts the rows of ``things`` for which ``which`` holds."""

    things: Things
    which: Which
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Share(Column):
    """One figure of the same table divided by another, both by their code."""

    part: str
    whole: str
    kind: Kind = "percent"


@dataclass(frozen=True, kw_only=True)
class Difference(Column):
    """One figure of the same table less another, both by their code."""

    whole: str
    less: str


@dataclass(frozen=True)
class Group:
    """A row of a table that is not about organisations: those for whom ``which`` holds."""

    code: str
    label: str
    which: Which
