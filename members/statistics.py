"""Figures of the roster as of a day, by where each branch stood then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q

from branches.scope import Range, within
from lib.dated import holds_on

from .models import ON_ROSTER, MembershipSpell, StatusPeriod


class Headcount(NamedTuple):
    """So many of one status in one branch, which stood at ``path``; of ``assumed`` the day they came is a guess."""

    branch_id: int
    path: str
    category: str
    status: str
    people: int
    assumed: int


@dataclass(frozen=True)
class RosterFigures:
    """The members of the branches on ``day``; 参加 counts nowhere but at the 隶属."""

    day: date
    headcounts: tuple[Headcount, ...]

    @property
    def members(self) -> int:
        return sum(row.people for row in self.headcounts)

    @property
    def probationary(self) -> int:
        return sum(row.people for row in self.headcounts if row.status == StatusPeriod.Status.PROBATIONARY)

    @property
    def assumed(self) -> int:
        return sum(row.assumed for row in self.headcounts)

    def of_category(self, category: str) -> "RosterFigures":
        """Cut to the branches of one category."""
        return RosterFigures(self.day, tuple(row for row in self.headcounts if row.category == category))


def roster_figures(ranges: Sequence[Range], day: date) -> RosterFigures:
    """Full and probationary members of the branches that stood within ``ranges`` on ``day``. One query."""
    rows = (
        MembershipSpell.objects.filter(
            holds_on(day),
            holds_on(day, "member__statuses__"),
            holds_on(day, "branch__placements__"),
            within("branch__placements__path", ranges),
            kind=MembershipSpell.Kind.BELONGING,
            member__statuses__status__in=ON_ROSTER,
        )
        .order_by()
        .values_list("branch_id", "branch__placements__path", "branch__category", "member__statuses__status")
        .annotate(people=Count("pk"), assumed=Count("pk", filter=Q(is_assumed=True)))
    )
    return RosterFigures(day, tuple(Headcount(*row) for row in rows))
