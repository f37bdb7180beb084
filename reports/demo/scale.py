"""How large the demo is, and which days it covers."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from activities.kinds import Kind
from lib.periods import quarter_of

THEME_EDUCATION = "主题教育"
PARTY_HISTORY = "党史学习教育"


@dataclass(frozen=True)
class Scale:
    """``members`` are on the roster of the last day; ``campaigns`` says how many records of which kind each counts.

    ``units`` names the colleges and departments to take; empty is all of them.
    """

    branches: int
    members: int
    stations: int
    campaigns: Mapping[str, Mapping[Kind, int]]
    years: int = 3
    units: frozenset[str] = frozenset()


SMALL = Scale(
    branches=90,
    members=1_800,
    stations=10,
    campaigns={
        PARTY_HISTORY: {Kind.PARTY_LECTURE: 96, Kind.THEME_DAY: 380, Kind.FILM: 40},
        THEME_EDUCATION: {Kind.SEMINAR: 140, Kind.PRACTICE: 240},
    },
)
SCALES: dict[str, Scale] = {"small": SMALL}


@dataclass(frozen=True)
class Habit:
    """So many ``times`` a year, of which ``named`` have attendance rows; the others only count heads."""

    kind: Kind
    times: int
    named: int


@dataclass(frozen=True)
class Crowd:
    """Universities to measure with (:mod:`reports.demo.crowd`): ``colleges`` of each top organisation, ``branches`` of
    each college, ``members`` of all together, and what each branch holds in a year.
    """

    tops: int
    colleges: int
    branches: int
    members: int
    habits: tuple[Habit, ...]


CROWDS: dict[str, Crowd] = {
    # One university: 300 branches, 20,100 records and 400,000 attendance rows a year.
    "S": Crowd(
        tops=1,
        colleges=20,
        branches=15,
        members=10_000,
        habits=(
            Habit(Kind.COMMITTEE_MEETING, 12, 12),
            Habit(Kind.GENERAL_MEETING, 4, 4),
            Habit(Kind.THEME_DAY, 12, 12),
            Habit(Kind.PARTY_LECTURE, 4, 4),
            Habit(Kind.GROUP_MEETING, 24, 24),
            Habit(Kind.PRACTICE, 7, 7),
            Habit(Kind.HEART_TALK, 4, 4),
        ),
    ),
    # A province: 20,000 branches, 1,000,000 records and 10,000,000 attendance rows a year.
    "M": Crowd(
        tops=100,
        colleges=10,
        branches=20,
        members=600_000,
        habits=(
            Habit(Kind.COMMITTEE_MEETING, 12, 12),
            Habit(Kind.GENERAL_MEETING, 4, 4),
            Habit(Kind.THEME_DAY, 12, 2),
            Habit(Kind.PARTY_LECTURE, 4, 0),
            Habit(Kind.GROUP_MEETING, 18, 18),
        ),
    ),
}


@dataclass(frozen=True)
class Loaded:
    """What was made, in numbers."""

    organisations: int
    branches: int
    members: int
    records: int


@dataclass(frozen=True)
class Setting:
    """What every section is made from: the scale, the seed, and ``today``, the day after the last record."""

    scale: Scale
    seed: int
    today: date
    start: date = field(init=False)

    def __post_init__(self) -> None:
        first = quarter_of(self.today.replace(day=1, year=self.today.year - self.scale.years)).start
        object.__setattr__(self, "start", first)

    @property
    def last_day(self) -> date:
        """Records end yesterday: what is entered today would depend on the hour the demo is made."""
        return self.today - timedelta(days=1)

    def stream(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")

    def campaign_days(self, name: str) -> tuple[date, date]:
        """Whole months within the three years, one campaign after the other, in years that are over."""
        year = self.today.year - 2 if name == PARTY_HISTORY else self.today.year - 1
        first = 3 if name == PARTY_HISTORY else 4
        return date(year, first, 1), date(year, 12, 31)


def shares(total: int, weights: list[float], least: list[int]) -> list[int]:
    """``total`` divided by ``weights``, none below its ``least``; the largest remainders get what is left over."""
    spare = total - sum(least)
    if spare < 0:
        raise ValueError(f"{total} cannot be divided: {sum(least)} are needed at the least")
    whole = sum(weights)
    exact = [max(0.0, total * weight / whole - low) for weight, low in zip(weights, least, strict=True)]
    factor = spare / (sum(exact) or 1)
    parts = [low + int(part * factor) for low, part in zip(least, exact, strict=True)]
    by_remainder = sorted(range(len(parts)), key=lambda n: (int(exact[n] * factor) - exact[n] * factor, n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


def new_key(stream: random.Random) -> UUID:
    """The key of a row that would make its own, from the demo's seed."""
    return UUID(int=stream.getrandbits(128), version=4)


def moment(day: date, clock: time) -> datetime:
    """When somebody did something, by the clock on the wall."""
    return timezone.make_aware(datetime.combine(day, clock))
