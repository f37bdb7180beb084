"""A statistic as a workbook, a book of them, and the rows behind one number."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from accounts import audit
from accounts.models import AuditEntry, User
from branches.models import Branch
from lib.sheets.dating import dated
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet, write_workbook
from reports.asked import Asked
from reports.closing import notices

from .base import ORGANISATION, Column, Table, plain
from .behind import Found
from .books import Book, tables_of


def title(table: Table) -> str:
    return f"{table.asked.title}{table.statistic.title}"


def scope_line(asked: Asked) -> str:
    """Of what and as of when the figures are."""
    where = asked.org.short_name if asked.org else "权限内全部党组织"
    category = f"，{Branch.Category(asked.category).label}党支部" if asked.category else ""
    running = "，期间未结束" if asked.is_running else ""
    return f"范围：{where}{category}；{asked.period.start} 至 {asked.period.end}{running}；统计日 {asked.day}"


def export_entry(asked: Asked, name: str, rows: int, *, by: User | None) -> AuditEntry:
    after = {**asked.as_parameters, "statistic": name, "rows": rows}
    return audit.record("statistics.export", by=by, on=asked.org, after=after)


def banner_of(table: Table, *, by: User | None) -> list[str]:
    """The lines below the title of a table that leaves; audited with them."""
    entry = export_entry(table.asked, table.statistic.name, len(table.rows), by=by)
    locked = notices.lines(table.asked, table.statistic)
    return [scope_line(table.asked), *locked, audit.export_line(entry, by)]


def write(target: Path | BinaryIO, table: Table, *, by: User | None) -> None:
    """The table and the meaning of its figures. Audited; the number of the export stands in every sheet."""
    banner = [title(table), *banner_of(table, by=by)]
    write_workbook(target, [figures(table, banner), _meanings(table, banner)])


def figures(table: Table, banner: list[str]) -> OutSheet:
    """The sheet of the numbers."""
    grouped = any(row.band for row in table.rows)
    heads = [OutColumn("分类", width=14)] if grouped else []
    heads.append(OutColumn(table.statistic.head, width=26))
    # Codes of groups are the program's own; those of organisations are everybody's.
    coded = table.statistic.head == ORGANISATION
    if coded:
        heads.append(OutColumn("党组织代码", width=16))
    figures = [OutColumn(heading(one), one.kind) for one in table.columns]
    rows = [
        [
            *([row.band] if grouped else []),
            row.label,
            *([row.code] if coded else []),
            *(plain(cell.value) for cell in row.cells),
        ]
        for row in table.all_rows
    ]
    return OutSheet(table.statistic.title, [*heads, *figures], rows, banner)


def heading(column: Column) -> str:
    """What a column is called where its upper heading does not stand above it."""
    return f"{column.band}：{column.heading}" if column.band else column.heading


def _meanings(table: Table, banner: list[str]) -> OutSheet:
    columns = [OutColumn("项目", width=24), OutColumn("口径", width=90), OutColumn("口径版本", "integer")]
    rows = [[heading(one), one.definition, one.version] for one in table.columns]
    return OutSheet("口径", columns, rows, banner)


def meanings_of(tables: Sequence[Table], banner: list[str]) -> OutSheet:
    """Of several tables in one sheet."""
    columns = [
        OutColumn("统计表", width=20),
        OutColumn("项目", width=24),
        OutColumn("口径", width=90),
        OutColumn("口径版本", "integer"),
    ]
    rows = [
        [table.statistic.title, heading(one), one.definition, one.version]
        for table in tables
        for one in table.columns
    ]
    return OutSheet("口径", columns, rows, banner)


def write_book(target: Path | BinaryIO, book: Book, asked: Asked, *, by: User | None) -> None:
    """The contents, a sheet for each table, and the meanings. Audited."""
    filled = book.filled(asked)
    tables = tables_of(filled)
    line = audit.export_line(book_entry(book, tables, asked, by=by), by)
    locked = notices.lines(asked, book.first)
    first = [f"{asked.title}{book.title}", scope_line(asked), *locked, line]
    columns = [OutColumn("表号", width=8), OutColumn("表名", width=30), OutColumn("说明", width=60)]
    rows = [[f"表{one.leaf.number}", one.leaf.title, one.note] for one in filled]
    sheets = [figures(table, [title(table), scope_line(table.asked), *locked, line]) for table in tables]
    contents = OutSheet("目录", columns, rows, [*first, book.note])
    write_workbook(target, [contents, *sheets, meanings_of(tables, first)])


def book_entry(book: Book, tables: Sequence[Table], asked: Asked, *, by: User | None) -> AuditEntry:
    return export_entry(asked, book.name, sum(len(table.rows) for table in tables), by=by)


def write_rows(target: Path | BinaryIO, found: Found, *, by: User) -> None:
    """The rows one may open, as one may see them. Audited."""
    lines = found.lines(found.rows)
    entry = audit.record(
        "statistics.export",
        by=by,
        on=found.asked.org,
        after={
            **found.asked.as_parameters,
            "statistic": found.statistic.name,
            "figure": found.figure.code,
            "rows": len(lines),
        },
    )
    banner = [found.title, scope_line(found.asked), f"口径：{found.figure.definition}"]
    banner += [f"没有计入：{reason} {number}。" for reason, number in found.left_out]
    if found.elsewhere:
        banner.append(f"另有 {found.elsewhere} {found.figure.things.noun}不在您的权限内，只计数。")
    banner.append(audit.export_line(entry, by))
    columns, rows = dated(
        [OutColumn(head, width=20) for head in found.figure.things.heads],
        [[line.label, *line.cells] for line in lines],
    )
    write_list(target, [OutSheet("明细", columns, rows, banner)])
