"""Asking the database in its own words, where putting a query together costs as much as what it finds."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def fetch(sql: str, parameters: Sequence[str | int]) -> list[tuple[Any, ...]]:
    """All rows at once, each value as the driver gives it: of numbers and texts the same on every database.

    For figures of very many rows. A list, a page or a search is a queryset.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def plain_rows(rows: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """Rows of ``values_list``, of numbers and texts: not handed to Django value by value."""
    try:
        return fetch(*rows.query.sql_with_params())
    except EmptyResultSet:  # Django sees that there is none
        return []
