"""The files of DATA_DIR that belong to the data: all folders but those that are made anew or must stay apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

#: Keys never enter a backup; results, queue and logs are of the day; copies of the data do not hold each other. What
#: was deleted on request stays apart, so that a backup from before does not bring it back.
APART: Final = frozenset({"keys", "broker", "results", "logs", "backups", "wal", "tombstones"})
#: Where a restore lays files down before they take their places.
STAGING: Final = ".restoring"


def belonging(folder: Path) -> Iterator[Path]:
    """Every file that belongs into a backup, in the order of their paths, relative to ``folder``.

    Files that lie in ``folder`` itself are the database, locks and the like; hidden ones are drafts.
    """
    backups = Path(settings.BACKUP_DIR).absolute() if settings.BACKUP_DIR else None
    for part in sorted(folder.iterdir()):
        if not part.is_dir() or part.is_symlink() or part.name in APART:
            continue
        for path in sorted(part.rglob("*")):
            place = path.relative_to(folder)
            if backups in path.parents or any(name.startswith(".") for name in place.parts):
                continue
            if path.is_file() and not path.is_symlink():
                yield place
