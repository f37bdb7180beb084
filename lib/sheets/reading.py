"""Reading uploaded workbooks: .xlsx through python-calamine, and .csv, within caps and with every type kept.

What python-calamine does and this module makes good: it skips blank rows at the top; gives every number as a float;
an error cell and a formula without a stored result as blank; and ends the whole process when memory runs out.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from lib.sheets import headings
from lib.sheets.archive import check_archive, is_zip, refuse_false_name, refuse_other_kinds
from lib.sheets.extent import Limits, WorkbookError, column_letter, too_large
from lib.sheets.headings import Column, Header, normalise_heading
from lib.sheets.text import repair_text

__all__ = [
    "Cell",
    "Column",
    "Header",
    "Limits",
    "Sheet",
    "WorkbookError",
    "column_letter",
    "find_header",
    "normalise_heading",
    "read_workbook",
    "repair_text",
]

Cell = str | float | int | bool | date | datetime | None
_CSV_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: ``rows[n]`` is its row ``n + 1``, blank rows at the top included; rows are of equal length.

    A cell is None when blank. A number is an int when whole, else a float: an identity number that arrives as an int
    was a number in the file, and lost digits there. Error cells read as their text ("#N/A"), a formula that was never
    calculated as "#未计算", durations and times of day as text.
    """

    name: str
    rows: list[list[Cell]]
    hidden: bool = False


def read_workbook(source: Path | BinaryIO, *, limits: Limits | None = None) -> list[Sheet]:
    """All worksheets, hidden ones too, in the workbook's order; a .csv is one sheet.

    What the file is counts, not its name. WorkbookError when it is something else, damaged, or beyond the limits.
    """
    caps = limits or Limits()
    content = _content(source, caps)
    if is_zip(content):
        return _read_xlsx(content, caps)
    refuse_other_kinds(content)
    refuse_false_name(source.name if isinstance(source, Path) else "", content)
    name = Path(source.name).stem if isinstance(source, Path) else "CSV"
    return [Sheet(name, _read_csv(content, caps))]


def find_header(
    sheet: Sheet, synonyms: Mapping[str, Collection[str]], need: Collection[str]
) -> Header | None:
    """The head of the sheet (see `lib.sheets.headings.find_header`)."""
    return headings.find_header(sheet.rows, synonyms, need)


def _content(source: Path | BinaryIO, limits: Limits) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            content = file.read(limits.packed_bytes + 1)
    else:
        source.seek(0)
        content = source.read(limits.packed_bytes + 1)
    if len(content) > limits.packed_bytes:
        raise WorkbookError("too_large", f"文件超过 {limits.packed_bytes >> 20} MB，请拆成几个文件上传。")
    return content


def _read_xlsx(content: bytes, limits: Limits) -> list[Sheet]:
    unread = check_archive(content, limits)
    try:
        return list(_parse(content, unread, limits))
    except WorkbookError:
        raise
    except (CalamineError, ValueError, OverflowError, OSError) as fault:
        raise _damaged() from fault
    except BaseException as fault:
        # A panic in the parser's Rust code is no Exception.
        if type(fault).__name__ != "PanicException":
            raise
        raise _damaged() from fault


def _damaged() -> WorkbookError:
    return WorkbookError("broken", "文件已损坏或不是标准的 .xlsx，请用 Excel 或 WPS 打开并另存后再上传。")


def _parse(
    content: bytes, unread: Mapping[str, dict[tuple[int, int], str]], limits: Limits
) -> Iterator[Sheet]:
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        listed = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        if len(listed) > limits.sheets:
            raise WorkbookError(
                "too_many_sheets", f"工作簿有 {len(listed)} 张工作表，最多 {limits.sheets} 张。"
            )
        cells = 0
        for meta in listed:
            sheet = workbook.get_sheet_by_name(meta.name)
            height, width = sheet.end or (-1, -1)
            cells += (height + 1) * (width + 1)
            if height >= limits.rows or width >= limits.columns or cells > limits.cells:
                raise too_large(height + 1, width + 1, limits)
            rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
            _convert(rows)
            _fill(rows, unread.get(meta.name, {}), limits)
            yield Sheet(meta.name, rows, meta.visible != SheetVisibleEnum.Visible)


def _convert(rows: list[list[Any]]) -> None:
    """Turn the parser's values into cells, in place: most are texts and stay, which is half the time of new lists."""
    for row in rows:
        for index, value in enumerate(row):
            kind = value.__class__
            if kind is str:
                if not value:
                    row[index] = None
            elif kind is float:
                row[index] = int(value) if value.is_integer() and -_EXACT < value < _EXACT else _number(value)
            elif kind not in _KEPT:
                row[index] = str(value)


#: Above it the nearest power would show other digits than the sheet does: …048 for 999999200509266000.
_EXACT = 2.0**53
_KEPT = frozenset({bool, int, date, datetime})


def _number(value: float) -> Cell:
    """One that is not whole, or too large to be exact."""
    if value.is_integer():
        return int(Decimal(repr(value)))
    return value if isfinite(value) else str(value)


def _fill(rows: list[list[Cell]], unread: Mapping[tuple[int, int], str], limits: Limits) -> None:
    """Put the text of error cells into the rows, which grow where such a cell lies outside."""
    if not unread:
        return
    height = max(row for row, _ in unread) + 1
    width = max(max(column for _, column in unread) + 1, len(rows[0]) if rows else 0)
    if height > limits.rows or width > limits.columns or max(height, len(rows)) * width > limits.cells:
        raise too_large(height, width, limits)
    rows.extend([] for _ in range(height - len(rows)))
    for row in rows:
        row.extend([None] * (width - len(row)))
    for (row_index, column), text in unread.items():
        if rows[row_index][column] is None:
            rows[row_index][column] = text


def _read_csv(content: bytes, limits: Limits) -> list[list[Cell]]:
    text = _decoded(content)
    head = text[:4096].partition("\n")[0]
    delimiter = max(",\t;", key=head.count)
    rows: list[list[Cell]] = []
    try:
        for number, row in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number > limits.rows or len(row) > limits.columns or number * len(row) > limits.cells:
                raise too_large(number, len(row), limits)
            rows.append([cell or None for cell in row])
    except csv.Error:
        raise WorkbookError(
            "broken", "CSV 文件格式有误（引号不成对或单元格过长），请另存为 .xlsx 后再上传。"
        ) from None
    width = max(map(len, rows), default=0)
    for cells in rows:
        cells.extend([None] * (width - len(cells)))
    return rows


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else _CSV_ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise WorkbookError(
        "not_workbook", "这不是表格文件，或编码不是 UTF-8、GB18030；请上传 .xlsx 或 .csv 文件。"
    )
