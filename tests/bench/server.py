"""A PostgreSQL that remembers: the databases of the scales are made once, and the next run finds them.

Everything lies in the folder that BENCH_DIR names (``data/bench``): the server's files, its password, and the keys
under which the people in it are encrypted. Made for measuring, not for keeping: no fsync.
"""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.services import (
    HOST,
    SECONDS_TO_START,
    find_postgresql,
    find_spare_port,
    find_unprivileged_user,
    running,
)

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "256MB",
    # One backend does all the work of a statement, so that its own CPU seconds are those of the server.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}


def folder() -> Path:
    return Path(os.environ.get("BENCH_DIR", "data/bench")).resolve()


@contextmanager
def postgresql(home: Path, settings: Mapping[str, str] = SETTINGS) -> Iterator[str]:
    """Yield the address of the server in ``home``, without the name of a database; made when it is not there."""
    programs, owner = find_postgresql(), find_unprivileged_user()
    home.mkdir(parents=True, exist_ok=True)
    place, secret = home / "postgresql", home / "password"
    if not (place / "PG_VERSION").exists():
        secret.write_text(secrets.token_hex(16))
        secret.chmod(0o600)
        place.mkdir(exist_ok=True)
        if owner:
            shutil.chown(place, owner)
            shutil.chown(secret, owner)
        initdb = [
            *(programs / "initdb", "--pgdata", place, "--username", "branchbook", "--no-sync"),
            *("--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8", "--locale", "C.UTF-8"),
        ]
        subprocess.run(initdb, user=owner, cwd=place, check=True, stdout=subprocess.DEVNULL)
    port = find_spare_port()
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = [programs / "postgres", "-D", place, "-k", place, "-p", str(port), "-h", HOST, *options]
    with running(server, port, home, owner, stop_signal=signal.SIGINT):
        yield f"postgres://branchbook:{secret.read_text()}@{HOST}:{port}"


def ensure_database(address: str, name: str) -> str:
    """The address of the database, created empty when it was not there."""
    with connected(f"{address}/postgres") as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{address}/{name}"


def connected(address: str) -> psycopg.Connection:
    """The port answers before the server takes sessions."""
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return psycopg.connect(address, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
