"""The lectures of leaders as a workbook."""

from pathlib import Path
from typing import BinaryIO

from accounts import audit
from accounts.models import User
from branches.local_rules import why_unjudged
from branches.roles import Right
from branches.scope import may, ranges_of
from lib.masking import mask_name
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from .lectures import ARTICLE, Leader, leaders_of

COLUMNS = (
    OutColumn("序号", "integer", 6),
    OutColumn("姓名", "text", 12),
    OutColumn("职务", "text", 34),
    OutColumn("讲党课次数", "integer", 12),
    OutColumn("学时", "decimal", 8),
    OutColumn("每年至少", "integer", 10),
    OutColumn("各次", "text", 60),
)


def shown_name(leader: Leader, user: User) -> str:
    return leader.name if may(user, Right.SEE_NAMES, leader.path) else mask_name(leader.name)


def write(target: Path | BinaryIO, user: User, year: int) -> int:
    """Write what ``user`` may see of the year; returns the number of people. Audited."""
    leaders = leaders_of(ranges_of(user, Right.SEE_FIGURES), year)
    entry = audit.record("lecture.export", by=user, after={"year": year, "rows": len(leaders)})
    banner = [
        "领导干部讲党课",
        f"{year} 年，共 {len(leaders)} 人。{ARTICLE}。",
        *filter(None, [why_unjudged(year)]),
        audit.export_line(entry, user),
    ]
    rows = (
        [
            number,
            shown_name(leader, user),
            leader.post,
            len(leader.lectures),
            leader.hours,
            leader.owed or None,
            "；".join(f"{each.held_on:%Y-%m-%d} {each.title}" for each in leader.lectures),
        ]
        for number, leader in enumerate(leaders, start=1)
    )
    write_list(target, [OutSheet("讲党课", COLUMNS, rows, banner)])
    return len(leaders)
