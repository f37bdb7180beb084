"""The published grades of a round, for whom it was published: 结果通报.

Each scope holds those before it: the secretary himself, the leaders of the organisation, all who reported, everybody
who works in the organisation or below it or belongs there. Nobody is ranked: people stand in speaking order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import User
from branches.roles import BRANCH_ROLES, Right
from branches.scope import grants_of, line_down_to, may, ranges_of, within
from lib.masking import mask_name
from members.models import Member

from .after import PUBLISHED
from .models import Round, Subject

Audience = Round.Audience
#: Who is told in each scope beyond the secretary himself.
TO_LEADERS: Final = (Audience.LEADERS, Audience.ROUND, Audience.BELOW)
TO_REPORTERS: Final = (Audience.ROUND, Audience.BELOW)


def told_to(user: User) -> QuerySet[Round]:
    """The rounds whose grades ``user`` is told, the latest first."""
    leads = within("branch_path", ranges_of(user, Right.SEE_GRADES)) & Q(audience__in=TO_LEADERS)
    reported = Q(pk__in=Subject.objects.own(user).values("round"), audience__in=TO_REPORTERS)
    below = Q(branch_path__in=_places(user), audience=Audience.BELOW)
    rows = Round.objects.filter(leads | reported | below, state__in=PUBLISHED)
    return rows.select_related("branch").order_by("-year", "-published_at", "pk")


def _places(user: User) -> set[str]:
    """The organisations in or below which somebody works or belongs. One query."""
    found = [grant.branch_path for grant in grants_of(user) if grant.role in BRANCH_ROLES]
    found += Member.objects.filter(account=user).values_list("branch_path", flat=True)
    return {path for place in found for path in line_down_to(place)}


def is_told_to_leaders(round_: Round) -> bool:
    """Whether anybody but each himself is told."""
    return round_.state in PUBLISHED and round_.audience in TO_LEADERS


def is_told_to_reporters(round_: Round) -> bool:
    """Whether whoever reported is told the grades of the others, too."""
    return round_.state in PUBLISHED and round_.audience in TO_REPORTERS


@dataclass(frozen=True)
class Line:
    name: str
    branch: str
    grade: str


def lines(round_: Round, user: User) -> list[Line]:
    """Everybody with his grade, in speaking order; a leader who did not report sees names masked. One query."""
    subjects = list(round_.subjects.select_related("member", "branch").order_by("position", "pk"))
    is_named = _is_named(round_, subjects, user)
    return [
        Line(
            subject.member.name if is_named else mask_name(subject.member.name),
            subject.branch.short_name,
            subject.decided,
        )
        for subject in subjects
    ]


def _is_named(round_: Round, subjects: Iterable[Subject], user: User) -> bool:
    if round_.audience == Audience.BELOW or may(user, Right.SEE_NAMES, round_.branch_path):
        return True
    return any(subject.member.account_id == user.pk for subject in subjects)


def counted(round_: Round, found: Sequence[Line]) -> list[tuple[str, int]]:
    """How many have each grade, the best first; grades that nobody has are left out."""
    counts = [(title, sum(line.grade == title for line in found)) for title in round_.rules.titles]
    return [(title, number) for title, number in counts if number]
