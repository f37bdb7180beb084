"""Figures of the organisation tree as of a day: which organisations there were, and whose term ran."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lib.dated import holds_on

from .models import Branch, Placement, Term
from .scope import Range, within


def organisations_on(ranges: Sequence[Range], day: date) -> Any:
    """Organisations that existed on ``day`` and stood within ``ranges``, with ``stood_at`` and ``unit_category``."""
    return (
        Branch.objects.existing_on(day)
        .filter(holds_on(day, "placements__"), within("placements__path", ranges))
        .annotate(stood_at=F("placements__path"), unit_category=F("category"))
    )


def dissolved_between(ranges: Sequence[Range], start: date, end: date) -> Any:
    """Organisations that were dissolved from ``start`` to ``end``, by where they stood last, with ``stood_at`` and
    ``unit_category``."""
    last = Placement.objects.filter(branch=OuterRef("pk")).order_by("-since").values("path")[:1]
    ended = Branch.objects.filter(dissolved_on__gte=start, dissolved_on__lte=end)
    ended = ended.annotate(stood_at=Subquery(last), unit_category=F("category"))
    return ended.filter(within("stood_at", ranges))


def terms_on(ranges: Sequence[Range], day: date) -> Any:
    """Terms of office that ran on ``day``, full ones that nobody was elected after included, with ``stood_at``,
    ``unit_category`` and ``last_day`` (the one it was postponed to, else the one on which it is full)."""
    existing = Q(branch__dissolved_on=None) | Q(branch__dissolved_on__gt=day)
    return Term.objects.filter(
        existing,
        Q(ended_on=None) | Q(ended_on__gt=day),
        holds_on(day, "branch__placements__"),
        within("branch__placements__path", ranges),
        elected_on__lte=day,
    ).annotate(
        stood_at=F("branch__placements__path"),
        unit_category=F("branch__category"),
        last_day=Coalesce("postponed_to", "due_on"),
    )
