"""The database that all migrations make, kept from one run to the next: on SQLite a copy of a file takes no time.

Made anew when a migration, a model or a requirement is another one.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".pytest_cache"
SOURCES = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "requirements*.txt")


def kept() -> Path:
    digest = hashlib.sha256()
    for file in _sources():
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return KEPT / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        yield from sorted(ROOT.glob(pattern))


def use() -> bool:
    """Put the kept file where the tests' database is to be; False when there is none, or no SQLite."""
    if connection.vendor != "sqlite" or not (file := kept()).exists():
        return False
    shutil.copyfile(file, connection.creation._get_test_db_name())
    return True


def keep() -> None:
    """Keep the database as it is now, empty and migrated, in the place of older ones."""
    if connection.vendor != "sqlite" or (file := kept()).exists():
        return
    KEPT.mkdir(exist_ok=True)
    fresh = file.with_suffix(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(fresh)])
    for old in KEPT.glob("migrated-*.sqlite3"):
        old.unlink(missing_ok=True)
    fresh.replace(file)
