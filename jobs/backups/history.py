"""What there is to say of backups: when the last one was made, and the rehearsals that were kept."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.http import Http404

from accounts.models import AuditEntry

from . import rehearsing
from .making import MADE

#: A nightly backup that is not there by then has failed.
OLD_AFTER: Final = timedelta(hours=26)
SHOWN: Final = 10
REPORT: Final = re.compile(r"rehearsal-\d{8}-\d{6}\.txt")


@dataclass(frozen=True)
class Backup:
    at: datetime
    facts: dict[str, Any]


def last_made() -> Backup | None:
    """One query, by the index of actions."""
    row = AuditEntry.objects.filter(action=MADE).order_by("-at").values_list("at", "after").first()
    return Backup(*row) if row else None


def rehearsals() -> list[Backup]:
    """The newest first. One query."""
    rows = AuditEntry.objects.filter(action=rehearsing.REHEARSED).order_by("-at").values_list("at", "after")
    return [Backup(*row) for row in rows[:SHOWN]]


def report(name: str) -> Path:
    """The kept report of that name; Http404 when there is none."""
    path = rehearsing.folder() / name
    if not REPORT.fullmatch(name) or not path.is_file():
        raise Http404
    return path
