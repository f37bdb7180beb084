"""The stage of a test is built by the verbs once, and then laid down again row by row, which is faster."""

from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

T = TypeVar("T")
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Scene:
    """What ``made`` is about, and what building it wrote, by table; not to be laid down before its time."""

    built_at: datetime
    made: Any
    written: dict[str, Rows]

    @property
    def fits(self) -> bool:
        """Whether nothing else stands in its tables."""
        return self.built_at <= timezone.now() and not any(map(_first, self.written))

    def lay_down(self) -> Any:
        with connection.cursor() as cursor:
            for table, rows in self.written.items():
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {_quoted(table)} VALUES ({places})", rows)
        return deepcopy(self.made)


#: By name, the day of the clock and the keys of the encryption.
_kept: dict[tuple[Hashable, date, str], Scene] = {}


def once(name: Hashable, build: Callable[[], T]) -> T:
    """What ``build`` returns, with the rows it adds to the database.

    Built anew where other rows are in its way, and for another day. What it does besides adding rows (a file, a
    change of what was there) is not done again: a scene that changes rows is not kept.
    """
    key = (name, timezone.localdate(), str(settings.KEYS_DIR))
    if key in _kept:
        return _kept[key].lay_down() if _kept[key].fits else build()
    before = _all_rows()
    made = build()
    written = {table: rows for table, rows in _all_rows().items() if rows != before[table]}
    if not any(before[table] for table in written):
        _kept[key] = Scene(timezone.now(), deepcopy(made), written)
    return made


def _all_rows() -> dict[str, Rows]:
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    return {table: _selected(f"SELECT * FROM {_quoted(table)}") for table in sorted(tables)}


def _first(table: str) -> Rows:
    return _selected(f"SELECT 1 FROM {_quoted(table)} LIMIT 1")


def _selected(sql: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
