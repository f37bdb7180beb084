"""The suite as the application's own role of PostgreSQL: `python tests/services.py --as-app FILES`.

What makes, empties and removes the tests' database is the owner's work, as migrating is; everything else is done with
the rights that a deployment's web server has. Tests marked `as_owner` do what that role may not, on purpose.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.signals import connection_created
from psycopg import sql

from jobs import database_rights

ROLE = "branchbook_app"
IS_ASKED = "BRANCHBOOK_TEST_AS_APP" in os.environ


def make() -> None:
    """In the database that was just migrated; the role belongs to the server, which all the run's workers share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(55)")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(ROLE)))
        cursor.execute("SELECT pg_advisory_unlock(55)")


def serve() -> None:
    """From now on every connection works as the application's role."""
    make()
    database_rights._give(ROLE)
    connection_created.connect(_become, weak=False)
    _become(connection=connection)
    flush = connection.ops.execute_sql_flush

    def as_owner_flush(sql_list: list[str]) -> object:
        with owner():
            return flush(sql_list)

    connection.ops.execute_sql_flush = as_owner_flush


def _become(*, connection: object, **_: object) -> None:
    _say(connection, f"SET ROLE {ROLE}")


def _say(who: object, statement: str) -> None:
    with who.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def owner() -> Iterator[None]:
    """What only the owner does, and then the application's role again where that was asked for."""
    _say(connection, "RESET ROLE")
    try:
        yield
    finally:
        if IS_ASKED:
            _say(connection, f"SET ROLE {ROLE}")


@contextmanager
def application() -> Iterator[None]:
    """What is done in it is done with the application's rights, whoever runs the suite."""
    _say(connection, f"SET ROLE {ROLE}")
    try:
        yield
    finally:
        if not IS_ASKED:
            _say(connection, "RESET ROLE")
