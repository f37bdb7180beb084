import json
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from activities.models import Campaign
from activities.regulations import NAMES
from branches.models import Branch
from branches.reach import whole_tree
from branches.tree import ranges_during
from lib.commands import PlainCommand, refuse_unwritable, write_file
from lib.periods import Period
from reports import quarterly, workbook
from reports.asked import Asked
from reports.quarterly import Quarterly

HEADINGS = "活动 举行 按时 应开 已开 未开 应到 实到 请假 缺席".split()


class Command(PlainCommand):
    help = "季度（或年、月）组织生活统计：按党组织和类型，应开、已开、未开和到会人次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="时间段，如 2026Q3、2026 或 2026-09")
        parser.add_argument("--branch", metavar="CODE", help="只统计这个党组织及其下级，写党组织代码")
        parser.add_argument("--campaign", metavar="NAME", help="只统计这个专题活动的记录，写名称")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="只输出 JSON")
        form.add_argument("--xlsx", metavar="FILE", type=Path, help="写成工作簿")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path | None = options["xlsx"]
        if target:
            refuse_unwritable(target)
        asked = read(options["period"], options["branch"], options["campaign"])
        figures = quarterly.compose_for(asked)
        if options["json"]:
            self.stdout.write(json.dumps(figures.body(), ensure_ascii=False))
        elif target:
            content = BytesIO()
            workbook.write(content, figures, asked, by=None)
            write_file(target, content.getvalue())
            self.stdout.write(f"已写入 {target}。")
        else:
            self._table(figures)

    def _table(self, figures: Quarterly) -> None:
        running = "（进行中）" if figures.is_running else ""
        where = figures.branch.short_name if figures.branch else "全部党组织"
        self.stdout.write(f"{figures.period.label}{running} {where} 党员 {figures.roster.members} 人")
        lines = [["党组织", "类型", *HEADINGS]]
        for name, kinds in [
            *((row.name, row.kinds) for row in figures.life.rows),
            ("合计", figures.life.total),
        ]:
            for code, label in ((code, label) for code, label in NAMES.items() if code in kinds):
                values = asdict(kinds[code]).values()
                lines.append([name, label, *("—" if value is None else str(value) for value in values)])
        widths = [max(map(places, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = [text + " " * (width - places(text)) for text, width in zip(line, widths, strict=True)]
            self.stdout.write("  ".join(cells).rstrip())


def places(text: str) -> int:
    """Columns of a terminal that ``text`` takes; a Chinese character takes two."""
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def read(code: str, branch_code: str | None, campaign_name: str | None) -> Asked:
    """What the arguments ask for, of the whole tree; whatever they name wrongly is one sentence."""
    try:
        period = Period.parse(code)
    except ValueError as error:
        raise CommandError(str(error)) from None
    branch = Branch.objects.filter(code=branch_code).first() if branch_code else None
    if branch_code and branch is None:
        raise CommandError(f"没有代码为“{branch_code}”的党组织，请核对党组织代码。")
    campaign = Campaign.objects.filter(name=campaign_name).first() if campaign_name else None
    if campaign_name and campaign is None:
        raise CommandError(f"没有名为“{campaign_name}”的专题活动，请核对名称。")
    whole = whole_tree(period.start, period.end)
    ranges = ranges_during(branch, period.start, period.end) if branch else whole
    return Asked(period, timezone.localdate(), ranges, whole, org=branch, campaign=campaign)
