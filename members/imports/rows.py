"""The rows of a roster: each cell cleaned, each fault named by the sheet's own row, nothing asked of other rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from branches.index import BranchIndex, NoBranch
from branches.models import Branch
from lib.sheets.intake import Problem, Table
from lib.sheets.reading import Cell
from members.models import Member

from . import cells
from .cells import MASKED, Fault
from .columns import FIELDS, IGNORE
from .shifting import is_shifted

#: In every sentence about two rows of one person; found again in a corrected copy of the wrong rows.
SAME_PERSON = "是同一个人"
SHIFTED = "这一行的内容错开了列，例如姓名落到了性别列；请对照表头把单元格移回原位。"


@dataclass(slots=True)
class Row:
    """A row of data. ``values`` holds what is neither blank nor masked, ``masked`` the fields that stay as they are.

    ``refused`` are the fields whose cell says something that cannot be taken.
    """

    number: int
    cells: list[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    masked: set[str] = field(default_factory=set)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    branch: Branch | None = None
    #: Whom the row is about, when that person is enrolled within reach.
    member: Member | None = None

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    @property
    def id_number(self) -> str:
        return str(self.values.get("id_number", ""))

    def says(self, index: int | None, words: str) -> bool:
        """Whether the cell of a column that is not read as a fact holds the words."""
        return index is not None and index < len(self.cells) and words in str(self.cells[index] or "")

    @property
    def school_key(self) -> tuple[str, str] | None:
        """School number and name together tell a person; a number alone may be mistyped."""
        number = str(self.values.get("school_number", ""))
        return (number, self.name) if number and self.name else None


def fields_of(table: Table, decided: Mapping[int, str]) -> dict[str, int]:
    """Field → column index: what the headings say, corrected by what was decided about unknown or wrong ones."""
    taken = {column.index: column.field for column in table.header.columns}
    taken |= {index: None if name == IGNORE else name for index, name in decided.items()}
    found: dict[str, int] = {}
    for index, name in taken.items():
        if name and FIELDS[name].is_stored:
            found.setdefault(name, index)
    return found


class RowReader:
    """Reads the rows of one table, whose columns were matched to fields."""

    def __init__(self, table: Table, fields: Mapping[str, int], index: BranchIndex) -> None:
        self.table = table
        self.fields = dict(fields)
        self.index = index

    def read(self) -> list[Row]:
        return [self._row(number, list(line)) for number, line in self.table.rows()]

    def error(self, row: Row, name: str | None, code: str, message: str) -> None:
        row.errors.append(self._problem(row, name, code, message))

    def warn(self, row: Row, name: str | None, code: str, message: str) -> None:
        row.warnings.append(self._problem(row, name, code, message))

    def _problem(self, row: Row, name: str | None, code: str, message: str) -> Problem:
        return self.table.problem(row.number, self.column_of(name) if name else None, code, message)

    def column_of(self, name: str) -> int | None:
        """The column of a field, also of one that is read and not stored."""
        return self.fields.get(name, self.table.header.index_of(name))

    def _row(self, number: int, line: list[Cell]) -> Row:
        row = Row(number, line)
        for name, index in self.fields.items():
            self._read_cell(row, name, line[index])
        if "name" not in row.values and "name" not in row.masked:
            self.error(row, "name", "missing_name", "没有填写姓名。")
        self._find_branch(row)
        if row.errors and is_shifted(line, self.fields, self.index):
            # Everything else that is wrong only follows from it.
            row.errors, row.warnings, row.values, row.branch = [], [], {}, None
            self.error(row, None, "shifted", SHIFTED)
        return row

    def _read_cell(self, row: Row, name: str, cell: Cell) -> None:
        try:
            value = cells.clean(name, cell)
        except Fault as fault:
            if fault.is_warning:
                self.warn(row, name, fault.code, fault.message)
            else:
                self.error(row, name, fault.code, fault.message)
                row.refused.add(name)
            value = fault.value
        if value is MASKED:
            row.masked.add(name)
        elif value is not None:
            row.values[name] = value

    def _find_branch(self, row: Row) -> None:
        text = str(row.values.get("branch", ""))
        if not text:
            return
        try:
            row.branch = self.index.branch_of(text)
        except NoBranch as fault:
            self.error(row, "branch", fault.code, str(fault))


def find_doubles(rows: list[Row], reader: RowReader) -> None:
    """The later of two rows about one person is wrong, whichever of them is meant."""
    seen: dict[tuple[str, object], int] = {}
    for row in rows:
        keys = {
            "number": row.values.get("number"),
            "id_number": row.id_number or None,
            # With member numbers of their own, two of one school number and name are two, however alike.
            "school_number": None if "number" in row.values else row.school_key,
        }
        for name, key in keys.items():
            first = seen.setdefault((name, key), row.number) if key else row.number
            if first != row.number:
                sentence = f"与第 {first} 行{SAME_PERSON}（{FIELDS[name].label}相同），请只保留一行。"
                reader.error(row, name, "duplicate_in_file", sentence)
                break
