"""What there is to say of backups: when the last one was made, and the rehearsals that were kept."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import Http404

from accounts.models import AuditEntry
from lib.commands import reason_of

from . import rehearsing
from .making import EVERY_BACKUP, MADE

#: A nightly backup that is not there by then has failed.
OLD_AFTER: Final = timedelta(hours=26)
SHOWN: Final = 10
REPORT: Final = re.compile(r"rehearsal-\d{8}-\d{6}\.txt")


@dataclass(frozen=True)
class Backup:
    at: datetime
    facts: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A backup in the folder; ``rehearsed_at`` is when one of its name was last restored on trial, None when never."""

    name: str
    at: datetime
    bytes: int
    rehearsed_at: datetime | None


@dataclass(frozen=True)
class Folder:
    """The newest backups in BACKUP_DIR, and how many there are; ``fault`` says why none can be listed."""

    found: tuple[Found, ...] = ()
    number: int = 0
    fault: str = ""


def last_made() -> Backup | None:
    """One query, by the index of actions."""
    row = AuditEntry.objects.filter(action=MADE).order_by("-at").values_list("at", "after").first()
    return Backup(*row) if row else None


def rehearsals() -> list[Backup]:
    """The newest first. One query."""
    rows = AuditEntry.objects.filter(action=rehearsing.REHEARSED).order_by("-at").values_list("at", "after")
    return [Backup(*row) for row in rows[:SHOWN]]


def folder() -> Folder:
    """One query; none where there is no folder to look into."""
    if not settings.BACKUP_DIR:
        return Folder(fault="没有设置备份文件夹（BACKUP_DIR），不会每天自动备份。")
    try:
        paths = sorted(Path(settings.BACKUP_DIR).iterdir(), reverse=True)
        paths = [path for path in paths if path.match(EVERY_BACKUP)]
        facts = [(path.name, path.stat()) for path in paths[:SHOWN]]
    except OSError as fault:
        return Folder(fault=f"看不了备份文件夹（BACKUP_DIR）：{reason_of(fault)}。")
    rows = AuditEntry.objects.filter(action=rehearsing.REHEARSED).order_by("at").values_list("after", "at")
    rehearsed = {after.get("file"): at for after, at in rows}
    found = tuple(
        Found(name, datetime.fromtimestamp(stat.st_mtime, UTC), stat.st_size, rehearsed.get(name))
        for name, stat in facts
    )
    return Folder(found, len(paths))


def report(name: str) -> Path:
    """The kept report of that name; Http404 when there is none."""
    path = rehearsing.folder() / name
    if not REPORT.fullmatch(name) or not path.is_file():
        raise Http404
    return path
