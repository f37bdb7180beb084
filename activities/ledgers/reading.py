"""The rows of a ledger as entries: cells cleaned, each fault named by the sheet's own row and column."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from activities.facts import minutes_between
from activities.kinds import Kind
from branches.index import BranchIndex, NoBranch
from branches.models import Branch
from lib.dates import DateError, parse_date
from lib.sheets.intake import Problem, Table, open_table
from lib.sheets.reading import Cell, repair_text

from .columns import (
    COUNTS,
    IGNORED,
    NEEDED,
    OF_LEADING_BODIES,
    OF_LEADING_BODIES_REFUSAL,
    SYNONYMS,
    TEXTS,
    WANTED,
    kind_of,
)

MOST_HEADS = 5000
MOST_MINUTES = 24 * 60
_NUMBER = re.compile(r"(\d{1,5})\s*(?:人|名|位)?")
_MINUTES = re.compile(r"(\d{1,4})\s*(?:分钟|分|min)?")
_HOURS = re.compile(r"(\d{1,2}(?:\.\d+)?)\s*(?:小时|学时|h)")
_CLOCK = re.compile(r"([01]?\d|2[0-3])\s*[:：时]\s*([0-5]\d)?")


@dataclass(slots=True)
class Entry:
    """A row of the ledger; ``values`` holds what its cells say, cleaned."""

    row: int
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    branch: Branch | None = None

    @property
    def kind(self) -> Kind:
        kind: Kind = self.values["kind"]
        return kind

    @property
    def held_on(self) -> date:
        day: date = self.values["held_on"]
        return day

    @property
    def title(self) -> str:
        return str(self.values.get("title") or self.kind.label)


def open_ledger(source: Path | BinaryIO) -> Table:
    """The ledger's table in a workbook; WorkbookError when there is none."""
    return open_table(source, SYNONYMS, NEEDED, WANTED)


