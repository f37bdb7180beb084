import json
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from branches.models import Branch
from branches.scope import Range, covering_ranges
from lib.commands import PlainCommand, day_asked
from lib.dates import EXAMPLE
from members import changes
from members.rosters import RosterRow, roster


class Command(PlainCommand):
    help = "列出某一天的党员名册（正式党员和预备党员，按建制顺序），或者两天之间名册的变动。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="日期，如 2026-09-30；默认今天")
        parser.add_argument(
            "--changes",
            nargs=2,
            metavar=("FROM", "TO"),
            help="列出这两天之间（含首尾）进入、离开和变动的人，以及这期间登记的更正",
        )
        parser.add_argument("--branch", default="", help="党组织代码，含其下级；默认全校")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["changes"] and options["on"]:
            raise CommandError(
                "--on 和 --changes 只能写一个：--on 是某一天的名册，--changes 是两天之间的变动。"
            )
        day = day_asked(options["on"], "--on")
        branches = (
            Branch.objects.filter(code=options["branch"]) if options["branch"] else Branch.objects.all()
        )
        paths = list(branches.values_list("path", flat=True))
        if options["branch"] and not paths:
            raise CommandError(f"没有代码为“{options['branch']}”的党组织。")
        if options["changes"]:
            return self._changes(options["changes"], covering_ranges(paths), as_json=options["json"])
        rows = roster(day, covering_ranges(paths))
        if options["json"]:
            self.stdout.write(json.dumps([as_json(row) for row in rows], ensure_ascii=False))
            return None
        for row in rows:
            self.stdout.write(
                f"{row.number}  {row.name}  {row.branch}  {row.status}  {row.joined}  {row.full}"
            )
        self.stdout.write(f"{day} 共 {len(rows)} 人。")
        return None

    def _changes(self, days: list[str], ranges: tuple[Range, ...], *, as_json: bool) -> None:
        if not all(days):
            raise CommandError(f"--changes 要两个日期，如 {EXAMPLE} 2026-09-30。")
        start, end = (day_asked(day, "--changes") for day in days)
        if start > end:
            raise CommandError(f"开始日期 {start} 晚于结束日期 {end}，请把两个日期对调。")
        found = changes.between(start, end, ranges)
        if as_json:
            self.stdout.write(json.dumps([changes.as_json(one) for one in found], ensure_ascii=False))
            return
        for one in found:
            said = f"{_place(one.before)} → {_place(one.after)}"
            self.stdout.write(f"{one.date}  {changes.LABELS[one.change]}  {one.number}  {one.name}  {said}")
        self.stdout.write(f"{start} 至 {end} 共 {len(found)} 项变动。")


def _place(standing: dict[str, str] | None) -> str:
    return f"{standing['branch']} {standing['status']}" if standing else "不在名册"


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
