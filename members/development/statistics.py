"""Figures of 发展党员: what happened to people in a period, by where they belonged on the day it happened."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Subquery

from branches.scope import Range
from members.models import DevelopmentStep, StatusPeriod
from members.statistics import belonging_then, unit_then


def steps_in(ranges: Sequence[Range], start: date, end: date, steps: Any = None) -> Any:
    """Steps (those that stand, or of ``steps``) taken from ``start`` to ``end`` by people who belonged that day to a
    branch within ``ranges``, with ``stood_at``, ``unit_category``, ``unit``, ``unit_name`` and ``unit_path`` (where it
    is now)."""
    member = "development__member__"
    taken = DevelopmentStep.objects.standing() if steps is None else steps
    taken = taken.filter(belonging_then(ranges, member, F("on")), on__gte=start, on__lte=end)
    return taken.annotate(**unit_then(member))


def became_full_in(ranges: Sequence[Range], start: date, end: date) -> Any:
    """Probationary members whose full membership began from ``start`` to ``end``, by where they belonged that day, with
    ``stood_at``, ``unit_category``, ``unit``, ``unit_name`` and ``unit_path``.

    Who is full again after a suspension, or comes back as a full member, was one before.
    """
    earlier = StatusPeriod.objects.filter(member=OuterRef("member"), since__lt=OuterRef("since"))
    last = earlier.exclude(status=StatusPeriod.Status.SUSPENDED).order_by("-since").values("status")[:1]
    return (
        StatusPeriod.objects.filter(status=StatusPeriod.Status.FULL)
        .filter(belonging_then(ranges, "member__", F("since")), since__gte=start, since__lte=end)
        .annotate(was=Subquery(last))
        .filter(was=StatusPeriod.Status.PROBATIONARY)
        .annotate(**unit_then("member__"))
    )
