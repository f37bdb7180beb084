"""A copy of an upload's faulty rows that says in each what is wrong, to correct and upload again."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from lib.sheets.extent import column_number
from lib.sheets.headings import Header
from lib.sheets.intake import Problem
from lib.sheets.reading import Cell, Sheet
from lib.sheets.text import TRIGGERS, clean_xml, repair_text

REASON, ADVICE = "错误原因", "建议"
AUTHOR = "支部簿"
KEPT_DIGITS = 15
_BAD = PatternFill("solid", start_color="FFF6D5D0")
_HEAD = PatternFill("solid", start_color="FFF3EEE6")


@dataclass(frozen=True, slots=True)
class Marked:
    """A row to give back: its number in the sheet, what is wrong, what to do, a remark for each bad cell by index."""

    row_number: int
    reasons: Collection[str]
    advice: Collection[str] = ()
    cells: Mapping[int, str] = field(default_factory=dict)


def marked(row_number: int, problems: Sequence[Problem], advice: Mapping[str, str]) -> Marked:
    """A wrong row as its problems say it; ``advice`` by code."""
    return Marked(
        row_number,
        [problem.message for problem in problems],
        sorted({advice[problem.code] for problem in problems if problem.code in advice}),
        {column_number(problem.column) - 1: problem.message for problem in problems if problem.column},
    )


def annotate_workbook(
    target: Path | BinaryIO,
    sheet: Sheet,
    header: Header,
    rows: Iterable[Marked],
    *,
    text_columns: Collection[int] = (),
) -> None:
    """Write the head and only the given rows of ``sheet``: 错误原因, 建议, then the original columns.

    Bad cells are coloured and carry their remark. The columns in ``text_columns`` (indexes from 0, identity and
    telephone numbers) are text, whatever they were. The original texts are kept, so that the corrected copy can be
    uploaded like the file it came from; the reason names the row of that file. ValueError for a row it does not have.
    """
    given = list(rows)
    for marked in given:
        if not header.row_number < marked.row_number <= len(sheet.rows):
            raise ValueError(f"工作表“{sheet.name}”的数据里没有第 {marked.row_number} 行。")
    workbook = Workbook(write_only=True)
    workbook.properties.creator = ""
    out: Any = workbook.create_sheet("需要更正的行")
    out.freeze_panes = "C2"
    width = len(header.columns)
    _set_widths(out, width, text_columns)
    out.append(
        [_head_cell(out, text) for text in (REASON, ADVICE, *(column.heading for column in header.columns))]
    )
    for marked in given:
        out.append(list(_cells(out, marked, sheet.rows[marked.row_number - 1], width, text_columns)))
    workbook.save(target)


def _cells(
    out: Any, marked: Marked, row: list[Cell], width: int, text_columns: Collection[int]
) -> Iterator[Any]:
    reasons = f"第 {marked.row_number} 行：" + "；".join(marked.reasons)
    for text in (reasons, "；".join(marked.advice)):
        note = _text_cell(out, text)
        note.alignment = Alignment(wrap_text=True, vertical="top")
        yield note
    for index in range(width):
        value = row[index] if index < len(row) else None
        if index in text_columns or isinstance(value, str | bool):
            cell = _text_cell(out, value if isinstance(value, str) else _digits(value))
        else:
            # A date is a value like a datetime; the stubs do not say so.
            cell = WriteOnlyCell(out, cast("datetime | float | None", value))
            if isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
        if index in marked.cells:
            cell.fill = _BAD
            cell.comment = Comment(clean_xml(marked.cells[index]), AUTHOR, height=80, width=240)
        yield cell


def _digits(value: Cell) -> str:
    """A number as text. Beyond 15 digits a spreadsheet made them up: "？" stands there, so that nobody takes them."""
    if isinstance(value, int | float) and abs(value) >= 10**KEPT_DIGITS:
        digits = f"{abs(value):.0f}"
        return f"{abs(value):.{KEPT_DIGITS - 1}e}"[: KEPT_DIGITS + 1].replace(".", "") + "？" * (
            len(digits) - KEPT_DIGITS
        )
    return repair_text(value)


def _text_cell(out: Any, text: str) -> Any:
    """A cell that is a text even where openpyxl would see a formula or an error.

    A text that begins with an apostrophe comes from an export already guarded and is copied as it is.
    """
    plain = clean_xml(text)
    cell = WriteOnlyCell(out, "'" + plain if plain[:1] and plain[0] in TRIGGERS else plain)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _head_cell(out: Any, text: str) -> Any:
    cell = _text_cell(out, text)
    cell.font, cell.fill = Font(bold=True), _HEAD
    return cell


def _set_widths(out: Any, width: int, text_columns: Collection[int]) -> None:
    out.column_dimensions["A"].width = 40
    out.column_dimensions["B"].width = 30
    for index in range(width):
        out.column_dimensions[get_column_letter(index + 3)].width = 22 if index in text_columns else 14
