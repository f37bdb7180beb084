import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from activities import compliance, local_rulebook
from activities.rulebook import explain
from branches.asked import ranges_asked
from lib.commands import PlainCommand, day_asked
from lib.periods import Period


class Command(PlainCommand):
    help = "各党支部按规定应做的事和完成情况：每个党支部、每条规定、每个时间段一行，附依据。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--branch", default="", help="党组织代码，含其下级；默认全校")
        when = parser.add_mutually_exclusive_group()
        when.add_argument("--on", default="", help="日期，如 2026-09-30：当月、当季、当年的义务；默认今天")
        when.add_argument("--period", default="", help="时间段，如 2026、2026Q3、2026-09")
        parser.add_argument("--explain", default="", metavar="规定代码", help="说明一条规定，如 ZB-21")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["explain"]:
            self._explain(options["explain"], as_json=options["json"])
            return
        ranges = ranges_asked(options["branch"])
        if options["period"]:
            rows = compliance.of_period(ranges, _period_asked(options["period"]), timezone.localdate())
        else:
            rows = compliance.on(ranges, day_asked(options["on"], "--on"))
        found = [{**asdict(row), "due_on": row.due_on and row.due_on.isoformat()} for row in rows]
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"{row.branch}  {row.period}  {row.rule}  {row.state}  {row.reason}")
        self.stdout.write(f"共 {len(rows)} 行。")

    def _explain(self, code: str, *, as_json: bool) -> None:
        asked = code.strip().upper()
        rule = explain(asked) or local_rulebook.explain(asked, timezone.localdate())
        if rule is None:
            raise CommandError(f"没有代码为“{code}”的规定。规定代码如 ZB-21、JY-10、FZ-08。")
        if as_json:
            self.stdout.write(json.dumps(asdict(rule), ensure_ascii=False))
            return
        self.stdout.write(f"{rule.code} {rule.title}\n依据：{rule.article}\n适用：{rule.asked_of}")
        for label, text in (
            ("要求", rule.asked),
            ("程度", rule.severity),
            ("办法", rule.enforced),
            ("说明", rule.note),
        ):
            if text:
                self.stdout.write(f"{label}：{text}")
        if rule.since:
            self.stdout.write(f"时间：{rule.since} 起{f'，到 {rule.until}' if rule.until else ''}")


def _period_asked(code: str) -> Period:
    try:
        return Period.parse(code)
    except ValueError as fault:
        raise CommandError(f"--period {fault}") from None
