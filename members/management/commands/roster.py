import json
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from branches.models import Branch
from branches.scope import covering_ranges
from lib.commands import PlainCommand, day_asked
from members.rosters import RosterRow, roster


class Command(PlainCommand):
    help = "列出某一天的党员名册：正式党员和预备党员，按建制顺序。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="日期，如 2026-09-30；默认今天")
        parser.add_argument("--branch", default="", help="党组织代码，含其下级；默认全校")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        day = day_asked(options["on"], "--on")
        branches = (
            Branch.objects.filter(code=options["branch"]) if options["branch"] else Branch.objects.all()
        )
        paths = list(branches.values_list("path", flat=True))
        if options["branch"] and not paths:
            raise CommandError(f"没有代码为“{options['branch']}”的党组织。")
        rows = roster(day, covering_ranges(paths))
        if options["json"]:
            self.stdout.write(json.dumps([as_json(row) for row in rows], ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(
                f"{row.number}  {row.name}  {row.branch}  {row.status}  {row.joined}  {row.full}"
            )
        self.stdout.write(f"{day} 共 {len(rows)} 人。")


def as_json(row: RosterRow) -> dict[str, str | None]:
    return {
        "number": row.number,
        "name": row.name,
        "branch": row.branch,
        "status": row.status,
        "joined": written(row.joined),
        "full": written(row.full),
    }


def written(day: date | None) -> str | None:
    return day.isoformat() if day else None
