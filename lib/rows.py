"""Asking the database in its own words, where putting a query together costs as much as what it finds."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

#: So many rows are forgotten before the next ones are made, instead of all of them filling the memory at once.
_AT_ONCE: Final = 5000


def fetch(sql: str, parameters: Sequence[str | int]) -> Iterable[tuple[Any, ...]]:
    """The rows, to be read once, each value as the driver gives it: of numbers and texts the same on every database.

    For figures of very many rows. A list, a page or a search is a queryset.
    """
    return chain.from_iterable(_in_parts(sql, parameters))


def _in_parts(sql: str, parameters: Sequence[str | int]) -> Iterator[list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield rows


def plain_rows(rows: QuerySet[Any, Any]) -> Iterable[tuple[Any, ...]]:
    """Rows of ``values_list``, of numbers and texts: not handed to Django value by value."""
    try:
        return fetch(*rows.query.sql_with_params())
    except EmptyResultSet:  # Django sees that there is none
        return []
