"""What a page of figures says of a period that is locked: when, by whom, and how much was corrected since."""

from dataclasses import dataclass

from django.urls import reverse

from reports import links
from reports.asked import SECOND_LEVEL, Asked
from reports.figures.base import Statistic
from reports.figures.catalogue import is_kept
from reports.models import ClosedPeriod

from . import corrections


@dataclass(frozen=True)
class Notice:
    """``url`` opens the adjustments, ``table_url`` the locked figures."""

    closing: ClosedPeriod
    corrections: int
    url: str
    table_url: str


def of(asked: Asked, statistic: Statistic) -> Notice | None:
    """None for a period that is not locked, where it was not locked, or as of another day than its last.

    One query, three or four for a locked one.
    """
    if not is_kept(statistic, asked.period) or not asked.is_of_its_own_day:
        return None
    closing = ClosedPeriod.objects.standing().with_names().filter(period=asked.period.code).first()
    if closing is None:
        return None
    [number] = corrections.numbers_of([(asked.period, closing.closed_at)], asked.ranges)
    has_own = asked.org is not None and len(asked.org.path) <= SECOND_LEVEL
    filters = {"org": asked.org.pk if asked.org and has_own else None}
    page = reverse("closing_page", args=[closing.period])
    table = reverse("closed_table", args=[closing.period, statistic.name])
    return Notice(closing, number, links.with_filters(page, filters), links.with_filters(table, filters))
