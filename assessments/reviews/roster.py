"""Who takes part in a review: whoever belongs to the branch on its day, where he stands on that very day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

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


def of(branches: Collection[Branch], on: date) -> Mapping[int, list[Person]]:
    """Branch → who belonged to it on the day (隶属), full or probationary. Two queries, however many branches."""
    rows = MembershipSpell.objects.filter(
        holds_on(on),
        holds_on(on, "member__statuses__"),
        branch__in=branches,
        kind=MembershipSpell.Kind.BELONGING,
        member__statuses__status__in=ON_ROSTER,
    ).values_list("branch", "member", "member__statuses__status")
    found = list(rows)
    exempt = set(
        Exemption.objects.on(on).filter(member__in=[row[1] for row in found]).values_list("member", flat=True)
    )
    people: defaultdict[int, list[Person]] = defaultdict(list)
    for branch, member, status in found:
        people[branch].append(Person(member, status, member in exempt))
    return people


def reviewed(year: int, people: Iterable[Person], but: Review | None = None) -> set[UUID]:
    """Who of them takes part in another branch's review of the year. One query."""
    rows = ReviewEntry.objects.filter(review__year=year, member__in=[one.member for one in people])
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
