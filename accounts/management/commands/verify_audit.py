import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from accounts import audit
from accounts.models import AuditEntry, AuditSeal
from lib.commands import TO_BE_LOOKED_AT, PlainCommand


class Command(PlainCommand):
    help = "核对审计链：改动、缺失、断链、锚定不符、超时未封存；有问题时退出码为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="只输出 JSON")
        parser.add_argument("--seal", action="store_true", help="核对前先封存尚未封存的记录")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seal"]:
            audit.seal()
        breaks = list(audit.verify())
        if options["json"]:
            body = {
                "entries": AuditEntry.objects.count(),
                "sealed": AuditSeal.objects.count(),
                "breaks": [{"where": item.where, "message": item.message} for item in breaks],
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False))
        else:
            for item in breaks:
                self.stdout.write(item.message)
        if breaks:
            self.stderr.write(f"审计链有 {len(breaks)} 处问题。")
            sys.exit(TO_BE_LOOKED_AT)
        if not options["json"]:
            self.stdout.write("审计链完整。")
