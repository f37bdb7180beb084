"""Who takes part in a review: whoever belongs to the branch on its day, where he stands on that very day."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from assessments.models import Review, ReviewEntry
from branches.models import Branch
from lib.dated import holds_on
from members.models import ON_ROSTER, Exemption, MembershipSpell

#: Why somebody of whom nothing is asked (教育管理条例 23) has no grade, until the branch decides to grade him.
EXEMPT: Final = "参加活动免于要求"


@dataclass(frozen=True)
class Person:
    """Somebody on the roster of the day; ``standing`` is what he was on it."""

    member: UUID
    standing: str
    is_exempt: bool


def spells(branches: Collection[Branch], on: date) -> QuerySet[MembershipSpell]:
    """The belongings (隶属) to them on the day, of whoever was full or probationary then."""
    return MembershipSpell.objects.filter(
        holds_on(on),
        holds_on(on, "member__statuses__"),
        branch__in=branches,
        kind=MembershipSpell.Kind.BELONGING,
        member__statuses__status__in=ON_ROSTER,
    )


def of(branches: Collection[Branch], on: date) -> Mapping[int, list[Person]]:
    """Branch → who takes part. Two queries, however many branches."""
    rows = spells(branches, on)
    exempt = Exemption.objects.on(on).filter(member__in=rows.values("member"))
    freed = set(exempt.values_list("member", flat=True))
    people: defaultdict[int, list[Person]] = defaultdict(list)
    for branch, member, status in rows.values_list("branch", "member", "member__statuses__status"):
        people[branch].append(Person(member, status, member in freed))
    return people


def reviewed(year: int, branches: Collection[Branch], on: date, but: Review | None = None) -> set[UUID]:
    """Who of them takes part in another review of the year. One query."""
    rows = ReviewEntry.objects.filter(review__year=year, member__in=spells(branches, on).values("member"))
    if but:
        rows = rows.exclude(review=but)
    return set(rows.values_list("member", flat=True))


def enlist(review: Review, people: Sequence[Person], *, leaving_out: Collection[UUID]) -> None:
    ReviewEntry.objects.bulk_create(
        ReviewEntry(
            review=review,
            member_id=one.member,
            standing=one.standing,
            ungraded_why=EXEMPT if one.is_exempt else "",
        )
        for one in people
        if one.member not in leaving_out
    )


def renew(review: Review, people: Sequence[Person], *, leaving_out: Collection[UUID]) -> None:
    """Whoever came is added, whoever is gone goes; of those who stay, what they are on the day is read anew."""
    wanted = {one.member: one for one in people if one.member not in leaving_out}
    listed = {entry.member_id: entry for entry in review.entries.all()}
    review.entries.exclude(member__in=wanted).delete()
    for pk, entry in listed.items():
        if pk in wanted and entry.standing != wanted[pk].standing:
            entry.standing = wanted[pk].standing
            entry.save(update_fields=["standing"])
    enlist(review, [one for pk, one in wanted.items() if pk not in listed], leaving_out=())
