"""Rows that hold from one day to another: the way everything here is "as of a date"."""

from collections.abc import Sequence
from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

M = TypeVar("M", bound=models.Model)


def holds_on(day: date | F, prefix: str = "") -> Q:
    """Rows whose span contains ``day`` (or the day in that column); ``prefix`` is a relation such as ``"spells__"``."""
    return Q(**{f"{prefix}since__lte": day}) & (
        Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gte": day})
    )


def holds_on_sql(tables: Sequence[str], day: date) -> tuple[str, list[str]]:
    """The same of each of ``tables`` in SQL with its parameters, for `lib.rows.fetch`."""
    one = "{0}.since <= %s AND ({0}.until IS NULL OR {0}.until >= %s)"
    return " AND ".join(one.format(table) for table in tables), [day.isoformat()] * 2 * len(tables)


def overlaps(start: date, end: date, prefix: str = "") -> Q:
    """Rows whose span shares at least one day with ``start``..``end`` (both inclusive)."""
    return Q(**{f"{prefix}since__lte": end}) & (
        Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gte": start})
    )


class DatedQuerySet(models.QuerySet[M]):
    def on(self, day: date) -> Self:
        return self.filter(holds_on(day))

    def during(self, start: date, end: date) -> Self:
        return self.filter(overlaps(start, end))

    def open(self) -> Self:
        return self.filter(until__isnull=True)


class Dated(models.Model):
    """``since`` and ``until`` are both inclusive; an empty ``until`` means it still holds."""

    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="%(app_label)s_%(class)s_dates_in_order",
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or self.until >= day)
