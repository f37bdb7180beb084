from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs import rotation
from lib.commands import PlainCommand
from lib.encryption import DecryptionError, KeysMissing


class Command(PlainCommand):
    help = "换用新的字段密钥，把已加密的内容全部重新加密。中断后再次执行即从断点继续。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--index", action="store_true", help="换用新的检索密钥并重算检索列；须先停止网页和后台服务"
        )
        parser.add_argument(
            "--backup", action="store_true", help="换用新的备份密钥；以前的备份仍用环里的旧密钥恢复"
        )
        parser.add_argument(
            "--audit", action="store_true", help="换用新的审计密钥；以前的审计记录仍用环里的旧密钥核验"
        )
        parser.add_argument("--check", action="store_true", help="只数还有多少没有用最新的字段密钥加密")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._rotate(options)
        except (DecryptionError, KeysMissing) as fault:
            raise CommandError(str(fault)) from fault

    def _rotate(self, options: dict[str, Any]) -> None:
        if options["check"]:
            self.stdout.write(f"还有 {rotation.pending()} 项不是最新的字段密钥加密的。")
            return
        if options["backup"]:
            version = rotation.add_to_ring("backup")
            self.stdout.write(f"备份密钥已换为第 {version} 版，以前的备份仍可恢复。请备份密钥文件。")
            return
        if options["audit"]:
            version = rotation.add_to_ring("audit")
            self.stdout.write(
                f"审计密钥已换为第 {version} 版，以前的审计记录仍可核验。请备份密钥文件，并重新启动网页和后台服务。"
            )
            return
        work = rotation.rotate_index if options["index"] else rotation.rotate_field
        version, done = work(self._say)
        what = "检索密钥" if options["index"] else "字段密钥"
        self.stdout.write(
            f"{what}已换为第 {version} 版，处理 {done} 项。请备份密钥文件，并重新启动网页和后台服务。"
        )

    def _say(self, place: str, done: int, total: int) -> None:
        self.stdout.write(f"{place} {done}/{total}")
