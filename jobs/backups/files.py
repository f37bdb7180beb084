"""The files of DATA_DIR that belong to the data: all folders but those that are made anew or must stay apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

#: Keys never enter a backup; results, queue and logs are of the day; copies of the data do not hold each other.
APART: Final = frozenset({"keys", "broker", "results", "logs", "backups", "wal"})
#: Where a restore lays files down before they take their places.
STAGING: Final = ".restoring"


def belonging(folder: Path) -> Iterator[Path]:
    """Every file that belongs into a backup, in the order of their paths, relative to ``folder``.

    Files that lie in ``folder`` itself are the database, locks and the like; hidden ones are drafts.
    """
    for part in sorted(folder.iterdir()):
        if (
            part.is_dir()
            and not part.is_symlink()
            and part.name not in APART
            and not part.name.startswith(".")
        ):
            for path in sorted(part.rglob("*")):
                place = path.relative_to(folder)
                if (
                    path.is_file()
                    and not path.is_symlink()
                    and not any(p.startswith(".") for p in place.parts)
                ):
                    yield place
