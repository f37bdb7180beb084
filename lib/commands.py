"""What all commands keep to: how they end, how they refuse, and what they say of files that cannot be read or written.

Exit status 0: done. 1: done, and something is to be looked at (rows were wrong, figures differ, the trail is broken).
2: it cannot be done; the sentence goes to standard error, under ``--json`` to standard output as ``{"error": …}``.
"""

import errno
import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser, SystemCheckError
from django.db import OperationalError, ProgrammingError, connection
from django.utils import timezone

from lib.arguments import in_chinese
from lib.dates import DateError, parse_date

TO_BE_LOOKED_AT, REFUSED = 1, 2
#: Who gave the command that runs, for the audit trail: 命令行（branchbook）; empty in pages and jobs.
command_line: ContextVar[str] = ContextVar("command_line", default="")
NO_TABLES = "数据库还没有建好，请先运行 make run，或运行 manage.py migrate。"
NO_FOLDER = (
    "没有文件夹“{}”，请核对 DATA_DIR；第一次使用的，请先运行 make run，或运行 python -m config.folders。"
)
NO_DATABASE = "连不上数据库，请先运行 make run，或核对 DATABASE_URL 并运行 manage.py migrate。"
REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "这是一个文件夹，不是文件",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的磁盘只能读",
    errno.ENOSPC: "磁盘已满",
    errno.ENAMETOOLONG: "文件名太长",
}


class PlainCommand(BaseCommand):
    """A command that refuses with one Chinese sentence: raise CommandError, whatever its exit status."""

    #: The options that ask for JSON.
    json_options: tuple[str, ...] = ("json",)
    #: Whether what it writes down was done by whoever sits at the machine; made-up data was not.
    is_somebodys: bool = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Wrong arguments are refused like everything else; Django makes the parser, of a class of its own."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.error = partial(_refuse_arguments, subcommand)  # type: ignore[method-assign]
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        token = command_line.set(at_the_machine() if self.is_somebodys else "")
        try:
            super().run_from_argv(argv)
        except CommandError as refusal:
            if "--traceback" in argv:
                raise
            asked = {f"--{name.replace('_', '-')}" for name in self.json_options}
            self._refuse(str(refusal), as_json=bool(asked & set(argv)))
        finally:
            command_line.reset(token)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with database_faults():
                return super().execute(*args, **options)
        except SystemCheckError:
            raise
        except CommandError as refusal:
            self._refuse(str(refusal), as_json=any(options.get(name) for name in self.json_options))

    def _refuse(self, sentence: str, *, as_json: bool) -> NoReturn:
        """Called from Python, without JSON, it is Django's own CommandError."""
        if as_json:
            self.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False))
        elif getattr(self, "_called_from_command_line", False):
            self.stderr.write(sentence)
        else:
            raise CommandError(sentence, returncode=REFUSED)
        sys.exit(REFUSED)


def at_the_machine() -> str:
    """The user of the operating system, by name where it has one."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return f"命令行（{name[:32]}）"


def _refuse_arguments(subcommand: str, message: str) -> NoReturn:
    sentence = f"{in_chinese(message)}。用法见 manage.py {subcommand} --help。"
    raise CommandError(sentence, returncode=REFUSED)


@contextmanager
def database_faults() -> Iterator[None]:
    """A database without tables, or none at all, in a sentence."""
    try:
        yield
    except (OperationalError, ProgrammingError) as fault:
        try:
            is_made = "django_migrations" in connection.introspection.table_names()
        except OperationalError:
            raise CommandError(_unreachable()) from fault
        if is_made:
            raise
        raise CommandError(NO_TABLES) from fault


def _unreachable() -> str:
    """A mistyped DATA_DIR is not made: it would be an empty university."""
    folder = Path(str(connection.settings_dict["NAME"])).parent
    if connection.vendor == "sqlite" and not folder.is_dir():
        return NO_FOLDER.format(folder)
    return NO_DATABASE


def day_asked(text: str | None, option: str) -> date:
    """The date an option says, today when it says none; CommandError names the option."""
    try:
        return parse_date(text) or timezone.localdate()
    except DateError as fault:
        raise CommandError(f"{option} {fault}") from None


def reason_of(fault: OSError) -> str:
    return REASONS.get(fault.errno or 0, f"系统错误 {fault.errno}")


def refuse_unreadable(path: Path) -> None:
    try:
        path.open("rb").close()
    except OSError as fault:
        raise CommandError(f"读不到文件“{path.name}”：{reason_of(fault)}。") from fault


def refuse_unwritable(path: Path) -> None:
    """Before anything is done whose result is to be written there. Leaves nothing behind."""
    try:
        if path.exists():
            path.open("r+b").close()
        else:
            TemporaryFile(dir=path.parent).close()
    except OSError as fault:
        raise CommandError(f"写不了文件“{path}”：{reason_of(fault)}。") from fault


def write_file(path: Path, content: bytes, *, otherwise: str = "") -> None:
    """``otherwise`` is what to say besides when the writing fails all the same."""
    try:
        path.write_bytes(content)
    except OSError as fault:
        raise CommandError(f"写不了文件“{path}”：{reason_of(fault)}。{otherwise}") from fault
