"""A table as it is kept: canonical JSON, and read back as a table that page, workbook and PDF can show."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from branches.models import Branch
from branches.tree import ranges_during
from reports.asked import Asked
from reports.figures.base import Cell, Column, Named, Row, Table
from reports.measures import rate

Kept = dict[str, Any]


def canonical(body: object) -> str:
    """The one way to write it: keys in order, no spaces, Chinese as it is."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def kept(table: Table) -> Kept:
    """What is kept of a table: its columns with their meanings and versions, its rows, its total.

    A number is an integer or null; a share is what it divides, ``[part, whole]``, so that nothing is rounded.
    """
    return {
        "name": table.statistic.name,
        "title": table.statistic.title,
        "section": table.statistic.section,
        "head": table.statistic.head,
        "note": table.statistic.note,
        "period": table.asked.period.code,
        "on": table.asked.day.isoformat(),
        "org": table.asked.org.code if table.asked.org else None,
        "columns": [
            {
                "code": one.code,
                "heading": one.heading,
                "band": one.band,
                "kind": one.kind,
                "definition": one.definition,
                "version": one.version,
            }
            for one in table.columns
        ],
        "rows": [_row(row) for row in table.rows],
        "total": _row(table.total) if table.total else None,
    }


def _row(row: Row) -> Kept:
    cells = [_plain(cell) for cell in row.cells]
    return {"code": row.code, "label": row.label, "band": row.band, "cells": cells}


def _plain(cell: Cell) -> Any:
    if cell.parts:
        return list(cell.parts)
    value = cell.value
    return [value.numerator, value.denominator] if isinstance(value, Fraction) else value


def cell_of(value: Any) -> Cell:
    """A kept value, ready to be shown."""
    return Cell(rate(*value), parts=(value[0], value[1])) if isinstance(value, list) else Cell(value)


@dataclass(frozen=True, kw_only=True)
class Locked(Named):
    """A statistic that counts nothing any more."""

    head: str
    columns: Sequence[Column] = field(default_factory=tuple)

    def tabulate(self, asked: Asked) -> Table:
        raise NotImplementedError("a locked statistic is read, not counted")


def table_of(body: Kept, asked: Asked, only: frozenset[str] | None = None) -> Table:
    """The table of a kept body; ``only`` cuts it to the rows of these organisations, without a total."""
    columns = tuple(Column(**each) for each in body["columns"])
    facts = {name: body[name] for name in ("name", "title", "section", "head", "note")}
    rows = tuple(_row_of(row) for row in body["rows"] if only is None or row["code"] in only)
    total = _row_of(body["total"]) if body["total"] and only is None else None
    return Table(Locked(**facts, columns=columns), asked, rows, total)


def _row_of(row: Kept) -> Row:
    return Row(row["code"], row["label"], tuple(cell_of(value) for value in row["cells"]), band=row["band"])


def asked_of(asked: Asked, branch: Branch) -> Asked:
    """What is asked of one organisation and all below it, as it stood then; of the root, of everything. One query."""
    if branch.parent_id is None:
        return asked
    period = asked.period
    return Asked(
        period, asked.today, ranges_during(branch, period.start, period.end), asked.visible, org=branch
    )
