"""The roster as a list of any date, filtered: what the page shows and the export writes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from branches.models import Branch
from branches.roles import SCRIBES, STAFF, Right
from branches.scope import covering_ranges, has_right, roles_of, within
from lib.dated import holds_on
from lib.masking import mask_birth, mask_day, mask_id, mask_name, mask_phone

from . import searching
from .codes import EDUCATIONS, nation_label
from .models import ON_ROSTER, Member, MembershipSpell, StatusPeriod


@dataclass(frozen=True)
class Filter:
    """What of the roster is asked for; ``on`` defaults to today."""

    q: str = ""
    branch: Branch | None = None
    status: str = ""
    on: date | None = None

    @property
    def day(self) -> date:
        return self.on or timezone.localdate()


def listed(user: User, wanted: Filter) -> QuerySet[Member]:
    """Members on the roster of the day whom ``user`` may see, with ``branch_then`` and ``status_then``."""
    on_roster = (
        holds_on(wanted.day, "spells__")
        & Q(spells__kind=MembershipSpell.Kind.BELONGING)
        & holds_on(wanted.day, "statuses__")
        & Q(statuses__status__in=[wanted.status] if wanted.status else ON_ROSTER)
    )
    if wanted.branch:
        on_roster &= within("spells__branch_path", covering_ranges([wanted.branch.path]))
    # Joined, since a person has one of each on a day: with a search for each, PostgreSQL collects everybody's first.
    members = (
        Member.objects.visible_to(user)
        .filter(on_roster)
        .annotate(
            branch_then=F("spells__branch__short_name"),
            order_then=F("spells__branch__order_key"),
            status_then=F("statuses__status"),
        )
        .order_by(F("order_then"), "name_order", "number")
    )
    if not has_right(user, Right.SEE_NAMES):
        return members
    return searching.find(members, wanted.q, by_whole_number=has_right(user, Right.UNMASK))


@dataclass(frozen=True)
class Totals:
    """How many people :func:`listed` are, and how many of them were probationary on the day."""

    people: int
    probationary: int


def totals(members: QuerySet[Member]) -> Totals:
    """One query."""
    is_probationary = Q(status_then=StatusPeriod.Status.PROBATIONARY)
    counts = members.order_by().aggregate(
        people=Count("pk"), probationary=Count("pk", filter=is_probationary)
    )
    return Totals(**counts)


@dataclass(frozen=True)
class Line:
    """A person as a list shows him: identity masked, and hidden from whoever has no business with it.

    ``named``: in clear. Beside a masked name no number stands, no birth, and of the days the year alone.
    """

    member: Member
    named: bool
    name: str
    branch: str
    status: str
    status_label: str
    id_number: str
    phone: str
    school_number: str
    joined: str
    full: str
    birth: str
    nation: str
    education: str


def sees_contacts(user: User) -> bool:
    """Masked ID number and phone are for those who keep the roster or the record book of a branch."""
    return bool(roles_of(user) & (STAFF | SCRIBES))


def line(member: Any, user: User) -> Line:
    """``member`` as :func:`listed` annotates it."""
    named, contacts = has_right(user, Right.SEE_NAMES), sees_contacts(user)
    return Line(
        member=member,
        named=named,
        name=member.name if named else mask_name(member.name),
        branch=member.branch_then,
        status=member.status_then,
        status_label=StatusPeriod.Status(member.status_then).label,
        id_number=mask_id(member.id_number) if contacts else "",
        phone=mask_phone(member.phone) if contacts else "",
        school_number=member.school_number if named else "",
        joined=_day(member.joined_on, named),
        full=_day(member.full_on, named),
        birth=mask_birth(member.birth_date) if named else "",
        nation=nation_label(member.nation) if named else "",
        education=EDUCATIONS.get(member.education, "") if named else "",
    )


def _day(day: date | None, named: bool) -> str:
    return day.isoformat() if day and named else mask_day(day)
