import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from lib.commands import TO_BE_LOOKED_AT, PlainCommand
from members import tombstones


class Command(PlainCommand):
    help = "恢复备份以后，再次删除本人已要求删除的联系方式。--dry-run 只看有哪些。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只看，不删除")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = tombstones.apply(is_dry=options["dry_run"])
        if options["json"]:
            told = {"members": found.members, "fields": found.fields, "unreadable": list(found.unreadable)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            deed = "应删除" if options["dry_run"] else "已删除"
            self.stdout.write(f"{deed} {found.members} 人的 {found.fields} 项。")
            for name in found.unreadable:
                self.stdout.write(f"读不懂的文件：{name}。")
        if found.unreadable:
            sys.exit(TO_BE_LOOKED_AT)
