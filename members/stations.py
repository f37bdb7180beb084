"""Dormitory work stations (党员工作站): who serves where."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches import grants
from branches.models import Station, StationArea
from branches.roles import Right, Role
from branches.scope import has_right, headed_stations
from lib.masking import mask_name

from .models import Member, StationAssignment


class StationError(ValueError):
    """The person cannot serve there like that; the message is for the user."""


@dataclass(frozen=True)
class Person:
    """Somebody who serves, as the reader may see him; ``pk`` leads to his page."""

    name: str
    pk: UUID


@dataclass(frozen=True)
class Area:
    """One responsibility area with those who serve in it today."""

    name: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Staffing:
    """Who heads a station, who serves in which area, and who in none."""

    heads: tuple[Person, ...]
    areas: tuple[Area, ...]
    others: tuple[Person, ...]

    @property
    def total(self) -> int:
        return len(self.heads) + len(self.others) + sum(len(area.people) for area in self.areas)


def staffing(station: Station, user: User) -> Staffing:
    """The station as ``user`` may see it: a leader sees names masked. Two queries.

    Whoever sees a station sees everybody who serves there.
    """
    named = has_right(user, Right.SEE_NAMES) or station.pk in headed_stations(user)
    serving = list(
        StationAssignment.objects.open()
        .filter(station=station)
        .select_related("member")
        .order_by("member__name_order")
    )

    def shown(row: StationAssignment) -> Person:
        name = row.member.name if named else mask_name(row.member.name)
        return Person(name, row.member_id)

    def people(area_id: int | None) -> tuple[Person, ...]:
        return tuple(shown(row) for row in serving if row.area_id == area_id and not row.is_head)

    return Staffing(
        heads=tuple(shown(row) for row in serving if row.is_head),
        areas=tuple(Area(area.name, people(area.pk)) for area in station.areas.all()),
        others=people(None),
    )


def assign(
    member: Member,
    station: Station,
    *,
    since: date,
    by: User | None,
    area: StationArea | None = None,
    is_head: bool = False,
) -> StationAssignment:
    """Let ``member`` serve at ``station``; heading it brings the role to an existing account. Audited."""
    with transaction.atomic():
        assignment = StationAssignment(
            member=member, station=station, area=area, is_head=is_head, since=since
        )
        assignment.full_clean()
        assignment.save()
        if is_head and member.account and member.account != by:
            assignment.grant = grants.give(
                member.account, Role.STATION_HEAD, station=station, since=since, by=by
            )
            assignment.save(update_fields=["grant"])
        audit.record("station.assign", by=by, on=station, after={"member": member.number, "is_head": is_head})
    return assignment


def release(assignment: StationAssignment, *, on: date, by: User | None) -> None:
    """End a person's service with ``on`` as its last day; the role it brought ends the same day. Audited."""
    if on < assignment.since:
        raise StationError("结束日期不能早于开始日期。")
    with transaction.atomic():
        assignment.until = on
        assignment.save(update_fields=["until"])
        if assignment.grant:
            assignment.grant.until = max(on, assignment.grant.since)
            assignment.grant.save(update_fields=["until"])
        after = {"member": assignment.member.number, "until": on.isoformat()}
        audit.record("station.release", by=by, on=assignment.station, after=after)
