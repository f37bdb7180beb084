"""Another database in the place of the default one, for one process that restores, rehearses or moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.utils import load_backend


@contextmanager
def turned_to(database: dict[str, Any]) -> Iterator[None]:
    """``database`` as in DATABASES. It is the default connection that turns: data migrations ask no other."""
    before = connections[DEFAULT_DB_ALIAS]
    before.close()
    ready = connections.configure_settings({DEFAULT_DB_ALIAS: database})[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = load_backend(ready["ENGINE"]).DatabaseWrapper(ready, DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connection.close()
        connections[DEFAULT_DB_ALIAS] = before
