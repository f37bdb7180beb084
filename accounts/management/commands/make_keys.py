from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, connection

from accounts.models import User
from lib.commands import PlainCommand
from lib.keys import NAMES, ensure_keys, path_of


class Command(PlainCommand):
    help = "为全新安装生成加密、检索、审计、备份密钥。已有密钥时拒绝执行，只有缺备份密钥的旧安装会补上。"

    def handle(self, *args: Any, **options: Any) -> None:
        present = [name for name in NAMES if path_of(settings.KEYS_DIR, name).exists()]
        # Installations older than the backups have all keys but this one, and nothing was sealed with it yet.
        if present and [*present, "backup"] != list(NAMES):
            raise CommandError(f"已有密钥（{'、'.join(present)}），不再生成。缺少的请从密钥备份恢复。")
        if not present and _holds_data():
            raise CommandError(
                "数据库里已有数据，要用原来的密钥才能打开，没有另外生成。"
                "请核对 DATA_DIR 和它所在的磁盘，或从密钥备份恢复密钥文件夹。"
            )
        ensure_keys(settings.KEYS_DIR)
        self.stdout.write("密钥已生成，请另行备份，不要和数据库备份放在一起。")


def _holds_data() -> bool:
    """Keys made anew over it, because a disk was not there, would seal what nobody opens once it is back.

    A database that is not there yet holds nothing.
    """
    try:
        return User._meta.db_table in connection.introspection.table_names() and User.objects.exists()
    except OperationalError:
        return False
