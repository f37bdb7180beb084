"""The roster of any date: who belonged where, and what each person was, on that day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from branches.models import Branch, PartyGroup
from branches.scope import Range, within
from lib.dated import holds_on

from .models import ON_ROSTER, Member, MembershipSpell, Post, StatusPeriod


@dataclass(frozen=True)
class RosterRow:
    """One person on the roster of a day; ``branch`` is the code."""

    number: str
    name: str
    branch: str
    status: str
    joined: date | None
    full: date | None


def members_on(
    day: date, ranges: tuple[Range, ...], statuses: tuple[str, ...] = ON_ROSTER
) -> QuerySet[Member]:
    """Members whose 隶属 lay in ``ranges`` on ``day`` and who had one of ``statuses`` then."""
    belonging = MembershipSpell.objects.filter(
        holds_on(day), within("branch_path", ranges), kind=MembershipSpell.Kind.BELONGING
    )
    standing = StatusPeriod.objects.filter(holds_on(day), status__in=statuses)
    return Member.objects.filter(pk__in=belonging.values("member"), id__in=standing.values("member"))


def members_during(first: date, last: date, statuses: tuple[str, ...] = ON_ROSTER) -> QuerySet[Member]:
    """Members who belonged somewhere and had one of ``statuses`` within ``first``..``last``."""
    belonging = MembershipSpell.objects.during(first, last).filter(kind=MembershipSpell.Kind.BELONGING)
    standing = StatusPeriod.objects.during(first, last).filter(status__in=statuses)
    return Member.objects.filter(pk__in=belonging.values("member"), id__in=standing.values("member"))


def roster(day: date, ranges: tuple[Range, ...]) -> list[RosterRow]:
    """Everybody on the roster of ``day`` within ``ranges``, in official order, then by name. One query."""
    rows = (
        MembershipSpell.objects.filter(
            holds_on(day),
            holds_on(day, "member__statuses__"),
            within("branch_path", ranges),
            kind=MembershipSpell.Kind.BELONGING,
            member__statuses__status__in=ON_ROSTER,
        )
        .order_by("branch__order_key", "member__name_order", "member__number")
        .values_list(
            "member__number",
            "member__name",
            "branch__code",
            "member__statuses__status",
            "member__joined_on",
            "member__full_on",
        )
    )
    return [RosterRow(*row) for row in rows]


def branch_members_on(branch: Branch, day: date) -> QuerySet[Member]:
    """Probationary and full members of ``branch`` on ``day``, the guests (参加) of a functional branch included."""
    return _with_status(
        Member.objects.filter(holds_on(day, "spells__"), spells__branch=branch), day, ON_ROSTER
    )


def full_members_on(branch: Branch, day: date) -> QuerySet[Member]:
    """Full members whose 隶属 was ``branch`` on ``day``: those with a vote."""
    belonging = Member.objects.filter(
        holds_on(day, "spells__"), spells__branch=branch, spells__kind=MembershipSpell.Kind.BELONGING
    )
    return _with_status(belonging, day, (StatusPeriod.Status.FULL,))


def committee_on(branch: Branch, day: date) -> QuerySet[Member]:
    """Secretary, deputy and committee members of ``branch`` on ``day``."""
    held = Post.objects.on(day).filter(branch=branch, title__in=COMMITTEE_TITLES)
    return _with_status(Member.objects.filter(pk__in=held.values("member")), day, ON_ROSTER)


def group_on(group: PartyGroup, day: date) -> QuerySet[Member]:
    """Members of the party group on ``day``."""
    return _with_status(Member.objects.filter(holds_on(day, "groups__"), groups__group=group), day, ON_ROSTER)


COMMITTEE_TITLES = (Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.COMMITTEE)


def _with_status(members: QuerySet[Member], day: date, statuses: tuple[str, ...]) -> QuerySet[Member]:
    """``members`` who had one of ``statuses`` on ``day``, each with ``status_then``."""
    return (
        members.filter(Q(statuses__status__in=statuses) & holds_on(day, "statuses__"))
        .annotate(status_then=F("statuses__status"))
        .distinct()
        .order_by("name_order", "number")
    )
