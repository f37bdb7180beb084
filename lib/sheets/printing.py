"""Lists as PDF: what stands in a workbook, set on A4 for print, the head on each page and nothing cut off.

The type is as large as the columns allow. A column is given what its longest cell needs, up to its own width; when the
page is too narrow for that, long texts wrap, and a number or a code that fits no line is broken.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from lib import typesetting
from lib.templatetags.ui import percent

from .text import clean_xml, repair_text
from .writing import Kind, OutColumn, OutSheet

#: More rows than this, of all sheets together, are for a filter or for a workbook.
MOST_ROWS: Final = 2000
TOO_LONG: Final = (
    f"超过 {MOST_ROWS} 行的名单不排成 PDF，没有导出。请先筛选，缩小范围，或者导出 Excel，内容相同。"
)

#: What is printed on, in points, without the margins of 12 mm: A4 upright and across.
_UPRIGHT, _ACROSS = 527.0, 774.0
_SIZES: Final = (10.0, 9.0, 8.0, 7.0, 6.5, 6.0)
#: A paper stands upright when its columns fit in this size.
_UPRIGHT_SIZE: Final = 9.0
_INSET: Final = 2.5
#: A size is taken when the columns get this share of what they would like.
_ENOUGH: Final = 0.9
#: More than this of a long text does not make the type smaller: it wraps.
_LONG: Final = 26.0
#: Half a Chinese character is one place; Latin letters and digits of a Chinese font are somewhat wider than that.
_LATIN: Final = 1.1
_WIDEST: Final = 40.0
#: A text of up to five Chinese characters, such as a name, is not broken.
_WHOLE: Final = 10.5
#: A line that fills its column to the last point would be broken.
_SPARE: Final = 0.5
#: An identifier of 36 letters is not broken; what is longer may be.
_LONGEST_RUN: Final = 42.0
_RUN = re.compile(r"[\x21-\x7e]+")
_ASCII = re.compile(r"[\x20-\x7e]")
_BREAK: Final = "\u200b"


class TooLong(ValueError):
    """The list has too many rows to be set; the message is for the user."""


def check(number: int) -> None:
    """TooLong for more rows than are set."""
    if number > MOST_ROWS:
        raise TooLong(TOO_LONG)


def pdf(sheets: Iterable[OutSheet]) -> bytes:
    """The sheets, each from a new page; TooLong, and CannotTypeset without a Chinese font.

    It is untagged: tags make 2,000 rows seven times slower to set and the file twenty times larger.
    """
    taken = []
    left = MOST_ROWS
    for sheet in sheets:
        rows = [_texts(sheet.columns, row) for row in islice(sheet.rows, left + 1)]
        left -= len(rows)
        check(MOST_ROWS - left)
        taken.append((sheet, rows))
    title = next((sheet.banner[0] for sheet, _ in taken if sheet.banner), taken[0][0].name)
    set_sheets = [_set(sheet, rows, is_one_of_many=len(taken) > 1) for sheet, rows in taken]
    return typesetting.pdf("list.typ", {"title": clean_xml(title), "sheets": set_sheets}, tagged=False)


def _texts(columns: Sequence[OutColumn], row: Sequence[object]) -> list[str]:
    return [_WORDS[column.kind](value) for column, value in zip(columns, row, strict=True)]


def _text(value: object) -> str:
    return clean_xml(value if isinstance(value, str) else repair_text(value))


def _number(value: object) -> str:
    return _text(float(value) if isinstance(value, Decimal) else value)


def _percent(value: object) -> str:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return percent(value)
    return _text(value)


def _date(value: object) -> str:
    day = value.date() if isinstance(value, datetime) else value
    return day.isoformat() if isinstance(day, date) else _text(day)


_WORDS: Final[dict[Kind, Callable[[object], str]]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "percent": _percent,
    "date": _date,
}


def _set(sheet: OutSheet, rows: Sequence[list[str]], *, is_one_of_many: bool) -> dict[str, Any]:
    """What ``list.typ`` sets of a sheet."""
    heads = [_text(column.heading) for column in sheet.columns]
    wants = [_needs(column, [row[index] for row in rows]) for index, column in enumerate(sheet.columns)]
    is_across, size = _page([want for want, _ in wants], [least for _, least in wants])
    width = _ACROSS if is_across else _UPRIGHT
    places = _shares(wants, _room(width, size, len(wants)))
    name = _text(sheet.name)
    title, *lines = [*map(_text, sheet.banner)] or [name]
    return {
        "across": is_across,
        "title": f"{title}：{name}" if is_one_of_many and name != title else title,
        "lines": lines,
        "size": size,
        "widths": [share * size / 2 + 2 * _INSET for share in places],
        "numbers": [column.kind in ("integer", "decimal", "percent") for column in sheet.columns],
        "head": heads,
        "rows": [[_broken(text, share) for text, share in zip(row, places, strict=True)] for row in rows],
    }


def _places(text: str) -> float:
    ascii_ones = len(_ASCII.findall(text))
    return 2 * (len(text) - ascii_ones) + _LATIN * ascii_ones + _SPARE


def _needs(column: OutColumn, cells: Sequence[str]) -> tuple[float, float]:
    """How many places a column would like, and how many it must have so that no word is broken."""
    heading = _places(column.heading)
    lines = {line for cell in cells for line in cell.split("\n")}
    runs = {run for line in lines for run in _RUN.findall(line)}
    run = min(_LONGEST_RUN, max(map(_places, runs), default=0.0))
    longest = max(map(_places, lines), default=0.0)
    least = max(run, min(heading, 6.5), min(longest, _WHOLE))
    return max(least, min(heading, 10.5), min(longest, max(column.width or 0.0, _WIDEST))), least


def _room(width: float, size: float, columns: int) -> float:
    """Places across the page."""
    return (width - 2 * _INSET * columns) / (size / 2)


def _page(wants: Sequence[float], leasts: Sequence[float]) -> tuple[bool, float]:
    """Whether the page lies across, and the size of the type in points."""
    number = len(wants)
    is_across = sum(wants) > _room(_UPRIGHT, _UPRIGHT_SIZE, number)
    enough = max(sum(leasts), sum(min(want, _LONG) for want in wants) * _ENOUGH if is_across else sum(wants))
    width = _ACROSS if is_across else _UPRIGHT
    return is_across, next((size for size in _SIZES if enough <= _room(width, size, number)), _SIZES[-1])


def _shares(wants: Sequence[tuple[float, float]], room: float) -> list[float]:
    """The places of each column; together all that the page has."""
    wanted, least = sum(want for want, _ in wants), sum(least for _, least in wants)
    if wanted <= room:
        return [want * room / wanted for want, _ in wants]
    if least >= room:
        return [low * room / least for _, low in wants]
    part = (room - least) / (wanted - least)
    return [low + (want - low) * part for want, low in wants]


def _broken(text: str, places: float) -> str:
    """A run of letters and digits that is longer than its line may be broken where the line ends."""
    if len(text) * _LATIN <= places:
        return text
    most = max(1, int(places / _LATIN))
    return _RUN.sub(lambda run: _in_parts(run[0], most), text)


def _in_parts(run: str, most: int) -> str:
    return _BREAK.join(run[start : start + most] for start in range(0, len(run), most))
