"""How the members are made up: sex, education, age, and the category of their branch; each a chart with its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lib.templatetags.ui import percent, thousands

from .asked import Asked
from .figures.base import Cell, Row
from .figures.members import AGES, ALL, CATEGORIES, EDUCATIONS, ON_PROBATION, SEXES, STRUCTURE_TABLE
from .measures import is_enough, rate

SEX, EDUCATION, AGE, CATEGORY = "性别", "学历", "年龄", "党支部类别"
#: The widest bar, and the whole of a stacked one, in the units of the drawing.
WHOLE = 100
YOUNG = ("age_0", "age_31")
TABLE = replace(
    STRUCTURE_TABLE,
    columns=(ALL, ON_PROBATION),
    bands=((CATEGORY, CATEGORIES), (SEX, SEXES), (EDUCATION, EDUCATIONS), (AGE, AGES)),
)


@dataclass(frozen=True)
class Bar:
    """What the tag ``bars`` draws."""

    label: str
    url: str
    width: int
    value: str
    value_url: str


@dataclass(frozen=True)
class Piece:
    """A piece of a stacked bar, from ``x`` on; ``tone`` is the same for a group in every bar."""

    tone: int
    x: float
    width: float
    label: str
    url: str


@dataclass(frozen=True)
class Stack:
    """One bar of 100 %: the members, or those on probation."""

    label: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Count:
    """One number of the table below a stacked bar, with its share."""

    number: str
    share: str
    url: str


@dataclass(frozen=True)
class Division:
    """Everybody divided in one way: as ``bars`` that are their own table, or as ``stacks`` with ``rows`` below."""

    code: str
    title: str
    note: str
    bars: Sequence[Bar] = ()
    stacks: Sequence[Stack] = ()
    rows: Sequence[tuple[int, str, Sequence[Count]]] = ()


@dataclass(frozen=True)
class Structure:
    """All the members, and each way they are divided; nothing where there are none."""

    title: str
    divisions: Sequence[Division]


def structure(asked: Asked, *shown: str) -> Structure:
    """The members on the day of ``asked``, divided in the ways ``shown`` names; in all of them without. One query.

    As on the rest of the dashboard, one branch by itself is not asked for: ``org`` is.
    """
    asked = replace(asked, branch_id=None)
    wanted = [band for band in TABLE.bands if not shown or band[0] in shown]
    table = replace(TABLE, bands=tuple(wanted)).tabulate(asked)
    members, probationary = (_number(cell) for cell in table.total.cells) if table.total else (0, 0)
    divisions = [
        DRAWN[name](name, [row for row in table.rows if row.band == name], (members, probationary))
        for name, _ in wanted
    ]
    title = f"党员 {thousands(members)} 人，其中预备党员 {thousands(probationary)} 人"
    return Structure(title, divisions if members else [])


def _number(cell: Cell) -> int:
    return cell.value if isinstance(cell.value, int) else 0


def _by_category(name: str, rows: Sequence[Row], totals: tuple[int, int]) -> Division:
    """The most first: the categories are no order of their own."""
    found = sorted(_some(rows), key=lambda row: -_number(row.cells[0]))
    first = found[0] if found else None
    people = f"党员 {thousands(totals[0])} 人"
    title = f"{people}，{first.label}党支部{_part(first, totals[0])}" if first else people
    note = f"其中预备党员 {thousands(totals[1])} 人；按组织关系所在党支部的类别，多的在前"
    return Division("category", title, note, bars=_bars(found))


def _by_age(name: str, rows: Sequence[Row], totals: tuple[int, int]) -> Division:
    young = sum(_number(row.cells[0]) for row in rows if row.code in YOUNG)
    return Division(
        "age", f"35岁及以下的党员{_said(young, totals[0])}", "按统计日满周岁", bars=_bars(_some(rows))
    )


def _by_sex(name: str, rows: Sequence[Row], totals: tuple[int, int]) -> Division:
    women = next(row for row in rows if row.code == "sex_female")
    return _stacked("sex", f"女党员{_part(women, totals[0])}", rows, totals)


def _by_education(name: str, rows: Sequence[Row], totals: tuple[int, int]) -> Division:
    most = max(rows, key=lambda row: _number(row.cells[0]))
    said = "学历未填写的党员" if most.code == "education_none" else f"{most.label}学历的党员"
    return _stacked("education", f"{said}{_part(most, totals[0])}", rows, totals)


DRAWN = {CATEGORY: _by_category, SEX: _by_sex, EDUCATION: _by_education, AGE: _by_age}


def _part(row: Row, whole: int) -> str:
    return _said(_number(row.cells[0]), whole)


def _said(number: int, whole: int) -> str:
    """As a share, or in numbers where there are too few for one."""
    return f"占 {percent(rate(number, whole))}" if is_enough(whole) else f" {number} 人"


def _some(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if _number(row.cells[0])]


def _bars(rows: Sequence[Row]) -> list[Bar]:
    most = max((_number(row.cells[0]) for row in rows), default=0)
    return [
        Bar(row.label, cell.url, WHOLE * _number(cell) // most, cell.text, cell.url)
        for row in rows
        for cell in row.cells[:1]
    ]


def _stacked(code: str, title: str, rows: Sequence[Row], totals: tuple[int, int]) -> Division:
    shown = _some(rows)
    labels = [ALL.heading, *([ON_PROBATION.heading] if totals[1] else [])]
    return Division(
        code,
        title,
        "全部党员与预备党员对照" if totals[1] else "全部党员",
        stacks=[Stack(label, _pieces(shown, number, totals[number])) for number, label in enumerate(labels)],
        rows=[
            (
                tone,
                row.label,
                [_count(cell, totals[number]) for number, cell in enumerate(row.cells[: len(labels)])],
            )
            for tone, row in enumerate(shown)
        ],
    )


def _pieces(rows: Sequence[Row], number: int, whole: int) -> list[Piece]:
    pieces, done = [], 0
    for tone, row in enumerate(rows):
        cell = row.cells[number]
        if people := _number(cell):
            label = f"{row.label} {_said(people, whole).strip()}"
            pieces.append(Piece(tone, _along(done, whole), _along(people, whole), label, cell.url))
        done += people
    return pieces


def _along(number: int, whole: int) -> float:
    return round(float(Fraction(WHOLE * number, whole)), 2)


def _count(cell: Cell, whole: int) -> Count:
    return Count(
        cell.text, percent(rate(_number(cell), whole)) if is_enough(whole) and whole else "", cell.url
    )
