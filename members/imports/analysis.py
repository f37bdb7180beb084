"""The whole of a roster's import before anything is written, and the writing of what is right.

The page and the command use the same two functions: `analyse` reads only; `write` analyses once more within its
transaction, so that what is written is what the database needs then.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches.index import BranchIndex
from lib import planner
from lib.sheets.headings import find_header
from lib.sheets.intake import Problem, Report, Table, open_table
from lib.sheets.pasting import read_pasted, without_head
from members import adopted, batches, numbers
from members.enrolment import Change, change_all, enrol_all
from members.models import ImportBatch, Member, MembershipSpell, StatusPeriod

from . import adopting, resembling, steps
from .columns import FIELDS, IGNORE, NEEDED, SYNONYMS, WANTED
from .comparing import Comparer, Outcome, absent_from, holders_among
from .facts import STAGE_FIELDS
from .matching import Matcher, stages_of, taken_steps_of
from .rows import Row, RowReader, fields_of, find_doubles

Progress = Callable[[str, int, int], None]


#: So many new people change how the database had better ask for people.
MANY = 1000


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a person decided about a file: columns (index → field or "ignore"), dates to overwrite, accepted mismatches.

    ``overwritten`` and ``reasons`` go by the sheet's row number; ``overwritten`` None means every row.
    """

    columns: Mapping[int, str] = field(default_factory=dict)
    overwritten: frozenset[int] | None = frozenset()
    reasons: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Analysis:
    """Every row of the file in one of four lists, and who is not in the file."""

    table: Table
    fields: dict[str, int]
    new: list[Outcome] = field(default_factory=list)
    changed: list[Outcome] = field(default_factory=list)
    unchanged: list[Outcome] = field(default_factory=list)
    wrong: list[Row] = field(default_factory=list)
    absent: list[tuple[Any, str, str, str]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    #: What was written, once it is.
    batch: ImportBatch | None = None

    @property
    def rows(self) -> int:
        return len(self.new) + len(self.changed) + len(self.unchanged) + len(self.wrong)

    @property
    def errors(self) -> list[Problem]:
        return [problem for row in self.wrong for problem in row.errors]

    @property
    def column_fields(self) -> dict[int, str | None]:
        """What each column was taken for: a stored field, one that is known and not stored, or nothing."""
        known = {column.index: column.field for column in self.table.header.columns}
        aside = {index: name for index, name in known.items() if name and not FIELDS[name].is_stored}
        return {**aside, **{index: name for name, index in self.fields.items()}}

    def fingerprint(self) -> str:
        """Differs when a later analysis finds something else; which dates to overwrite may be decided meanwhile."""
        plan = [
            [[outcome.row.number for outcome in self.new]],
            [[o.row.number, [[d.name, d.old, d.new] for d in o.differences]] for o in self.changed],
            [row.number for row in self.wrong],
        ]
        return hashlib.sha256(json.dumps(plan).encode()).hexdigest()

    def report(self) -> Report:
        return Report(
            sheet=self.table.sheet.name,
            header_row=self.table.header.row_number,
            columns=self.table.columns_as_json(self.column_fields),
            rows=self.rows,
            new=len(self.new),
            changed=len(self.changed),
            unchanged=len(self.unchanged),
            absent=len(self.absent),
            errors=self.errors,
            warnings=self.warnings,
            extra={},
        )


class Outdated(Exception):
    """The database has changed since the person looked; nothing was written."""


def _say_nothing(stage: str, done: int, total: int) -> None:
    pass


def open_roster(source: Path | BinaryIO) -> Table:
    """The roster's table in a workbook; WorkbookError when there is none."""
    return open_table(source, SYNONYMS, NEEDED, WANTED)


def open_pasted(text: str) -> Table:
    """The roster in cells pasted from a spreadsheet, with or without a head; WorkbookError when there are none."""
    sheet = read_pasted(text)
    return Table(sheet, find_header(sheet.rows, SYNONYMS, NEEDED, least=2) or without_head(sheet))


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of a file, each cleaned and checked by itself; nothing of the people in the database was asked."""

    reader: RowReader
    rows: list[Row]


def read(table: Table, by: User | None, decisions: Decisions) -> Reading:
    reader = RowReader(table, fields_of(table, decisions.columns), BranchIndex(by))
    rows = reader.read()
    find_doubles(rows, reader)
    return Reading(reader, rows)


def analyse(
    table: Table, by: User | None, decisions: Decisions, progress: Progress | None = None
) -> Analysis:
    """Read, check and compare every row, within the reach of ``by``'s right to import (everything for None).

    Queries: two for the branches, three for each 5,000 people of the file, two for each 5,000 new ones, one each for
    those absent and for posts.
    """
    say = progress or _say_nothing
    say("读取", 0, 0)
    return _compare(read(table, by, decisions), by, decisions, say)


def _compare(reading: Reading, by: User | None, decisions: Decisions, say: Progress) -> Analysis:
    reader, rows = reading.reader, reading.rows
    say("匹配", 0, len(rows))
    Matcher(reader, by).match(rows)
    resembling.warn_of(rows, reader, by)
    has_stages = not STAGE_FIELDS.keys().isdisjoint(reader.fields)
    stages = stages_of(row.member for row in rows if row.member) if has_stages else {}
    has_steps = not steps.OWN.isdisjoint(reader.fields)
    taken = taken_steps_of(row.member for row in rows if row.member) if has_steps else {}
    comparer = Comparer(reader, stages, taken, reasons=decisions.reasons, overwritten=decisions.overwritten)
    analysis = Analysis(reader.table, reader.fields)
    for done, row in enumerate(rows):
        if done % 500 == 0:
            say("校验", done, len(rows))
        _classify(analysis, comparer.compare(row))
    analysis.absent = absent_from(rows)
    _warn(analysis, reader, decisions)
    return analysis


def _classify(analysis: Analysis, outcome: Outcome) -> None:
    row = outcome.row
    if row.errors:
        analysis.wrong.append(row)
    elif row.member is None:
        analysis.new.append(outcome)
    elif outcome.differences:
        analysis.changed.append(outcome)
    else:
        analysis.unchanged.append(outcome)
    analysis.warnings += row.warnings


def _warn(analysis: Analysis, reader: RowReader, decisions: Decisions) -> None:
    """What concerns no single cell: posts of people who move, dates that stay, columns and sheets not read."""
    table = analysis.table
    moved = {o.row.member.pk: o.row for o in analysis.changed if o.row.member and "branch" in o.values()}
    held = holders_among({pk: row.branch for pk, row in moved.items() if row.branch})
    for member_id, post in held.items():
        row = moved[member_id]
        sentence = f"仍任{post}，调整所在党支部后请办理免职。"
        analysis.warnings.append(
            table.problem(row.number, reader.fields.get("branch"), "holds_post", sentence)
        )
    for outcome in analysis.changed:
        for each in outcome.differences:
            if each.is_held:
                sentence = f"{each.label}：系统中是 {each.old}，文件中是 {each.new}；未要求覆盖，保持原值。"
                place = reader.fields.get(each.name)
                analysis.warnings.append(table.problem(outcome.row.number, place, "protected_date", sentence))
    head = table.header.row_number
    for column in undecided(analysis, decisions):
        sentence = f"“{column['heading']}”这一列认不出，没有导入。"
        analysis.warnings.append(Problem(head, column["column"], "unknown_column", sentence))
    for name in table.others:
        sentence = f"工作表“{name}”也像花名册，这次只读了“{table.sheet.name}”。"
        analysis.warnings.append(Problem(head, None, "other_sheet", sentence))
    analysis.warnings += table.remarks()


def undecided(analysis: Analysis, decisions: Decisions) -> list[dict[str, Any]]:
    """Columns that were neither recognised nor decided about; nothing is dropped in silence."""
    ignored = {index for index, name in decisions.columns.items() if name == IGNORE}
    letters = {column.letter for column in analysis.table.header.columns if column.index in ignored}
    listed = analysis.table.columns_as_json(analysis.column_fields)
    return [column for column in listed if column["field"] is None and column["column"] not in letters]


def write(
    table: Table,
    by: User | None,
    decisions: Decisions,
    *,
    source: str,
    expected: str = "",
) -> Analysis:
    """Write the rows that are right: all of them or none. Wrong rows are left out.

    ``expected`` is the fingerprint of the analysis that was looked at; Outdated when it is another one now. Imports
    take turns, so that nobody is enrolled twice by two at once.
    """
    # Reading takes half of the time and needs no lock.
    reading = read(table, by, decisions)
    with transaction.atomic():
        numbers.take_turn()
        if not reading.reader.index.is_current():
            raise Outdated
        analysis = _compare(reading, by, decisions, _say_nothing)
        if expected and analysis.fingerprint() != expected:
            raise Outdated
        analysis.batch = _write(analysis, by, source)
        if len(analysis.new) >= MANY:
            transaction.on_commit(partial(planner.take_stock, Member, MembershipSpell, StatusPeriod))
    return analysis


def _write(analysis: Analysis, by: User | None, source: str) -> ImportBatch | None:
    """Write what was compared, and keep it as a batch that can be undone; None when there was nothing to write."""
    changes = {
        outcome.row.number: Change(outcome.row.member, values)
        for outcome in analysis.changed
        if outcome.row.member and ((values := outcome.values()) or outcome.adopts_steps)
    }
    if not analysis.new and not changes:
        return None
    before = batches.before_changes([*changes.values()])
    steps_before = adopting.states_before(analysis.changed)
    enrolled = enrol_all([outcome.new_member() for outcome in analysis.new], by=by, reason=source)
    changed = change_all([*changes.values()], by=by, reason=source)
    sheet = analysis.table.sheet.name
    by_row = dict(zip((outcome.row.number for outcome in analysis.new), enrolled, strict=True))
    by_changed_row = dict(zip(changes, changed, strict=True))
    outcomes, people = [*analysis.new, *analysis.changed], {**by_row, **by_changed_row}
    begun = [by_row[outcome.row.number].pk for outcome in analysis.new if adopting.touches(outcome)]
    adopting.adopt_all(outcomes, people, by)
    batch = batches.keep(
        source,
        sheet,
        enrolled=by_row,
        changed=by_changed_row,
        before=before,
        adopted_before={**steps_before, **dict.fromkeys(begun, adopted.NOTHING)},
        by=by,
    )
    counts = {"new": len(analysis.new), "changed": len(changes), "wrong": len(analysis.wrong)}
    audit.record("roster.import", by=by, on=batch, after={"source": source, "sheet": sheet, **counts})
    return batch


def record_foreign(analysis: Analysis, by: User) -> None:
    """Leave a trail of attempts to enrol people who belong elsewhere."""
    for row in analysis.wrong:
        if any(problem.code == "foreign_person" for problem in row.errors):
            after = {
                "row": row.number,
                "person": audit.hashed(row.id_number or row.values.get("school_number")),
            }
            audit.record("member.foreign", by=by, after=after, denied=True)
