import json
import os
from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs.backups import moving
from jobs.backups.archive import BackupError, quiet
from lib.commands import PlainCommand
from lib.encryption import KeysMissing


class Command(PlainCommand):
    help = "把试用的 SQLite 数据搬到空的 PostgreSQL（地址写在环境变量 NEW_DATABASE_URL 里），逐表比对校验值。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        # Not an argument: every account of the machine may read those of a running program.
        url = os.environ.get("NEW_DATABASE_URL", "")
        if not url:
            raise CommandError("请把新数据库的地址写在环境变量 NEW_DATABASE_URL 里。")
        try:
            contents, path = moving.move(url, self.stderr.write if options["verbosity"] > 1 else quiet)
        except (BackupError, KeysMissing) as fault:
            raise CommandError(str(fault)) from fault
        if options["json"]:
            body = {**contents.counts(), "sha256": contents.checksum(), "backup": str(path)}
            self.stdout.write(json.dumps(body, ensure_ascii=False))
            return
        self.stdout.write(
            f"已搬 {len(contents.tables)} 张表 {contents.rows} 行，行数和 SHA-256 全部一致。"
            "文件和密钥留在 DATA_DIR 不动。"
            "请设置 DATABASE_URL、SECRET_KEY 和 ALLOWED_HOSTS 后启动（应用另用一个账号的，先运行 grant_rights）。"
            f"原来的 SQLite 没有改动，搬之前的备份在 {path}。"
        )
