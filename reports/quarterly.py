"""The statistics of a period: organisational life and the roster, for one organisation or a whole scope.

Page, command, workbook and dashboard take this object; nothing else counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from activities.models import Campaign
from activities.statistics import KindFigures, LifeFigures, organizational_life
from branches.models import Branch
from branches.scope import Range
from lib.periods import Period
from members.statistics import RosterFigures, roster_figures

from .asked import Asked


@dataclass(frozen=True)
class Quarterly:
    """Figures of a period as seen on ``today``; ``branch`` is None for everything within the scope."""

    period: Period
    today: date
    branch: Branch | None
    campaign: Campaign | None
    category: str
    life: LifeFigures
    roster: RosterFigures

    @property
    def is_running(self) -> bool:
        return self.period.contains(self.today)

    def body(self) -> dict[str, Any]:
        """What ``quarterly_statistics --json`` prints."""
        return {
            "period": self.period.code,
            "branch": self.branch.code if self.branch else None,
            "members": self.roster.members,
            "total": {"kinds": _body_of(self.life.total)},
            "rows": [
                {"branch": row.code, "name": row.name, "kinds": _body_of(row.kinds)} for row in self.life.rows
            ],
        }


def _body_of(kinds: Mapping[str, KindFigures]) -> dict[str, dict[str, int | None]]:
    return {kind: figures._asdict() for kind, figures in kinds.items()}


def compose(
    ranges: Sequence[Range],
    period: Period,
    today: date,
    *,
    branch: Branch | None = None,
    campaign: Campaign | None = None,
    category: str = "",
) -> Quarterly:
    """Figures of the organisations within ``ranges``. Members are those of the last day, or today's while it runs.

    Ten queries, three under a campaign, however many the branches.
    """
    life = organizational_life(ranges, period, today, campaign)
    roster = roster_figures(ranges, min(period.end, today))
    if category:
        life = life.of_category(category)
        roster = roster.of_category(category)
    return Quarterly(period, today, branch, campaign, category, life, roster)


def compose_for(asked: Asked) -> Quarterly:
    return compose(
        asked.ranges,
        asked.period,
        asked.today,
        branch=asked.org,
        campaign=asked.campaign,
        category=asked.category,
    )


def life_of(asked: Asked) -> LifeFigures:
    """Organisational life alone. Nine queries, two under a campaign."""
    life = organizational_life(asked.ranges, asked.period, asked.today, asked.campaign)
    return life.of_category(asked.category) if asked.category else life
