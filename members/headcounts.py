"""How many people branches have, and would have after a merger, a dissolution or a division."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count

from branches.models import Branch

from .models import Member, MembershipSpell, StatusPeriod

Status = StatusPeriod.Status
Kind = MembershipSpell.Kind


@dataclass(frozen=True)
class Headcount:
    """People of one branch: members, those on the way or suspended, and guests (参加)."""

    full: int = 0
    probationary: int = 0
    others: int = 0
    guests: int = 0

    def __add__(self, more: "Headcount") -> "Headcount":
        return Headcount(
            self.full + more.full,
            self.probationary + more.probationary,
            self.others + more.others,
            self.guests + more.guests,
        )

    def __sub__(self, less: "Headcount") -> "Headcount":
        return self + Headcount(-less.full, -less.probationary, -less.others, -less.guests)


@dataclass(frozen=True)
class Line:
    """A branch before and after; no ``after`` means that it ends."""

    name: str
    before: Headcount
    after: Headcount | None


def headcounts(branches: Iterable[Branch]) -> dict[int, Headcount]:
    """Branch → its people today. One query."""
    keys = [branch.pk for branch in branches]
    found: dict[int, Counter[str]] = {pk: Counter() for pk in keys}
    spells = MembershipSpell.objects.open().filter(branch__in=keys).exclude(member__status=Status.LEFT)
    rows = spells.order_by().values_list("branch", "kind", "member__status").annotate(number=Count("pk"))
    for pk, kind, status, number in rows:
        found[pk]["guests" if kind == Kind.ATTENDING else _column(status)] += number
    return {pk: Headcount(**counted) for pk, counted in found.items()}


def of_people(members: Iterable[Member]) -> Headcount:
    return Headcount(**Counter(_column(member.status) for member in members))


def _column(status: str) -> str:
    return status if status in (Status.FULL, Status.PROBATIONARY) else "others"


def after_merge(sources: Sequence[Branch], target: Branch) -> list[Line]:
    """The branches that end, then the one that takes them over."""
    counted = headcounts([*sources, target])
    lines = [Line(source.short_name, counted[source.pk], None) for source in sources]
    total = counted[target.pk]
    for source in sources:
        more = counted[source.pk]
        total += more if target.form in Branch.WITHOUT_MEMBERS else replace(more, guests=0)
    return [*lines, Line(target.short_name, counted[target.pk], total)]


def after_moves(
    source: Branch, moves: Sequence[tuple[Branch, Sequence[Member]]], *, ends: bool
) -> list[Line]:
    """The branch that people leave, then those that take them."""
    counted = headcounts([source, *(to for to, _ in moves)])
    left = counted[source.pk]
    for _, members in moves:
        left -= of_people(members)
    lines = [Line(source.short_name, counted[source.pk], None if ends else left)]
    for to, members in moves:
        lines.append(Line(to.short_name, counted[to.pk], counted[to.pk] + of_people(members)))
    return lines
