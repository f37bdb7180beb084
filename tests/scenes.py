"""The stage of a test is built by the verbs once, and then laid down again row by row, which is faster."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from jobs.backups.restoring import MADE_BY_MIGRATING

T = TypeVar("T")
Tables = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Scene:
    """What ``made`` is about, and what building it did to the tables; not to be laid down before its time."""

    built_at: datetime
    made: Any
    before: Tables
    after: Tables

    def fits(self, now: Tables) -> bool:
        """Whether all is as it was before; where nothing was, what stands in other tables does not matter."""
        same = self.before == now if self.before else not self.after.keys() & now.keys()
        return same and self.built_at <= timezone.now()

    def lay_down(self) -> Any:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.after.items():
                stood = self.before.get(table, [])
                added = [row for row in rows if row not in stood]
                if len(rows) < len(stood) + len(added):  # some were changed, or went
                    cursor.execute(f"DELETE FROM {_quoted(table)}")
                    added = rows
                if added:
                    places = ", ".join(["%s"] * len(added[0]))
                    cursor.executemany(f"INSERT INTO {_quoted(table)} VALUES ({places})", added)
        return deepcopy(self.made)


#: By name, the day of the clock and the keys of the encryption.
_kept: dict[tuple[Hashable, date, str], list[Scene]] = defaultdict(list)


def once(name: Hashable, build: Callable[[], T]) -> T:
    """What ``build`` returns, with what it does to the rows of the database.

    Built anew where it would begin with other rows, and for another day. What it does besides (a file) is not done
    again.
    """
    scenes, before = _kept[name, timezone.localdate(), str(settings.KEYS_DIR)], filled_tables()
    for scene in scenes:
        if scene.fits(before):
            return scene.lay_down()
    made = build()
    after = filled_tables()
    changed = {table for table in before.keys() | after.keys() if before.get(table) != after.get(table)}
    scenes.append(
        Scene(timezone.now(), deepcopy(made), before, {table: after.get(table, []) for table in changed})
    )
    return made


def filled_tables() -> Tables:
    return {name: _selected(f"SELECT * FROM {_quoted(name)}") for name in sorted(filled())}


def filled() -> set[str]:
    """The tables that have a row, but those that migrating fills."""
    return {name for (name,) in _selected(_which_are_filled())}


@cache
def _which_are_filled() -> str:
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    asked = "SELECT '{}' WHERE EXISTS (SELECT 1 FROM {})"
    return " UNION ALL ".join(asked.format(one, _quoted(one)) for one in sorted(tables - MADE_BY_MIGRATING))


def _selected(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
