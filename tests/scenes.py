"""The stage of a test is built by the verbs once, and then laid down again row by row, which is faster."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, cached_property
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from jobs.backups.restoring import MADE_BY_MIGRATING

T = TypeVar("T")
Rows = list[tuple[Any, ...]]
Tables = dict[str, Rows]


@dataclass(frozen=True)
class Scene:
    """What ``made`` is about, and what building it did to the tables; not to be laid down before its time.

    ``before`` are the rows that stood in all tables, ``after`` those that stand in the ones it changed.
    """

    built_at: datetime
    made: Any
    before: Tables
    after: Tables

    @property
    def fits(self) -> bool:
        """Whether all is as it was; where it only filled empty tables, whether those are empty and what their rows
        refer to stands: PostgreSQL gives what is built anew other keys."""
        if self.built_at > timezone.now():
            return False
        if self.after.keys() & self.before.keys():
            return self.before == filled_tables()
        return not self.after.keys() & filled() and all(
            _rows_of(table) == self.before[table] for table in self._referred_to
        )

    def lay_down(self) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, is_emptied, rows in self._changes:
                if is_emptied:
                    cursor.execute(f"DELETE FROM {_quoted(table)}")
                if rows:
                    places = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {_quoted(table)} VALUES ({places})", rows)
        return deepcopy(self.made)

    @cached_property
    def _referred_to(self) -> set[str]:
        """The tables that it found filled and its rows may refer to."""
        fields = [
            field
            for model in apps.get_models(include_auto_created=True)
            if model._meta.db_table in self.after
            for field in model._meta.concrete_fields
        ]
        return {
            each.related_model._meta.db_table for each in fields if each.related_model
        } & self.before.keys()

    @cached_property
    def _changes(self) -> list[tuple[str, bool, Rows]]:
        """Table by table: whether rows that stood there are others or gone, and what is to be written."""
        found = []
        for table, rows in self.after.items():
            stood = self.before.get(table, [])
            is_emptied = any(row not in rows for row in stood)
            new = rows if is_emptied else [row for row in rows if row not in stood]
            found.append((table, is_emptied, [tuple(map(_bound, row)) for row in new]))
        return found


#: By name, the day of the clock and the keys of the encryption: the last few, as tests begin with different rows.
_kept: dict[tuple[Hashable, date, str], deque[Scene]] = defaultdict(lambda: deque(maxlen=3))


def once(name: Hashable, build: Callable[[], T]) -> T:
    """What ``build`` returns, with what it does to the rows of the database.

    Built anew where it would begin with other rows, and for another day. What it does besides (a file) is not done
    again.
    """
    scenes = _kept[name, timezone.localdate(), str(settings.KEYS_DIR)]
    for scene in scenes:
        if scene.fits:
            return scene.lay_down()
    before = filled_tables()
    made = build()
    now = filled_tables()
    after = {table: now.get(table, []) for table in before | now if before.get(table) != now.get(table)}
    scenes.append(Scene(timezone.now(), deepcopy(made), before, after))
    return made


def filled_tables() -> Tables:
    return {name: _rows_of(name) for name in sorted(filled())}


def _rows_of(table: str) -> Rows:
    return _selected(f"SELECT * FROM {_quoted(table)}")


def filled() -> set[str]:
    """The tables that have a row, but those that migrating fills."""
    return {name for (name,) in _selected(_which_are_filled())}


@cache
def _which_are_filled() -> str:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    asked = "SELECT '{}' WHERE EXISTS (SELECT 1 FROM {})"
    return " UNION ALL ".join(asked.format(one, _quoted(one)) for one in sorted(tables - MADE_BY_MIGRATING))


def _selected(sql: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _bound(value: Any) -> Any:
    """SQLite reads times of day, and takes none."""
    return value.isoformat() if isinstance(value, time) else value


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
