"""The roster as a list of any date, filtered: what the page shows and the export writes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import User
from branches.models import Branch
from branches.roles import SCRIBES, STAFF, Right
from branches.scope import covering_ranges, has_right, roles_of, within
from lib.dated import holds_on
from lib.masking import mask_birth, mask_id, mask_name, mask_phone

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
    spells = MembershipSpell.objects.filter(holds_on(wanted.day), kind=MembershipSpell.Kind.BELONGING)
    standings = StatusPeriod.objects.filter(
        holds_on(wanted.day), status__in=[wanted.status] if wanted.status else ON_ROSTER
    )
    if wanted.branch:
        spells = spells.filter(within("branch_path", covering_ranges([wanted.branch.path])))
    members = (
        Member.objects.visible_to(user)
        .filter(*(Exists(rows.filter(member=OuterRef("pk"))) for rows in (spells, standings)))
        .annotate(
            branch_then=_then(spells, "branch__short_name"),
            order_then=_then(spells, "branch__order_key"),
            status_then=_then(standings, "status"),
        )
        .order_by(F("order_then"), "name_order", "number")
    )
    return searching.find(members, wanted.q) if has_right(user, Right.SEE_NAMES) else members


def probationary_among(members: Any) -> int:
    """How many of :func:`listed` were probationary on the day."""
    return int(members.filter(status_then=StatusPeriod.Status.PROBATIONARY).count())


def _then(rows: QuerySet[Any], field: str) -> Subquery:
    return Subquery(rows.filter(member=OuterRef("pk")).values(field)[:1])


@dataclass(frozen=True)
class Line:
    """A person as a list shows him: identity masked, and hidden from whoever has no business with it."""

    member: Member
    name: str
    branch: str
    status: str
    status_label: str
    id_number: str
    phone: str
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
        name=member.name if named else mask_name(member.name),
        branch=member.branch_then,
        status=member.status_then,
        status_label=StatusPeriod.Status(member.status_then).label,
        id_number=mask_id(member.id_number) if contacts else "",
        phone=mask_phone(member.phone) if contacts else "",
        birth=mask_birth(member.birth_date),
        nation=nation_label(member.nation),
        education=EDUCATIONS.get(member.education, ""),
    )
