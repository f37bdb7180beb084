"""Registering one person by hand: checked as a roster of one row, so that no door is lower than the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from lib.sheets.intake import Table
from lib.sheets.reading import Cell, Sheet, find_header

from . import imports
from .enrolment import NewMember
from .imports.columns import FIELDS, NEEDED, SYNONYMS
from .models import Member

ROW = 2
#: What the form asks, in the words of the import; the branch goes by its code.
ASKED = (
    "name branch id_number school_number sex birth_date nation education "
    "status joined_on full_on job phone address"
).split()


@dataclass(frozen=True)
class Examined:
    """What the checks of the import say: whom to enrol, or what is wrong with which field ("" is the whole person)."""

    analysis: imports.Analysis
    person: NewMember | None
    errors: list[tuple[str, str]]
    warnings: list[str]


def examine(facts: Mapping[str, str | date | None], reason: str, *, by: User) -> Examined:
    """Check a person as :func:`members.imports.analyse` checks a row; ``reason`` accepts what disagrees with the ID."""
    analysis = imports.analyse(_table(facts), by, imports.Decisions(reasons={ROW: reason} if reason else {}))
    errors = list(_errors(analysis))
    person = analysis.new[0].new_member() if analysis.new else None
    return Examined(analysis, person, errors, [warning.message for warning in analysis.warnings])


def _table(facts: Mapping[str, str | date | None]) -> Table:
    cells: list[Cell] = [facts.get(name) or None for name in ASKED]
    sheet = Sheet("登记党员", [[FIELDS[name].label for name in ASKED], cells])
    header = find_header(sheet, SYNONYMS, NEEDED)
    assert header, "the headings are the fields' own"
    return Table(sheet, header)


def _errors(analysis: imports.Analysis) -> Iterator[tuple[str, str]]:
    letters = {column.letter: column.field or "" for column in analysis.table.header.columns}
    for problem in analysis.errors:
        if problem.code != "name_mismatch":
            yield letters.get(problem.column or "", ""), problem.message
    for row in (*analysis.wrong, *(outcome.row for outcome in (*analysis.changed, *analysis.unchanged))):
        if row.member:
            yield "", already(row.member)


def already(member: Member) -> str:
    return f"{member.name}已在{member.branch.short_name}的名册上（{member.number}），不用再登记。"
