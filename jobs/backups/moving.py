"""From the trial's SQLite to an empty PostgreSQL: a backup, restored there, equal by checksum. The files stay."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import environ
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from jobs import database_rights
from lib.encryption import forget_keys
from lib.files import alone

from . import making, restoring
from .archive import BackupError, Contents, Say, quiet
from .turning import turned_to

#: Held by a running trial (config.trial).
LOCK: Final = "trial.lock"


def move(url: str, say: Say = quiet) -> tuple[Contents, Path]:
    """Fill the empty PostgreSQL at ``url`` with all rows. Returns what was moved and the backup it went through.

    The SQLite file stays as it is: until DATABASE_URL is set nothing has changed. BackupError refuses.
    """
    if connection.vendor != "sqlite":
        raise BackupError("现在用的已经是 PostgreSQL，不需要搬。")
    database = dict(environ.Env.db_url_config(url))
    if not database.get("ENGINE", "").endswith("postgresql"):
        raise BackupError("NEW_DATABASE_URL 不是 PostgreSQL 的地址，应像 postgres://账号:密码@主机/库名。")
    forget_keys()
    folder = Path(settings.DATA_DIR)
    with _stopped(folder):
        path = folder / "backups" / making.NAME.format(timezone.localtime())
        path.parent.mkdir(mode=0o700, exist_ok=True)
        contents = making.back_up(path, say)
        # The address is the owner's: the application's role gets its rights afterwards (grant_rights).
        with turned_to(database):
            _reach()
            _refuse_application()
            restoring.refuse_filled_database()
            restoring.make_tables(say)
            restoring.load(path, contents, folder, say, with_files=False)
    return contents, path


@contextmanager
def _stopped(folder: Path) -> Iterator[None]:
    """What somebody writes meanwhile would be lost."""
    with alone(folder / LOCK) as stopped:
        if not stopped:
            raise BackupError("支部簿还在运行，搬的时候写入的内容会丢失。请先按 Ctrl-C 停止它。")
        yield


def _reach() -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as fault:
        raise BackupError("连不上 NEW_DATABASE_URL 的数据库，请核对主机、库名、账号和密码。") from fault


def _refuse_application() -> None:
    try:
        database_rights.refuse_application()
    except database_rights.RightsError as fault:
        raise BackupError("NEW_DATABASE_URL 里的账号不能在那个库里建表，请写库的所有者的账号。") from fault
