import json
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from activities.regulations import NAMES
from branches.roles import Right
from lib.commands import PlainCommand, refuse_unwritable, write_file
from lib.terminal import columns
from reports import quarterly, workbook
from reports.closing import notices
from reports.management.asking import account_of, add_by, asked_of
from reports.quarterly import Quarterly

HEADINGS = "活动 举行 按时 应开 已开 未开 应到 实到 请假 缺席".split()


class Command(PlainCommand):
    help = "季度（或年、月）组织生活统计：按党组织和类型，应开、已开、未开和到会人次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="时间段，如 2026Q3、2026 或 2026-09")
        parser.add_argument("--branch", metavar="CODE", help="只统计这个党组织及其下级，写党组织代码")
        parser.add_argument("--campaign", metavar="NAME", help="只统计这个专题活动的记录，写名称")
        add_by(parser, "写成的工作簿")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="只输出 JSON")
        form.add_argument("--xlsx", metavar="FILE", type=Path, help="写成工作簿")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path | None = options["xlsx"]
        if target:
            refuse_unwritable(target)
        asked = asked_of(options["period"], options["branch"], options["campaign"])
        rights = [Right.EXPORT, Right.SEE_FIGURES]
        what = f"导出“{asked.title}组织生活统计”"
        by = account_of(options["by"], rights, asked.ranges, what, asked.period)
        figures = quarterly.compose_for(asked)
        if options["json"]:
            locked = notices.body(asked)
            self.stdout.write(json.dumps({**figures.body(), "locked": locked}, ensure_ascii=False))
        elif target:
            content = BytesIO()
            workbook.write(content, figures, asked, by=by)
            write_file(target, content.getvalue())
            self.stdout.write(f"已写入 {target}。")
        else:
            self._table(figures, notices.lines(asked))

    def _table(self, figures: Quarterly, locked: list[str]) -> None:
        running = "（进行中）" if figures.is_running else ""
        where = figures.branch.short_name if figures.branch else "全部党组织"
        self.stdout.write(f"{figures.period.label}{running} {where} 党员 {figures.roster.members} 人")
        for line in locked:
            self.stdout.write(line)
        lines = [["党组织", "类型", *HEADINGS]]
        for name, kinds in [
            *((row.name, row.kinds) for row in figures.life.rows),
            ("合计", figures.life.total),
        ]:
            for code, label in ((code, label) for code, label in NAMES.items() if code in kinds):
                lines.append([name, label, *("—" if value is None else str(value) for value in kinds[code])])
        for line in columns(lines):
            self.stdout.write(line)
