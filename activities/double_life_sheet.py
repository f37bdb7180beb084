"""双重组织生活 of leaders as a workbook: a line each, and the records behind it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from accounts import audit
from accounts.models import User
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from .double_life import ARTICLE, Leader
from .models import Activity

LEADERS = (
    OutColumn("序号", "integer", 6),
    OutColumn("姓名", "text", 12),
    OutColumn("职务", "text", 34),
    OutColumn("所在党支部", "text", 34),
    OutColumn("应到", "integer", 8),
    OutColumn("实到", "integer", 8),
    OutColumn("参加其他支部", "integer", 12),
)
RECORDS = (
    OutColumn("姓名", "text", 12),
    OutColumn("日期", "date", 12),
    OutColumn("类型", "text", 16),
    OutColumn("主题", "text", 50),
    OutColumn("党支部", "text", 34),
    OutColumn("情况", "text", 12),
)


def write(target: Path | BinaryIO, user: User, year: int, leaders: Sequence[Leader]) -> None:
    """Write the year's lines and their records. Audited."""
    entry = audit.record("doublelife.export", by=user, after={"year": year, "rows": len(leaders)})
    banner = [
        "领导干部参加双重组织生活情况",
        f"{year} 年，共 {len(leaders)} 人。{ARTICLE}。",
        audit.export_line(entry, user),
    ]
    lines = (
        [number, one.member.name, one.post, one.branch, one.expected, one.present, len(one.elsewhere)]
        for number, one in enumerate(leaders, start=1)
    )
    records = (row for one in leaders for row in _records_of(one))
    write_list(
        target, [OutSheet("领导干部", LEADERS, lines, banner), OutSheet("各次记录", RECORDS, records, banner)]
    )


def _records_of(one: Leader) -> Iterator[list[object]]:
    for mark in one.own:
        yield _row(one, mark.record, mark.word)
    for each in one.elsewhere:
        yield _row(one, each.record, each.as_what)


def _row(one: Leader, record: Activity, said: str) -> list[object]:
    kinds = record.kinds_in_words
    return [one.member.name, record.held_on, kinds, record.title, record.branch.short_name, said]
