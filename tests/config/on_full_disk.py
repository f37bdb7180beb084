"""In a mount namespace of its own: fill a small disk with `files` or under `postgresql`, and say what became of it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import OperationalError

from lib import files
from lib.outages import outage_of
from tests.services import HOST, find_unprivileged_user

PIECE = 100_000


@contextmanager
def mounted(megabytes: int) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="branchbook-small-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "none", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def fill_files(folder: Path) -> None:
    """Prints how many were told, how many are whole, drafts left, the outage, and whether there is room again."""
    told: list[Path] = []
    said = None
    while said is None:
        try:
            path = folder / f"{len(told)}.part"
            files.write(path, b"x" * PIECE)
            told.append(path)
        except OSError as fault:
            said = outage_of(fault)
    whole = sum(path.stat().st_size == PIECE for path in told)
    drafts = len(list(folder.iterdir())) - len(told)
    told.pop().unlink()
    files.write(folder / "again", b"x" * PIECE)
    print(len(told) + 1, whole, drafts, said.value, (folder / "again").is_file())


def fill_postgresql(folder: Path) -> None:
    """Prints how many rows were told, how many are kept, the outage, and how many could be written afterwards."""
    from tests.config.test_database_kills import Killable

    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * 20_000_000)
    server = Killable(folder, find_unprivileged_user())
    told, said = 0, None
    with server.connect() as one:
        one.execute("CREATE TABLE saved (id bigserial PRIMARY KEY, text text)")
        one.execute("ALTER TABLE saved ALTER COLUMN text SET STORAGE EXTERNAL")
    while said is None:
        try:
            with server.connect() as one:
                while True:
                    one.execute("INSERT INTO saved (text) VALUES (repeat('x', %s))", [PIECE])
                    told += 1
        except psycopg.OperationalError as fault:
            outer = OperationalError(str(fault))
            outer.__cause__ = fault
            said = outage_of(outer)
    ballast.unlink()
    if server.process.poll() is not None or not server.is_ready():  # without room for its log it ends itself
        server.kill()
        server.start()
    with psycopg.connect(f"postgres://branchbook:{server.password}@{HOST}:{server.port}/postgres") as one:
        [kept] = one.execute("SELECT count(*) FROM saved WHERE length(text) = %s", [PIECE]).fetchone()
        one.execute("INSERT INTO saved (text) VALUES ('there is room again')")
        [after] = one.execute("SELECT count(*) FROM saved WHERE length(text) < %s", [PIECE]).fetchone()
    print(told, kept, said.value, after)
    server.kill()


if __name__ == "__main__":
    fill, megabytes = {"files": (fill_files, 1), "postgresql": (fill_postgresql, 120)}[sys.argv[1]]
    with mounted(megabytes) as small:
        fill(small)
