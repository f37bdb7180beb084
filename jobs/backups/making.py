"""Making a backup: one moment of the database, the files of that moment, one sealed file."""

import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts import audit
from accounts.models import AuditSeal
from lib.commands import reason_of
from lib.keys import read_ring

from . import files, tables
from .archive import ArchiveWriter, BackupError, Contents, Manifest, Say, quiet

MADE: Final = "backup.made"
NAME: Final = "branchbook-{:%Y%m%d-%H%M%S}.backup"
EVERY_BACKUP: Final = "branchbook-*.backup"


def back_up(path: Path, say: Say = quiet) -> Contents:
    """Write a backup to ``path``, mode 0600; it takes its name when it is whole, and no file is written over.

    The audit trail says so afterwards: the entry is in the next backup. BackupError, KeysMissing.
    """
    if path.exists():
        raise BackupError(f"“{path}”已经存在，备份不覆盖已有的文件，请换一个名字。")
    ring = read_ring(str(settings.KEYS_DIR), "backup")
    with _draft_beside(path) as file:
        contents = write(file, ring, say)
    audit.record(
        MADE,
        by=None,
        after={"file": path.name, "key": ring.newest, **contents.counts(), "sha256": contents.checksum()},
    )
    return contents


def back_up_into(folder: Path, *, keep: int, say: Say = quiet) -> tuple[Path, Contents]:
    """A backup with a dated name, and of the folder's older ones the newest ``keep`` in all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME.format(timezone.localtime())
    contents = back_up(path, say)
    for old in sorted(folder.glob(EVERY_BACKUP))[:-keep]:
        old.unlink(missing_ok=True)
    return path, contents


@contextmanager
def _draft_beside(path: Path) -> Iterator[Any]:
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=".backup-")  # made with O_EXCL and mode 0600
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
        # What was swept meanwhile had no row in that moment either.
        with suppress(FileNotFoundError), (folder / place).open("rb") as opened:
            archive.file(place, opened)
    return archive.finish()


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
