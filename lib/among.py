"""Asking for the rows of very many keys."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Lookup


class Among(Lookup):
    """Whether a key is one of many. To PostgreSQL they are one parameter instead of one each: of ``__in``,
    Django looks at each key four times, the driver twice, and the database reads a text as long as they are. Numbers
    and UUIDs, which need no quotes in an array, are written as one here: the driver asks each of a list what it is."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, own = self._asked(compiler, connection)
        prepare = self.lhs.output_field.get_db_prep_value
        keys = [prepare(key, connection) for key in self.rhs]
        return f"{column} IN ({', '.join(['%s'] * len(keys))})", [*own, *keys]

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        column, own = self._asked(compiler, connection)
        if all(isinstance(key, int | UUID) for key in self.rhs):
            kind = self.lhs.output_field.db_type(connection)
            return f"{column} = ANY(%s::{kind}[])", [*own, f"{{{','.join(map(str, self.rhs))}}}"]
        return f"{column} = ANY(%s)", [*own, self.rhs]

    def _asked(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet
        return self.process_lhs(compiler, connection)


def among(field: str, keys: Iterable[Any]) -> Among:
    """A condition for ``filter``; no key means no row."""
    return Among(F(field), list(keys))
