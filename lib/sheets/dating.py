"""Days that a page shows as texts, written into a workbook as dates."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from .writing import OutColumn

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def dated(
    columns: Sequence[OutColumn], rows: Sequence[Sequence[object]]
) -> tuple[list[OutColumn], list[list[object]]]:
    """The same table, where a text column that holds nothing but days like 2026-09-30 (and blanks) is one of dates."""
    are_days = [
        column.kind == "text" and _holds_days([row[index] for row in rows])
        for index, column in enumerate(columns)
    ]
    typed = [
        replace(column, kind="date") if is_day else column
        for column, is_day in zip(columns, are_days, strict=True)
    ]
    return typed, [
        [_day(cell) if is_day else cell for cell, is_day in zip(row, are_days, strict=True)] for row in rows
    ]


def _holds_days(cells: Sequence[object]) -> bool:
    said = [cell for cell in cells if cell not in (None, "", "—")]
    return bool(said) and all(
        isinstance(cell, date) or (isinstance(cell, str) and _is_day(cell)) for cell in said
    )


def _is_day(text: str) -> bool:
    if not _ISO.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(cell: object) -> date | None:
    if isinstance(cell, date):
        return cell
    return date.fromisoformat(cell) if isinstance(cell, str) and _ISO.fullmatch(cell) else None
