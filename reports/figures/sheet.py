"""A statistic as a workbook, and the rows behind one of its numbers."""

from pathlib import Path
from typing import BinaryIO

from accounts import audit
from accounts.models import AuditEntry, User
from branches.models import Branch
from lib.sheets.dating import dated
from lib.sheets.writing import OutColumn, OutSheet, write_workbook

from .base import Column, Table, plain
from .behind import Found


def title(table: Table) -> str:
    return f"{table.asked.title}{table.statistic.title}"


def scope_line(table: Table) -> str:
    """Of what and as of when the figures are."""
    asked = table.asked
    where = asked.org.short_name if asked.org else "权限内全部党组织"
    category = f"，{Branch.Category(asked.category).label}党支部" if asked.category else ""
    running = "，期间未结束" if asked.period.contains(asked.today) else ""
    return f"范围：{where}{category}；{asked.period.start} 至 {asked.period.end}{running}；统计日 {asked.day}"


def export_entry(table: Table, *, by: User | None) -> AuditEntry:
    return audit.record(
        "statistics.export",
        by=by,
        on=table.asked.org,
        after={**table.asked.as_parameters, "statistic": table.statistic.name, "rows": len(table.rows)},
    )


def write(target: Path | BinaryIO, table: Table, *, by: User | None) -> None:
    """The table and the meaning of its figures. Audited; the number of the export stands in every sheet."""
    banner = [title(table), scope_line(table), audit.export_line(export_entry(table, by=by), by)]
    write_workbook(target, [figures(table, banner), _meanings(table, banner)])


def figures(table: Table, banner: list[str]) -> OutSheet:
    """The sheet of the numbers."""
    grouped = any(row.band for row in table.rows)
    heads = [OutColumn("分类", width=14)] if grouped else []
    heads += [OutColumn(table.statistic.head, width=26), OutColumn("代码", width=16)]
    figures = [OutColumn(heading(one), one.kind) for one in table.columns]
    rows = [
        [*([row.band] if grouped else []), row.label, row.code, *(plain(cell.value) for cell in row.cells)]
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
    banner = [found.title, f"口径：{found.figure.definition}", audit.export_line(entry, by)]
    if found.elsewhere:
        banner.insert(2, f"另有 {found.elsewhere} {found.figure.things.noun}不在您的权限内，只计数。")
    columns, rows = dated(
        [OutColumn(head, width=20) for head in found.figure.things.heads],
        [[line.label, *line.cells] for line in lines],
    )
    write_workbook(target, [OutSheet("明细", columns, rows, banner)])
