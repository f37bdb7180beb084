import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs.backups import rehearsing
from jobs.backups.archive import BackupError, quiet
from lib.commands import PlainCommand, refuse_unreadable
from lib.encryption import KeysMissing


class Command(PlainCommand):
    help = "恢复演练：把备份恢复到临时库和临时文件夹，逐表逐文件比对后删除，并留下演练记录。不影响正在运行的系统。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unreadable(options["file"])
        try:
            report, kept = rehearsing.rehearse(
                options["file"], self.stderr.write if options["verbosity"] > 1 else quiet
            )
        except (BackupError, KeysMissing) as fault:
            raise CommandError(str(fault)) from fault
        if options["json"]:
            self.stdout.write(json.dumps({**report.as_json(), "report": str(kept)}, ensure_ascii=False))
        else:
            self.stdout.write(rehearsing.words(report).partition("\n\n各表")[0])
            self.stdout.write(f"演练记录：{kept}")
