"""What the review page shows of an analysis: plain lists, masked where needed, kept encrypted beside the upload."""

from collections.abc import Mapping, Sequence
from typing import Any

from lib.dates import DateError, parse_date
from lib.masking import is_masked, mask_address, mask_birth, mask_id, mask_phone
from lib.sheets.extent import column_number
from lib.sheets.intake import Problem, without_numbers
from lib.sheets.reading import Cell, Column, normalise_heading, repair_text

from . import checks
from .analysis import Analysis, Decisions
from .columns import FIELDS, IGNORE, PROTECTED
from .comparing import Outcome
from .facts import shown

LONGEST_SAMPLE = 16
#: The page has a place of its own for them: the map of the columns, the list of changes.
SHOWN_ELSEWHERE = frozenset({"unknown_column", "protected_date"})


def preview(analysis: Analysis, decisions: Decisions, remembered: Sequence[int] = ()) -> dict[str, Any]:
    """Everything the page may show, ready for JSON. ``remembered`` are columns decided as the last time."""
    columns = _columns(analysis, decisions, remembered)
    return {
        "fingerprint": analysis.fingerprint(),
        "sheet": analysis.table.sheet.name,
        "header_row": analysis.table.header.row_number,
        "rows": analysis.rows,
        "columns": columns,
        "undecided": sum(column["how"] == "undecided" for column in columns),
        "new": [_new(outcome) for outcome in analysis.new],
        "changed": [_changed(outcome) for outcome in analysis.changed],
        "unchanged": [_unchanged(outcome) for outcome in analysis.unchanged],
        "absent": [[str(pk), number, name, branch] for pk, number, name, branch in analysis.absent],
        "wrong": len(analysis.wrong),
        "errors": _problems(analysis, analysis.errors),
        "warnings": _problems(analysis, [w for w in analysis.warnings if w.code not in SHOWN_ELSEWHERE]),
    }


def counts(review: Mapping[str, Any]) -> dict[str, int]:
    """The figures alone: they outlive the file."""
    lists = {name: len(review[name]) for name in ("new", "changed", "unchanged", "absent", "warnings")}
    return {**lists, "rows": review["rows"], "wrong": review["wrong"]}


def _new(outcome: Outcome) -> list[Any]:
    facts, row = outcome.facts, outcome.row
    branch = row.branch.short_name if row.branch else ""
    return [
        row.number,
        row.name,
        branch,
        shown("status", facts.get("status")),
        shown("", facts.get("joined_on")),
    ]


def _changed(outcome: Outcome) -> dict[str, Any]:
    member = outcome.row.member
    return {
        "row": outcome.row.number,
        "name": member.name if member else "",
        "branch": member.branch.short_name if member else "",
        "differences": [
            [d.label, d.old, d.new, d.name in PROTECTED and bool(d.old)] for d in outcome.differences
        ],
    }


def _unchanged(outcome: Outcome) -> list[Any]:
    member = outcome.row.member
    return [outcome.row.number, member.name, member.branch.short_name] if member else []


def _problems(analysis: Analysis, problems: Sequence[Problem]) -> list[dict[str, Any]]:
    fields = {index: name for name, index in analysis.fields.items()}
    headings = {column.letter: column.heading for column in analysis.table.header.columns}
    found = []
    for problem in problems:
        cell, name = None, None
        if problem.column:
            index = column_number(problem.column) - 1
            line = analysis.table.sheet.rows[problem.row - 1]
            cell, name = line[index] if index < len(line) else None, fields.get(index)
        found.append(
            {
                "row": problem.row,
                "column": problem.column or "",
                "heading": headings.get(problem.column or "", ""),
                "value": sample(name, cell),
                "code": problem.code,
                "message": problem.message,
                "can_accept": problem.code in checks.OVERRIDABLE,
            }
        )
    return found


def sample(name: str | None, cell: Cell) -> str:
    """A cell as the page may show it: masked when its column is sensitive, or when it looks like a number of theirs."""
    text = repair_text(cell)
    if not text or is_masked(text):
        return _short(text)
    if name == "id_number":
        return mask_id(text)
    if name in ("phone", "landline"):
        return mask_phone(text)
    if name == "address":
        return mask_address(text)
    if name == "birth_date":
        return _birth(cell)
    return _short(without_numbers(text))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAMPLE else text[:LONGEST_SAMPLE] + "…"


def _birth(cell: Cell) -> str:
    try:
        return mask_birth(parse_date(cell))
    except DateError:
        return repair_text(cell)[:4] + "…"


def _columns(analysis: Analysis, decisions: Decisions, remembered: Sequence[int]) -> list[dict[str, Any]]:
    table = analysis.table
    taken = analysis.column_fields
    listed = {column["column"] for column in table.columns_as_json(taken)}
    found = [
        {
            "index": column.index,
            "letter": column.letter,
            "heading": column.heading,
            "sample": _first(analysis, column.index, taken.get(column.index)),
            "field": taken.get(column.index),
            "as_read": column.field,
            "how": _how(column, taken.get(column.index), decisions, remembered),
        }
        for column in table.header.columns
        if column.letter in listed
    ]
    # What is still to be decided stands first.
    return sorted(found, key=lambda column: column["how"] != "undecided")


def _how(column: Column, name: str | None, decisions: Decisions, remembered: Sequence[int]) -> str:
    """How it came that the column is taken for this field."""
    if column.index in remembered:
        return "remembered"
    if column.index in decisions.columns:
        return "ignored" if decisions.columns[column.index] == IGNORE else "decided"
    if name is None:
        return "undecided"
    if not FIELDS[name].is_stored:
        return "ignored"
    return "own" if normalise_heading(column.heading) == normalise_heading(FIELDS[name].label) else "synonym"


def _first(analysis: Analysis, index: int, name: str | None) -> str:
    """The first cell that says something."""
    for _, cells in analysis.table.rows():
        if index < len(cells) and cells[index] is not None and (text := sample(name, cells[index])):
            return text
    return ""
