"""A statistic as a PDF: A4 across, readable in black and white, with the meaning of each figure below."""

from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from lib import typesetting
from reports.asked import Asked
from reports.closing import notices

from .base import Row, Table, bands
from .books import Book, tables_of
from .sheet import banner_of, book_entry, heading, scope_line, title


def pdf(table: Table, *, by: User | None) -> bytes:
    """The pages; CannotTypeset without a Chinese font, and then nothing is audited."""
    data = contents(table)
    with transaction.atomic():  # without a font nothing leaves, and nothing is written down
        data["banner"] = banner_of(table, by=by)
        return typesetting.pdf("statistics.typ", data)


def book(of: Book, asked: Asked, *, by: User | None) -> bytes:
    """The contents, then each table on pages of its own; likewise audited."""
    filled = of.filled(asked)
    tables = tables_of(filled)
    with transaction.atomic():
        line = audit.export_line(book_entry(of, tables, asked, by=by), by)
        data = {
            "title": f"{asked.title}{of.title}",
            "lines": [scope_line(asked), *notices.lines(asked, of.first), line, of.note],
            "contents": [[f"表{one.leaf.number}", one.leaf.title, one.note] for one in filled],
            "tables": [{**contents(table), "banner": [scope_line(table.asked)]} for table in tables],
        }
        return typesetting.pdf("book.typ", data)


def contents(table: Table) -> dict[str, Any]:
    """What ``table.typ`` sets; the lines below the title, ``banner``, are for the caller."""
    grouped = any(row.band for row in table.rows)
    return {
        "title": title(table),
        "grouped": grouped,
        "head": table.statistic.head,
        "columns": [one.heading for one in table.columns],
        "bands": bands(table.columns),
        "rows": [_texts(row, grouped) for row in table.all_rows],
        "meanings": [(heading(one), one.definition) for one in table.columns],
    }


def _texts(row: Row, grouped: bool) -> list[str]:
    return [*([row.band] if grouped else []), row.label, *(cell.text for cell in row.cells)]
