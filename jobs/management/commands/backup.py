import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from jobs.backups import making
from jobs.backups.archive import BackupError, Say, quiet
from lib.commands import PlainCommand, refuse_unwritable
from lib.encryption import KeysMissing


class Command(PlainCommand):
    help = "备份数据库和文件（不含密钥），加密成一个文件，权限 0600。系统运行时也可以做。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="写到这个文件，不覆盖已有的")
        parser.add_argument("--folder", type=Path, help="写到这个文件夹，文件名带日期和时间")
        parser.add_argument("--keep", type=int, help="文件夹里一共保留几份；不写就是 BACKUP_KEEP（默认 14）")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path, folder = options["file"], options["folder"]
        keep = settings.BACKUP_KEEP if options["keep"] is None else options["keep"]
        if (path is None) == (folder is None):
            raise CommandError("请写出备份文件的名字，或用 --folder 写出文件夹，二者选一。")
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep 至少是 1。")
        begun = time.monotonic()
        try:
            if path:
                refuse_unwritable(path)
                contents = making.back_up(path, self._say(options))
            else:
                path, contents = making.back_up_into(folder, keep=keep, say=self._say(options))
        except (BackupError, KeysMissing) as fault:
            raise CommandError(str(fault)) from fault
        seconds = round(time.monotonic() - begun, 1)
        if options["json"]:
            body = {
                "file": str(path),
                **contents.counts(),
                "sha256": contents.checksum(),
                "seconds": seconds,
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False))
            return
        self.stdout.write(
            f"已备份到 {path}：{len(contents.tables)} 张表 {contents.rows} 行，{len(contents.files)} 个文件，"
            f"用时 {seconds} 秒。校验值 {contents.checksum()}。密钥不在其中，请另行保存。"
        )

    def _say(self, options: dict[str, Any]) -> Say:
        return self.stderr.write if options["verbosity"] > 1 else quiet
