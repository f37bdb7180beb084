import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs import upgrading
from jobs.backups.archive import quiet
from lib.commands import TO_BE_LOOKED_AT, PlainCommand


class Command(PlainCommand):
    help = "把数据库升级到本程序：检查、升级结构、核对行数。先停止服务，并用升级前的程序备份。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只检查，说明要做的步骤，什么都不改")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._tell(upgrading.plan(), options)
            return
        try:
            done = upgrading.upgrade(quiet if options["json"] else self.stdout.write)
        except upgrading.UpgradeError as fault:
            raise CommandError(str(fault)) from fault
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done), ensure_ascii=False))
        else:
            self.stdout.write(
                f"已升级到 {done.version}，做了 {len(done.steps)} 步，没有表少了行。可以启动服务了。"
            )

    def _tell(self, found: upgrading.Plan, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), ensure_ascii=False))
        else:
            for step in found.steps:
                self.stdout.write(f"要做：{step}")
            for fault in found.faults:
                self.stdout.write(fault)
            if not found.faults:
                self.stdout.write(f"可以升级到 {found.version}，共 {len(found.steps)} 步。")
        if found.faults:
            sys.exit(TO_BE_LOOKED_AT)