class Reader:
    """Reads the rows of one table, within the branches of ``index``."""

    def __init__(self, table: Table, index: BranchIndex) -> None:
        self.table = table
        self.index = index
        self.fields = {name: place for name, place in table.header.fields.items() if name not in IGNORED}

    def read(self) -> list[Entry]:
        return [self._entry(row, cells) for row, cells in self.table.rows()]

    def error(self, entry: Entry, name: str | None, code: str, message: str) -> None:
        entry.errors.append(self._problem(entry, name, code, message))

    def warn(self, entry: Entry, name: str | None, code: str, message: str) -> None:
        entry.warnings.append(self._problem(entry, name, code, message))

    def _problem(self, entry: Entry, name: str | None, code: str, message: str) -> Problem:
        return self.table.problem(entry.row, self.fields.get(name) if name else None, code, message)

    def _entry(self, row: int, cells: list[Cell]) -> Entry:
        entry = Entry(row)
        for name, place in self.fields.items():
            cell = cells[place] if place < len(cells) else None
            if text := repair_text(cell):
                self._read(entry, name, cell, text)
        self._find_kind(entry)
        if "held_on" not in entry.values and not self._is_wrong(entry, "bad_date"):
            self.error(entry, "held_on", "missing_date", "没有填写开展时间。")
        self._count(entry)
        self._find_length(entry)
        return entry

    @staticmethod
    def _is_wrong(entry: Entry, code: str) -> bool:
        return any(problem.code == code for problem in entry.errors)

    def _read(self, entry: Entry, name: str, cell: Cell, text: str) -> None:
        if name == "held_on":
            self._read_day(entry, cell, text)
        elif name == "branch":
            try:
                entry.branch = self.index.branch_of(text)
            except NoBranch as fault:
                self.error(entry, name, fault.code, str(fault))
        elif name in COUNTS:
            self._read_number(entry, name, text)
        elif name in ("starts_at", "ends_at"):
            self._read_time(entry, name, cell, text)
        elif len(text) > TEXTS.get(name, 60):
            self.error(entry, name, "too_long", f"超过 {TEXTS.get(name, 60)} 个字，请缩短。")
        else:
            entry.values[name] = text

    def _read_day(self, entry: Entry, cell: Cell, text: str) -> None:
        """A day, with the time of day when the cell tells one too."""
        try:
            entry.values["held_on"] = parse_date(cell if not isinstance(cell, str) else text)
        except DateError as fault:
            self.error(entry, "held_on", "bad_date", str(fault))
            return
        if isinstance(cell, datetime) and cell.time() != time():
            entry.values.setdefault("starts_at", cell.time().replace(second=0, microsecond=0))
        elif isinstance(cell, str) and (found := _CLOCK.search(text)):
            entry.values.setdefault("starts_at", time(int(found[1]), int(found[2] or 0)))

    def _read_number(self, entry: Entry, name: str, text: str) -> None:
        found = _NUMBER.fullmatch(text)
        if found and int(found[1]) <= MOST_HEADS:
            entry.values[name] = int(found[1])
        else:
            self.error(entry, name, "bad_number", f"“{text[:20]}”不是人数，请填写整数。")

    def _read_time(self, entry: Entry, name: str, cell: Cell, text: str) -> None:
        if isinstance(cell, time | datetime):
            whole = cell.time() if isinstance(cell, datetime) else cell
            entry.values[name] = whole.replace(second=0, microsecond=0)
        elif found := _CLOCK.search(text):
            entry.values[name] = time(int(found[1]), int(found[2] or 0))
        else:
            self.error(entry, name, "bad_time", f"“{text[:20]}”不是时间，应为如 14:30。")

    def _find_kind(self, entry: Entry) -> None:
        text = str(entry.values.pop("kind", "") or entry.values.get("title", ""))
        if kind := kind_of(text):
            entry.values["kind"] = kind
        elif OF_LEADING_BODIES in text:
            self.error(entry, "kind", "of_leading_bodies", OF_LEADING_BODIES_REFUSAL)
        elif text:
            known = "、".join(kind.label for kind in Kind)
            self.error(entry, "kind", "unknown_kind", f"“{text[:20]}”不是活动类型，可以填：{known}。")
        else:
            self.error(entry, "kind", "missing_kind", "没有填写活动类型。")
        if entry.branch is None and "branch" in self.fields and not entry.errors:
            self.error(entry, "branch", "missing_branch", "没有填写党支部。")

    def _count(self, entry: Entry) -> None:
        """Heads: what is not written follows from the others, when they tell it; else it is nobody."""
        values = entry.values
        if "expected" not in values and "present" in values:
            values["expected"] = sum(values.get(name, 0) for name in COUNTS[1:])
        if "present" not in values:
            self.error(entry, "present", "missing_count", "没有填写实到人数。")
            return
        if "absent" not in values and "on_leave" in values:
            values["absent"] = values["expected"] - values["present"] - values["on_leave"]
        elif "on_leave" not in values:
            is_told = "absent" in values
            values.setdefault("absent", 0)
            values["on_leave"] = values["expected"] - values["present"] - values["absent"]
            if values["on_leave"] > 0 and not is_told:
                sentence = f"有 {values['on_leave']} 人没有到，没有写明是请假还是缺席，按请假计。"
                self.warn(entry, "present", "absence_untold", sentence)
        total = sum(values[name] for name in COUNTS[1:])
        if values["expected"] != total or min(values[name] for name in COUNTS) < 0:
            told = "、".join(
                f"{word} {values[name]}"
                for name, word in zip(COUNTS, ("应到", "实到", "请假", "缺席"), strict=True)
                if values[name] >= 0
            )
            self.error(
                entry, "expected", "counts", f"应到人数须等于实到、请假、缺席之和，这一行是{told}，请核对。"
            )
        elif values["expected"] == 0:
            self.error(entry, "expected", "nobody", "应到人数是 0，请核对。")

    def _find_length(self, entry: Entry) -> None:
        values = entry.values
        start, end, text = values.get("starts_at"), values.pop("ends_at", None), values.pop("minutes", "")
        if start and end:
            if end <= start:
                self.error(entry, "ends_at", "bad_time", "结束时间应晚于开始时间。")
            else:
                values["minutes"] = minutes_between(start, end)
        elif text:
            minutes = _length_of(str(text))
            if minutes is None:
                self.error(
                    entry, "minutes", "bad_number", f"“{str(text)[:20]}”不是时长，应为如 90 分钟、1.5 小时。"
                )
            else:
                values["minutes"] = minutes


def _length_of(text: str) -> int | None:
    """Minutes; a bare number up to 12 is taken for hours, as such columns are filled."""
    if found := _HOURS.fullmatch(text):
        minutes = round(float(found[1]) * 60)
    elif found := _MINUTES.fullmatch(text):
        bare = int(found[1])
        minutes = bare * 60 if bare <= 12 and found[0].isdecimal() else bare
    else:
        return None
    return minutes if 0 < minutes <= MOST_MINUTES else None
