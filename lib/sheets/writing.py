"""Writing workbooks that hold text, numbers and dates, and never a formula.

`write_workbook` streams ledgers of any length through rustpy-xlsxwriter; `annotate_workbook` (openpyxl) returns the
rows of an upload that could not be taken, marked. The writer's own habits that are met here: it takes a row's values by
position, writes no head when there are no rows, cannot merge a single cell, and ends with an error for a text of more
than 32,767 characters, a lone surrogate or a date before 1900.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Literal

from rustpy_xlsxwriter import Format, write_worksheets

from lib.sheets.annotating import Marked, annotate_workbook, marked
from lib.sheets.text import TRIGGERS, clean_xml, guard, repair_text

__all__ = [
    "Kind",
    "Marked",
    "OutColumn",
    "OutSheet",
    "annotate_workbook",
    "cell_text",
    "marked",
    "sheet_name",
    "write_workbook",
]

Kind = Literal["text", "integer", "decimal", "date", "percent"]
#: A share that is not all of it never reads 100.0%, as on pages (`lib.templatetags.ui.points`).
PERCENT = '[<0.9995]0.0%;[<1]"99.9%";0.0%'
NUMBER_FORMATS: dict[Kind, str] = {"text": "@", "integer": "0", "date": "yyyy-mm-dd", "percent": PERCENT}
LONGEST_TEXT = 32_767
# Beyond this a spreadsheet's number loses digits.
LARGEST_NUMBER = 2**53
A4 = 9
_HOT = frozenset(TRIGGERS + "'")
_BETWEEN = "│"  # printable, and rare in what people write
_UNSAFE_START = re.compile(rf"{_BETWEEN}[{re.escape(TRIGGERS)}']")
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class OutColumn:
    """A column: heading, what its values are, width in characters (from the heading when None).

    "percent" takes 0.5 for 50 %. A value of another type than the kind is written as text.
    """

    heading: str
    kind: Kind = "text"
    width: float | None = None


@dataclass(frozen=True, slots=True)
class OutSheet:
    """A sheet: lines of banner, the head (frozen, repeated on each printed page), then the rows as they come.

    Every row has one value for each column; headings differ from each other.
    """

    name: str
    columns: Sequence[OutColumn]
    rows: Iterable[Sequence[object]]
    banner: Sequence[str] = field(default_factory=list)


def write_workbook(target: Path | BinaryIO, sheets: Iterable[OutSheet]) -> None:
    """Write an .xlsx with the sheets in order; rows are taken one by one, so memory does not grow with them.

    Texts are written as texts: one that begins like a formula gets an apostrophe (`guard`), characters that XML cannot
    hold are left out, one longer than a cell can hold ends in "…". Identity numbers in a text column stay as they are.
    ValueError for two columns of one heading, for a row of another length, and when there is no sheet.
    """
    entries: list[Any] = []
    options: dict[str, Any] = {}
    for sheet in sheets:
        name = sheet_name(sheet.name, taken=[taken for taken, _rows in entries])
        entries.append((name, _records(sheet)))
        for option, value in _layout(sheet).items():
            options.setdefault(option, {})[name] = value
    if not entries:
        raise ValueError("工作簿至少要有一张工作表。")
    # write_worksheets has a parameter for each option; the names are those of its signature.
    write_worksheets(entries, str(target) if isinstance(target, Path) else target, **options)


def sheet_name(name: str, *, taken: Iterable[str] = ()) -> str:
    """A name that spreadsheets accept: at most 31 characters, none of ``[]:*?/\\``, not in ``taken`` in any case."""
    plain = clean_xml(_NOT_IN_NAME.sub(" ", name)).strip(" '")[:31] or "Sheet"
    used = {each.lower() for each in taken} | {"history"}
    found, number = plain, 2
    while found.lower() in used:
        ending = f"({number})"
        found, number = plain[: 31 - len(ending)] + ending, number + 1
    return found


def cell_text(value: object) -> str | None:
    """Any value as the safe text of a cell; None when blank."""
    if value is None:
        return None
    text = value if isinstance(value, str) else repair_text(value)
    if text[:1] not in _HOT and len(text) <= LONGEST_TEXT and text.isprintable():
        return text
    text = guard(clean_xml(text))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _number(value: object) -> object:
    if value.__class__ is int and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return value
    number = float(value) if isinstance(value, Decimal) else value
    if isinstance(number, int | float) and not isinstance(number, bool):
        return number if isfinite(number) and abs(number) <= LARGEST_NUMBER else cell_text(number)
    return cell_text(number)


def _date(value: object) -> object:
    if value.__class__ is date and value.year >= 1900:
        return value
    day = value.date() if isinstance(value, datetime) else value
    return day if isinstance(day, date) and day.year >= 1900 else cell_text(day)


_OTHERS: dict[Kind, Callable[[object], object]] = {
    "integer": _number,
    "decimal": _number,
    "percent": _number,
    "date": _date,
}


def _records(sheet: OutSheet) -> Iterator[dict[str, Any]]:
    """The rows as the writer takes them; a blank one when there are none, so that the head is written."""
    headings = [_heading(column) for column in sheet.columns]
    if len(set(headings)) < len(headings):
        raise ValueError(f"工作表“{sheet.name}”有同名的列，请给每一列不同的列名。")
    texts = [index for index, column in enumerate(sheet.columns) if column.kind == "text"]
    others = [(index, _OTHERS[each.kind]) for index, each in enumerate(sheet.columns) if each.kind != "text"]
    is_safe = _row_test(texts)
    is_empty = True
    for row in sheet.rows:
        is_empty = False
        if len(row) != len(headings):
            raise ValueError(f"工作表“{sheet.name}”有一行是 {len(row)} 个值，应为 {len(headings)} 个。")
        cells: list[Any] = list(row)
        if not is_safe(cells):
            for index in texts:
                cells[index] = cell_text(cells[index])
        for index, convert in others:
            cells[index] = convert(cells[index])
        yield dict(zip(headings, cells))  # noqa: B905 - their lengths were compared; strict costs a third more
    if is_empty:
        yield dict.fromkeys(headings)


def _row_test(texts: list[int]) -> Callable[[list[Any]], bool]:
    """Whether all text cells of a row are texts (or blank) that can be written as they are.

    Nearly every row is: one search in the joined texts takes a tenth of the time of looking at each of them.
    """
    pick = itemgetter(*texts) if len(texts) > 1 else lambda cells: tuple(cells[index] for index in texts)

    def is_safe(cells: list[Any]) -> bool:
        values = pick(cells)
        try:
            joined = _BETWEEN + _BETWEEN.join(filter(None, values))
        except TypeError:
            return False
        return (
            joined.isprintable()
            and len(joined) <= LONGEST_TEXT
            and _UNSAFE_START.search(joined) is None
            and 0 not in values  # nor False: `filter` passes over them
        )

    return is_safe


def _heading(column: OutColumn) -> str:
    return cell_text(column.heading) or " "


def _layout(sheet: OutSheet) -> dict[str, Any]:
    """The writer's options for one sheet."""
    head = len(sheet.banner)
    last = max(1, len(sheet.columns) - 1)
    texts = [_heading(column) for column in sheet.columns if column.kind == "text"]
    return {
        "header_row": head,
        "freeze_panes": {"row": head + 1, "col": 0},
        "header_format": _head_format(),
        "merge_ranges": [
            (row, 0, row, last, cell_text(line), _banner_format(row)) for row, line in enumerate(sheet.banner)
        ],
        "column_widths": [column.width or _width(column) for column in sheet.columns],
        "column_formats": {
            _heading(column): Format().set_num_format(NUMBER_FORMATS[column.kind])
            for column in sheet.columns
            if column.kind in NUMBER_FORMATS
        },
        "ignore_errors": texts,
        "page_setup": {
            "landscape": len(sheet.columns) > 6,
            "paper_size": A4,
            "fit_to_pages": (1, 0),
            "repeat_rows": head,
            "footer": "&C第 &P 页，共 &N 页",
        },
    }


def _width(column: OutColumn) -> float:
    """Two places for each Chinese character of the heading, within sensible bounds."""
    places = sum(1 if character.isascii() else 2 for character in column.heading)
    return float(min(40, max(12 if column.kind == "date" else 9, places + 3)))


def _head_format() -> Format:
    head = Format().set_bold().set_text_wrap().set_border("thin").set_border_color("#C9C2B8")
    return head.set_background_color("#F3EEE6").set_align("center").set_align("vertical_center")


def _banner_format(row: int) -> Format:
    banner = Format().set_align("left").set_align("vertical_center")
    return banner.set_bold().set_font_size(14) if row == 0 else banner.set_font_color("#595959")
