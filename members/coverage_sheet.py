"""The coverage of 集中轮训 as a workbook: organisations, and the people one by one."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from accounts import audit
from accounts.models import User
from branches.local_rules import why_unjudged
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from .coverage import Person, Row, Scope

ORGANISATIONS = (
    OutColumn("序号", "integer", 6),
    OutColumn("党组织", "text", 34),
    OutColumn("应参加", "integer", 10),
    OutColumn("已参加", "integer", 10),
    OutColumn("未参加", "integer", 10),
)
PEOPLE = (
    OutColumn("序号", "integer", 6),
    OutColumn("姓名", "text", 12),
    OutColumn("所在党支部", "text", 34),
    OutColumn("职务", "text", 10),
    OutColumn("集中轮训", "text", 10),
    OutColumn("参加的培训", "text", 60),
)


def write(
    target: Path | BinaryIO,
    user: User,
    year: int,
    scope: Scope,
    rows: Sequence[Row],
    people: Sequence[Person],
) -> None:
    """Write both lists. Audited."""
    entry = audit.record("training.export", by=user, after={"year": year, "rows": len(people)})
    banner = [
        f"{year} 年集中轮训覆盖情况",
        f"应参加的是{scope.words}，共 {len(people)} 人。{scope.article}。",
        *filter(None, [why_unjudged(year)]),
        audit.export_line(entry, user),
    ]
    organisations = (
        [number, row.branch.short_name, row.owed, row.had, row.lacking]
        for number, row in enumerate(rows, start=1)
    )
    persons = (
        [
            number,
            one.member.name,
            one.branch.short_name,
            one.post,
            "已参加" if one.is_covered else "未参加",
            "；".join(
                f"{each.held_on:%Y-%m-%d} {each.title}（{each.hours.normalize():f} 学时）"
                for each in one.trainings
            ),
        ]
        for number, one in enumerate(people, start=1)
    )
    write_list(
        target,
        [OutSheet("党组织", ORGANISATIONS, organisations, banner), OutSheet("人员", PEOPLE, persons, banner)],
    )
