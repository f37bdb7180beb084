"""How Django talks to the database that DATABASE_URL names, or to the trial's own."""

from pathlib import Path
from typing import Any

import environ

# BEGIN IMMEDIATE takes the write lock at once: a transaction that upgrades from reading to writing would fail
# with "database is locked" without waiting. synchronous=FULL keeps a committed save through a power cut.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    "timeout": 20,
}

#: A server that does not answer is given up, not waited for: 15 s to connect, and half a minute for a line on which
#: nothing comes back any more. How long a statement may take is the server's own limit.
LINE_OPTIONS = {
    "connect_timeout": 15,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

#: What is asked often lies in memory, and on disks that do not turn a page anywhere costs what the next one does.
#: PostgreSQL counts four times as much unless it is told, and would read everybody to find a few hundred people.
PAGE_COST = 1.1


def database_of(url: str, folder: Path, *, statement_timeout: int) -> dict[str, Any]:
    """The database at ``url``; without one, SQLite in ``folder``. What the address says of options wins."""
    own = {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "branchbook.sqlite3"}
    database: dict[str, Any] = dict(environ.Env.db_url_config(url)) if url else own
    is_sqlite = database["ENGINE"].endswith("sqlite3")
    told = f"-c statement_timeout={statement_timeout} -c random_page_cost={PAGE_COST}"
    options = SQLITE_OPTIONS if is_sqlite else {"options": told, **LINE_OPTIONS}
    return {
        **database,
        "OPTIONS": {**options, **database.get("OPTIONS", {})},
        "CONN_HEALTH_CHECKS": True,
    }


def role_of(url: str) -> tuple[str, str]:
    """The role that the address names, and its password; empty where it names none."""
    found = environ.Env.db_url_config(url) if url else {}
    return str(found.get("USER") or ""), str(found.get("PASSWORD") or "")
