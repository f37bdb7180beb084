"""From an uploaded workbook to the one table in it: which sheet, which head, which rows hold data."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from lib.masking import mask_id
from lib.sheets.reading import Cell, Header, Sheet, WorkbookError, column_letter, find_header, read_workbook
from lib.sheets.text import repair_text

# Long enough for a mobile number; dates of eight digits and school numbers of ten stay readable.
_LONG_NUMBER = re.compile(r"[0-9０-９]{11,}[0-9０-９XxＸｘ]?")
# What stands below a table and is no row of it.
_REMARK = re.compile(
    r"(?:填报|填表|制表|审核|联系人|合计|总计|共计|小计|说明|备注|注)\s*[人日单位]*\s*[:：0-9、]|合\s*计$|总\s*计$"
)


def without_numbers(text: str) -> str:
    """The text with identity and telephone numbers masked: what a message quotes from a cell may hold one."""
    return _LONG_NUMBER.sub(lambda found: mask_id(found[0]), text)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong (or worth knowing) about a row; ``column`` is a letter, None when it is about the whole row."""

    row: int
    column: str | None
    code: str
    message: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _says(cell: Cell) -> bool:
    """Whether anything is left of it when it is repaired; of most one sees it without."""
    return (isinstance(cell, str) and cell.isalnum()) or bool(repair_text(cell))


@dataclass(frozen=True, slots=True)
class Table:
    """The sheet that was read; ``others`` are the names of sheets that look like it and were not."""

    sheet: Sheet
    header: Header
    others: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """The sheet's own row number and the cells of each row of data: not blank, no remark below the table."""
        return ((number, cells) for number, cells, is_remark in self._filled() if not is_remark)

    def remarks(self) -> list[Problem]:
        """A warning for each row that was taken for a remark (填表人, 合计, 注), so that nothing goes unseen."""
        sentence = "这一行只有说明文字，没有作为数据读取。"
        return [
            Problem(number, None, "remark", sentence) for number, _, is_remark in self._filled() if is_remark
        ]

    def _filled(self) -> Iterator[tuple[int, list[Cell], bool]]:
        first = self.header.row_number
        for number, cells in enumerate(self.sheet.rows[first:], first + 1):
            # Three are enough to tell a row of data: a remark fills one cell, or two.
            said = list(islice((cell for cell in cells if cell is not None and _says(cell)), 3))
            if said:
                yield number, cells, len(said) <= 2 and bool(_REMARK.match(repair_text(said[0])))

    def columns_as_json(self, fields: Mapping[int, str | None]) -> list[dict[str, Any]]:
        """Every column that has a heading, or holds data without one."""
        return [
            {"column": column.letter, "heading": column.heading, "field": fields.get(column.index)}
            for column in self.header.columns
            if column.heading or fields.get(column.index) or self._holds_data(column.index)
        ]

    def _holds_data(self, index: int) -> bool:
        """More than one cell: a single one is a row that slid out of its columns."""
        cells = (row[index] for row in self.sheet.rows[self.header.row_number :] if index < len(row))
        return sum(cell is not None for cell in cells) > 1

    def problem(self, row: int, index: int | None, code: str, message: str) -> Problem:
        letter = None if index is None else column_letter(index)
        return Problem(row, letter, code, without_numbers(message))


@dataclass(frozen=True, slots=True)
class Report:
    """What an import found or did, as its command prints it; ``extra`` are counts of its own."""

    sheet: str
    header_row: int
    columns: list[dict[str, Any]]
    rows: int
    new: int
    changed: int
    unchanged: int
    absent: int
    errors: list[Problem]
    warnings: list[Problem]
    extra: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in ("rows", "new", "changed", "unchanged", "absent")}
        problems = {name: [each.as_json() for each in getattr(self, name)] for name in ("errors", "warnings")}
        place = {"sheet": self.sheet, "header_row": self.header_row, "columns": self.columns}
        return {**place, **counts, **self.extra, **problems}

    @property
    def wrong_rows(self) -> int:
        return len({problem.row for problem in self.errors})


def open_table(
    source: Path | BinaryIO, synonyms: Mapping[str, Collection[str]], need: Collection[str], wanted: str
) -> Table:
    """Read the sheet with the most recognised headings, visible ones first.

    WorkbookError when the file cannot be read or no sheet has a head; ``wanted`` then names the columns it takes.
    """
    sheets = read_workbook(source)
    found = [(sheet, header) for sheet in sheets if (header := find_header(sheet, synonyms, need))]
    if not any(cell is not None for sheet in sheets for row in sheet.rows for cell in row):
        raise WorkbookError("empty_table", f"这是空表，里面没有任何内容。应有一行列名，包括{wanted}。")
    if not found:
        raise WorkbookError("no_header", f"没有找到表头。前 30 行中应有一行列名，包括{wanted}。")
    best = max(found, key=_rank)
    return Table(*best, others=tuple(_like(best, found)))


def _rank(found: tuple[Sheet, Header]) -> tuple[bool, int, int]:
    sheet, header = found
    return not sheet.hidden, len(header.fields), len(sheet.rows)


def _like(best: tuple[Sheet, Header], found: Sequence[tuple[Sheet, Header]]) -> Iterator[str]:
    """Other visible sheets with data below a head: one of them may be the one that was meant."""
    for sheet, header in found:
        if sheet is not best[0] and not sheet.hidden and next(Table(sheet, header).rows(), None):
            yield sheet.name
