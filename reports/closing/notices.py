"""What a page of figures says of a period that is locked: when, by whom, and how much was corrected since."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from reports import links
from reports.asked import SECOND_LEVEL, Asked
from reports.figures.base import Statistic
from reports.figures.catalogue import STATISTICS, is_kept
from reports.models import ClosedPeriod

from . import corrections

#: What the dashboard and the statistics of a quarter show.
LIFE = STATISTICS["life"]


@dataclass(frozen=True)
class Notice:
    """``url`` opens the adjustments, ``table_url`` the locked figures."""

    closing: ClosedPeriod
    corrections: int
    url: str
    table_url: str

    @property
    def sentence(self) -> str:
        closing = self.closing
        when = f"{closing.span.label}已于 {timezone.localdate(closing.closed_at)} 锁定（{closing.closed_by_name}）"
        if not self.corrections:
            return f"{when}；之后没有更正。"
        return f"{when}；之后有 {self.corrections:,} 处更正，这里是更正后的数。"

    def body(self) -> dict[str, Any]:
        """What the commands print with ``--json``."""
        closing = self.closing
        return {
            "on": timezone.localdate(closing.closed_at).isoformat(),
            "version": closing.version,
            "corrections": self.corrections,
        }


def lines(asked: Asked, statistic: Statistic = LIFE) -> list[str]:
    """The line above a table that leaves; none where the period is not locked. The queries of :func:`of`."""
    notice = of(asked, statistic)
    return [notice.sentence] if notice else []


def body(asked: Asked, statistic: Statistic = LIFE) -> dict[str, Any] | None:
    notice = of(asked, statistic)
    return notice.body() if notice else None


def of(asked: Asked, statistic: Statistic = LIFE) -> Notice | None:
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
