import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs.backups import restoring
from jobs.backups.archive import BackupError, quiet
from lib.commands import PlainCommand, refuse_unreadable
from lib.encryption import KeysMissing


class Command(PlainCommand):
    help = "把备份恢复到空的数据库和空的 DATA_DIR，逐表比对校验值；要么全部恢复，要么什么都不改。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="备份文件")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path, begun = options["file"], time.monotonic()
        refuse_unreadable(path)
        try:
            contents = restoring.restore(path, self.stderr.write if options["verbosity"] > 1 else quiet)
        except (BackupError, KeysMissing) as fault:
            raise CommandError(str(fault)) from fault
        seconds = round(time.monotonic() - begun, 1)
        if options["json"]:
            body = {**contents.counts(), "sha256": contents.checksum(), "seconds": seconds}
            self.stdout.write(json.dumps(body))
            return
        self.stdout.write(
            f"已恢复 {contents.manifest.at} 的备份：{len(contents.tables)} 张表 {contents.rows} 行，"
            f"{len(contents.files)} 个文件，行数和 SHA-256 全部一致，用时 {seconds} 秒。"
            "请运行 verify_audit --seal 和 apply_tombstones（再次删除备份以后依请求删除的信息），再启动网页和后台服务。"
            "所有人须重新登录。"
        )
