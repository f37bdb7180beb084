"""Cells copied from a spreadsheet and pasted as text: columns by tab, rows by line."""

import re
from decimal import Decimal

from lib.sheets.extent import Limits, WorkbookError, column_letter, too_large
from lib.sheets.headings import Column, Header
from lib.sheets.reading import Cell, Sheet

NAME = "粘贴的表格"
# Excel and WPS put quotes around a cell with a tab, a line break or quotes in it, and double the quotes inside.
# A quote that is not closed before a tab or a line's end was typed by somebody and stays.
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"(?=[\t\n]|$)')
_PLAIN = re.compile(r"[^\t\n]*")
# How a spreadsheet copies a number with more digits than its column shows.
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2}")


def read_pasted(text: str, *, limits: Limits | None = None) -> Sheet:
    """The pasted cells as a sheet: texts, but 4.4E+17 is a number. WorkbookError when there is none, or too many."""
    caps = limits or Limits()
    rows: list[list[Cell]] = [[]]
    plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    if not plain.strip():
        raise WorkbookError("empty_file", "没有粘贴任何内容，请在表格中选中含数据的区域，复制后粘贴。")
    position = 0
    while True:
        quoted = _QUOTED.match(plain, position)
        found = quoted or _PLAIN.match(plain, position)
        assert found is not None
        cell = quoted[1].replace('""', '"') if quoted else found[0]
        rows[-1].append(_typed(cell))
        if len(rows) > caps.rows or len(rows[-1]) > caps.columns or len(rows) * len(rows[0]) > caps.cells:
            raise too_large(len(rows), len(rows[-1]), caps)
        position = found.end()
        if position >= len(plain):
            break
        if plain[position] == "\n":
            rows.append([])
        position += 1
    width = max(map(len, rows))
    for row in rows:
        row.extend([None] * (width - len(row)))
    return Sheet(NAME, rows)


def _typed(cell: str) -> Cell:
    if _SCIENTIFIC.fullmatch(cell.strip()):
        return int(Decimal(cell.strip()))
    return cell if cell.strip() else None


def without_head(sheet: Sheet) -> Header:
    """A head for a sheet that has none: each column by its letter, none recognised; data begins in the first row."""
    letters = [column_letter(index) for index in range(len(sheet.rows[0]))]
    return Header(0, [Column(index, letter, f"{letter} 列", None) for index, letter in enumerate(letters)])
