"""Dormitory work stations (党员工作站): who serves where."""

from dataclasses import dataclass

from accounts.models import User
from branches.models import Station
from branches.roles import Right
from branches.scope import has_right, headed_stations
from lib.masking import mask_name

from .models import StationAssignment


@dataclass(frozen=True)
class Area:
    """One responsibility area with the names of those who serve in it today."""

    name: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Staffing:
    """Who heads a station, who serves in which area, and who in none."""

    heads: tuple[str, ...]
    areas: tuple[Area, ...]
    others: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.heads) + len(self.others) + sum(len(area.people) for area in self.areas)


def staffing(station: Station, user: User) -> Staffing:
    """The station as ``user`` may see it: a leader sees names masked. Two queries."""
    named = has_right(user, Right.SEE_NAMES) or station.pk in headed_stations(user)
    serving = list(
        StationAssignment.objects.open()
        .filter(station=station)
        .select_related("member")
        .order_by("member__name_order")
    )

    def people(area_id: int | None) -> tuple[str, ...]:
        found = [row.member.name for row in serving if row.area_id == area_id and not row.is_head]
        return tuple(name if named else mask_name(name) for name in found)

    heads = [row.member.name for row in serving if row.is_head]
    return Staffing(
        heads=tuple(name if named else mask_name(name) for name in heads),
        areas=tuple(Area(area.name, people(area.pk)) for area in station.areas.all()),
        others=people(None),
    )
