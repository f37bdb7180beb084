"""The rows of a register as entries: cells cleaned, each fault named by its row."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from branches import names
from branches.models import Branch
from lib.dates import DateError, parse_date
from lib.sheets.intake import Problem, Table
from lib.sheets.reading import Cell, repair_text

from .columns import CATEGORIES, COMMITTEE, FORMS, IGNORED, level_of_type

LONGEST = {"name": 120, "short_name": 60, "code": 40}
MOST_YEARS = 10
_YEARS = re.compile(r"([0-9]{1,2})\s*年?")


@dataclass(slots=True)
class Entry:
    """A row of the register; ``values`` holds only the cells that are filled."""

    row: int
    values: dict[str, Any]
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    #: The organisation it is in the database, its parent (an entry of the file or an organisation), its level.
    existing: Branch | None = None
    parent: "Entry | Branch | None" = None
    level: str = ""

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))

    @property
    def code(self) -> str:
        return str(self.values.get("code", ""))

    @property
    def names_parent(self) -> bool:
        return not self.values.keys().isdisjoint(("parent", "parent_code"))

    @property
    def is_root(self) -> bool:
        return self.level == Branch.Level.PARTY_COMMITTEE


class Reader:
    """Turns the rows of one table into entries and names problems by the table's columns."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.fields = {name: index for name, index in table.header.fields.items() if name not in IGNORED}

    def read(self) -> list[Entry]:
        entries = [self._entry(row, cells) for row, cells in self.table.rows()]
        return [entry for entry in entries if entry.values]

    def error(self, entry: Entry, name: str | None, code: str, message: str) -> None:
        entry.errors.append(self._problem(entry, name, code, message))

    def warn(self, entry: Entry, name: str | None, code: str, message: str) -> None:
        entry.warnings.append(self._problem(entry, name, code, message))

    def _problem(self, entry: Entry, name: str | None, code: str, message: str) -> Problem:
        index = self.fields.get(name) if name else None
        return self.table.problem(entry.row, index, code, message)

    def _entry(self, row: int, cells: list[Cell]) -> Entry:
        entry = Entry(row, {})
        for name, index in self.fields.items():
            text = repair_text(cells[index]) if index < len(cells) else ""
            if text:
                self._read_cell(entry, name, cells[index], text)
        if entry.values or entry.errors:
            self._check_names(entry)
        return entry

    def _read_cell(self, entry: Entry, name: str, cell: Cell, text: str) -> None:
        if name in ("founded_on", "elected_on", "due_on"):
            try:
                entry.values[name] = parse_date(cell)
            except DateError as fault:
                self.error(entry, name, "bad_date", str(fault))
        elif name in _CLEANERS:
            value = _CLEANERS[name](text)
            if value is None:
                self.error(entry, name, f"bad_{name}", _SENTENCES[name].format(text[:20]))
            else:
                entry.values[name] = value
        else:
            entry.values[name] = names.tidy(text)
            if name == "code" and isinstance(cell, int | float):
                self.warn(
                    entry,
                    name,
                    "numeric_code",
                    f"党组织代码“{text}”是数字，前面的 0 可能已丢失；请核对，必要时把该列设为文本。",
                )

    def _check_names(self, entry: Entry) -> None:
        if not entry.name:
            self.error(entry, "name", "missing_name", "没有填写党组织名称。")
        for name, longest in LONGEST.items():
            if len(str(entry.values.get(name, ""))) > longest:
                self.error(entry, name, "too_long", f"超过 {longest} 个字，请缩短。")


def _years(text: str) -> int | None:
    match = _YEARS.fullmatch(text)
    return int(match[1]) if match and 1 <= int(match[1]) <= MOST_YEARS else None


def _word(pairs: tuple[tuple[str, Any], ...]) -> Callable[[str], Any]:
    return lambda text: next((value for word, value in pairs if word in text), None)


_CLEANERS: dict[str, Callable[[str], Any]] = {
    "years": _years,
    "type": lambda text: text if level_of_type(text) else None,
    "category": _word(CATEGORIES),
    "form": _word(FORMS),
}
_SENTENCES = {
    "years": "任期“{}”不是年数，应为如 3 或 5。",
    "type": "组织类别“{}”认不出，应为基层委员会、总支部或党支部。",
    "category": "党支部类别“{}”认不出，应为教职工、学生、离退休或混合。",
    "form": "设置形式“{}”认不出，应为常设、联合、临时或功能型。",
}


def level_of(entry: Entry, *, has_parent: bool) -> str:
    """By the type when there is one, else by the name; "" when neither says it."""
    spoken: str | None = level_of_type(str(entry.values["type"])) if "type" in entry.values else None
    found = spoken or names.level_of(entry.name)
    if found in (COMMITTEE, Branch.Level.COLLEGE_COMMITTEE):
        return Branch.Level.COLLEGE_COMMITTEE if has_parent else Branch.Level.PARTY_COMMITTEE
    return found or ""


def due_years(elected_on: date, due_on: date) -> int:
    """Whole years between an election and the day its term is full."""
    return round((due_on - elected_on).days / 365.25)
