"""Two ways of looking for a text in a column that both databases answer from an index.

``holds`` finds it anywhere in a name. PostgreSQL keeps the one and two characters that follow each other in each name
(`name_grams`, made by the room that first has such a column) in a GIN index: a trigram index needs three
characters, and half of the names have two. SQLite reads all names, as many as a trial has.

``begins`` finds it at the beginning. Django's own ``startswith`` is answered from an index by PostgreSQL; SQLite's LIKE
takes capitals and small letters for the same, and no index.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.models.lookups import Contains, StartsWith

FUNCTION: Final = """
CREATE FUNCTION name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT substr(name, place, size))
    FROM generate_series(1, length(name)) AS place, generate_series(1, 2) AS size
$$
"""

LONGEST_GRAM: Final = 2
_SPECIAL = re.compile(r"[*?\[]")


def grams(text: str) -> list[str]:
    """What a name that holds ``text`` has among its own: the pairs of neighbours, or the one character."""
    return [text[place : place + 2] for place in range(len(text) - 1)] or [text]


class Holds(Contains):
    """``contains``, asked of the index first. For a column that has one."""

    lookup_name = "holds"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return Contains(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Not by LIKE, for which the planner tries two hundred names before it begins."""
        if not self.rhs:
            like, parameters = self.as_sql(compiler, connection)
            return like, list(parameters)
        column, own = self.process_lhs(compiler, connection)
        held = f"name_grams({column}) @> %s::text[]"
        if len(self.rhs) <= LONGEST_GRAM:
            return held, [*own, grams(self.rhs)]
        return f"({held} AND strpos({column}, %s) > 0)", [*own, grams(self.rhs), *own, self.rhs]


class Begins(StartsWith):
    """``startswith``, with capitals and small letters told apart on every database."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return StartsWith(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, own = self.process_lhs(compiler, connection)
        return f"{column} GLOB %s", [*own, _SPECIAL.sub(r"[\g<0>]", self.rhs) + "*"]


def grams_function() -> RunPython:
    """For a migration: what the indexes below are made of, once for all rooms."""
    return _on_postgresql(FUNCTION, "DROP FUNCTION name_grams(text)")


def grams_index(name: str, table: str, column: str) -> RunPython:
    """For a migration: the index that ``holds`` asks."""
    return _on_postgresql(
        f"CREATE INDEX {name} ON {table} USING gin (name_grams({column}))", f"DROP INDEX {name}"
    )


def _on_postgresql(forward: str, backward: str) -> RunPython:
    """SQLite has no such index, and few names."""

    def operation(sql: str) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
        def execute(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
            if editor.connection.vendor == "postgresql":
                editor.execute(sql)

        return execute

    return RunPython(operation(forward), operation(backward))
