"""Making a backup: one moment of the database, the files of that moment, one sealed file."""

import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts import audit
from accounts.models import AuditSeal
from lib.commands import reason_of
from lib.files import alone
from lib.keys import read_ring

from . import files, tables
from .archive import ArchiveWriter, BackupError, Contents, Manifest, Say, quiet

MADE: Final = "backup.made"
NAME: Final = "branchbook-{:%Y%m%d-%H%M%S}.backup"
EVERY_BACKUP: Final = "branchbook-*.backup"
#: Held by whoever makes a backup into the folder.
LOCK: Final = ".lock"
#: What is being written, and after how long it is what a killed run left behind.
DRAFT: Final = ".backup-"
LEFT_BEHIND_AFTER: Final = timedelta(days=1)
#: So much of a disk stays free for whoever works meanwhile: the database may lie on the same.
ROOM_LEFT: Final = 1 << 30


class UnderWay(BackupError):
    """Somebody else makes a backup into the same folder."""


def back_up(path: Path, say: Say = quiet) -> Contents:
    """Write a backup to ``path``, mode 0600; it takes its name when it is whole, and no file is written over.

    The audit trail says so afterwards: the entry is in the next backup. BackupError, KeysMissing.
    """
    if path.exists():
        raise BackupError(f"“{path}”已经存在，备份不覆盖已有的文件，请换一个名字。")
    ring = read_ring(str(settings.KEYS_DIR), "backup")
    _refuse_other_database()
    with _draft_beside(path) as file:
        contents = write(file, ring, say)
    audit.record(
        MADE,
        by=None,
        after={"file": path.name, "key": ring.newest, **contents.counts(), "sha256": contents.checksum()},
    )
    return contents


def _refuse_other_database() -> None:
    """Between two programs, after an upgrade that was broken off, no program could restore what is read."""
    if applied() != known():
        raise BackupError(
            "数据库和本程序不是同一版（升级没有做完，或换过程序），这样的备份恢复不了，没有备份。"
            "请用与数据库相符的程序备份；升级没有做完的，请按 docs/operations.md 退回。"
        )


def back_up_into(folder: Path, *, keep: int, say: Say = quiet) -> tuple[Path, Contents]:
    """A backup with a dated name, and of the folder's older ones the newest ``keep`` in all."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise BackupError(f"建不了文件夹“{folder}”：{reason_of(fault)}。") from fault
    with _alone_in(folder):
        _clear_up(folder)
        path = folder / NAME.format(timezone.localtime())
        contents = back_up(path, say)
        for old in sorted(folder.glob(EVERY_BACKUP))[:-keep]:
            old.unlink(missing_ok=True)
    return path, contents


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            free = stack.enter_context(alone(folder / LOCK))
        except OSError as fault:
            raise BackupError(f"写不了文件“{folder / LOCK}”：{reason_of(fault)}。") from fault
        if not free:
            raise UnderWay(f"文件夹“{folder}”里正在做另一份备份，请等它做完。")
        yield


def _clear_up(folder: Path) -> None:
    """Remove what killed runs left: each as large as a backup, and seen by nobody."""
    oldest = (timezone.now() - LEFT_BEHIND_AFTER).timestamp()
    for draft in folder.glob(f"{DRAFT}*"):
        # One that is being finished takes its name meanwhile.
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime < oldest:
                draft.unlink()


@contextmanager
def _draft_beside(path: Path) -> Iterator[Any]:
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)  # made with O_EXCL and mode 0600
    except OSError as fault:
        raise BackupError(f"写不了文件“{path}”：{reason_of(fault)}。") from fault
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)  # fails where a file has come in between
    except FileExistsError:
        raise BackupError(f"“{path}”已经存在，备份不覆盖已有的文件，请换一个名字。") from None
    except OSError as fault:
        raise BackupError(f"写不了文件“{path}”：{reason_of(fault)}。备份没有完成。") from fault
    finally:
        Path(name).unlink(missing_ok=True)


def write(file: Any, ring: Any, say: Say, *, with_files: bool = True) -> Contents:
    """The database first, so that every row finds its file."""
    with one_moment():
        archive = ArchiveWriter(file, ring, _manifest())
        for name, model in tables.backed_up().items():
            say(name)
            archive.table(name, tables.columns_of(model), tables.lines(model))
    folder = Path(settings.DATA_DIR)
    for place in files.belonging(folder) if with_files else ():
        if opened := _opened(folder / place):
            with opened:
                _leave_room(file, opened)
                archive.file(place, opened)
    return archive.finish()


def _opened(path: Path) -> BinaryIO | None:
    """None of what was swept meanwhile: it had no row in that moment either."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise BackupError(
            f"读不了文件“{path}”：{reason_of(fault)}。备份没有完成，请核对它的属主和权限。"
        ) from fault


def _leave_room(file: Any, coming: BinaryIO) -> None:
    state = os.fstatvfs(file.fileno())
    if state.f_bavail * state.f_frsize - os.fstat(coming.fileno()).st_size < ROOM_LEFT:
        raise BackupError(
            "备份所在的磁盘剩余不到 1 GB，再写会影响正在运行的系统，备份没有完成。"
            "请清理磁盘，减少保留的份数（BACKUP_KEEP），或把 BACKUP_DIR 移到单独的磁盘。"
        )


@contextmanager
def one_moment() -> Iterator[None]:
    """Read the database as it is now, whatever is written meanwhile, and hold nobody up.

    On SQLite a transaction that begins without asking for the write lock reads one state of the WAL.
    """
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        sqlite: Any = connection
        mode, sqlite.transaction_mode = sqlite.transaction_mode, None
        try:
            with transaction.atomic():
                yield
        finally:
            sqlite.transaction_mode = mode
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
            yield


def _manifest() -> Manifest:
    head = AuditSeal.objects.order_by("-number").values("number", "hash").first()
    return Manifest(
        at=timezone.localtime().isoformat(timespec="seconds"),
        version=version(),
        vendor=connection.vendor,
        migrations=applied(),
        audit=dict(head) if head else {"number": 0, "hash": audit.GENESIS},
    )


def version() -> str:
    """The program's own."""
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def applied() -> dict[str, list[str]]:
    """The migrations that made the database what it is, by app."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationLoader(connection).applied_migrations):
        found.setdefault(app, []).append(name)
    return found


def known() -> dict[str, list[str]]:
    """The migrations this program has."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationLoader(None).disk_migrations):
        found.setdefault(app, []).append(name)
    return found
