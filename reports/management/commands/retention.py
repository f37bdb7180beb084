import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from lib.commands import PlainCommand
from lib.terminal import columns
from reports.privacy import retention


class Command(PlainCommand):
    help = "删除保存期限已满的个人信息（每天凌晨自动运行）。--dry-run 只看有多少。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只看，不删除")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        found = retention.due(now) if options["dry_run"] else retention.run(now)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for line in columns([[one.title, str(found[one.code])] for one in retention.EXPIRIES]):
            self.stdout.write(line)
