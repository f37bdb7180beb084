import json
from typing import Any

from django.core.management.base import CommandParser

from lib.commands import PlainCommand, day_asked
from reminders import ledger


class Command(PlainCommand):
    help = "列出某一天看到的待办（组织生活、换届、转接、发展党员、政治生日等）及其状态。不写入任何内容。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="日期，如 2026-09-30；默认今天")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = ledger.due_rows(day_asked(options["on"], "--on"))
        if options["json"]:
            body = [
                {
                    "kind": row.kind,
                    "subject": row.subject,
                    "due_on": row.due_on.isoformat(),
                    "recipient": row.recipient,
                    "state": row.state,
                }
                for row in rows
            ]
            self.stdout.write(json.dumps(body, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"{row.due_on}  {row.kind}  {row.subject}  {row.recipient}  {row.state}")
        self.stdout.write(f"共 {len(rows)} 项。")
