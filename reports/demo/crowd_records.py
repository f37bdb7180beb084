"""A year of records of many branches, with attendance and tallies, made by the rows and not by the object."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings

from activities.kinds import Expected, Kind, expected_of
from activities.models import Activity, Attendance, Tally
from activities.tallies import COUNTERS, Key
from lib.bulk import insert_like
from lib.periods import month_of

from .scale import Crowd, moment, new_key

State = Attendance.State
MONTHS = 12
CHOSEN = 2
GROUPS = 2
COMMITTEE = 4
EVENING = time(20)
#: One in so many branches held its theme day of a month in the month before: something is missed each quarter.
MISSES = 17
_RECORD = (
    *(
        "id",
        "branch",
        "branch_path",
        "org_path",
        "group",
        "kind",
        "title",
        "held_on",
        "minutes",
        "entered_at",
    ),
    *("is_on_time", "is_heads_only", "expected", "present", "on_leave", "absent"),
)
_MARK = ("activity", "member", "state", "may_vote")


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation to be: ``key`` is its primary key, chosen here, so that its path is known at once."""

    key: int
    parent: "Place | None"
    path: str
    order_key: str
    name: str
    position: int
    level: str
    category: str = ""


@dataclass(slots=True)
class Person:
    """As much of a member as the records ask for."""

    key: UUID
    name: str
    is_full: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A branch with its people: ``groups`` are keys of party groups, whose members are every second person."""

    place: Place
    people: list[Person]
    groups: list[int]

    @property
    def committee(self) -> list[Person]:
        return self.people[:COMMITTEE]

    def of_group(self, number: int) -> list[Person]:
        return self.people[number::GROUPS]


@dataclass
class _Rows:
    """What is still to be written."""

    records: list[tuple[object, ...]] = field(default_factory=list)
    marks: list[tuple[UUID, UUID, str, bool]] = field(default_factory=list)
    tallies: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(COUNTERS)))


class Writer:
    """``first`` is the number of the first branch among all, by which days and gaps are spread."""

    def __init__(self, crowd: Crowd, today: date, stream: random.Random, *, first: int) -> None:
        self.crowd, self.today, self.stream, self.first = crowd, today, stream, first
        self.months = sorted(month.start for month in month_of(today).run(-MONTHS))
        self.last_day = today - timedelta(days=1)

    def write(self, units: Sequence[Unit]) -> int:
        """The records of ``units``; returns how many."""
        rows = _Rows()
        for number, unit in enumerate(units, self.first):
            self._year_of(unit, number, rows)
        insert_like(Activity(), _RECORD, rows.records)
        insert_like(Attendance(), _MARK, rows.marks)
        names = ("branch", "org_path", "month", "kind", "branch_path", *COUNTERS)
        insert_like(Tally(), names, [(*key, key.org_path, *counted) for key, counted in rows.tallies.items()])
        return len(rows.records)

    def _year_of(self, unit: Unit, number: int, rows: _Rows) -> None:
        for habit in self.crowd.habits:
            for turn in range(habit.times):
                day = self._day(number, turn * MONTHS // habit.times, habit.kind)
                group = turn % len(unit.groups) if habit.kind == Kind.GROUP_MEETING else None
                people = self._expected(unit, habit.kind, group)
                # Spread over the year: a branch that names few of its meetings names none of one quarter alone.
                is_named = (turn + 1) * habit.named // habit.times > turn * habit.named // habit.times
                self._record(unit, habit.kind, day, group, people, is_named, rows)

    def _day(self, number: int, month: int, kind: Kind) -> date:
        if kind == Kind.THEME_DAY and (number * 5 + month) % MISSES == 0:
            month = max(0, month - 1)
        day = self.months[month].replace(day=1 + (number * 7 + len(kind)) % 28)
        return min(day, self.last_day)

    def _expected(self, unit: Unit, kind: Kind, group: int | None) -> list[Person]:
        if group is not None:
            return unit.of_group(group)
        asked = expected_of(kind)
        if asked is Expected.COMMITTEE:
            return unit.committee
        return self.stream.sample(unit.people, CHOSEN) if asked is Expected.CHOSEN else unit.people

    def _record(
        self,
        unit: Unit,
        kind: Kind,
        day: date,
        group: int | None,
        people: list[Person],
        is_named: bool,
        rows: _Rows,
    ) -> None:
        key, place = new_key(self.stream), unit.place
        states = list(self._states(len(people)))
        counts = [len(people), *(states.count(each) for each in (State.PRESENT, State.LEAVE, State.ABSENT))]
        minutes = 60 if kind == Kind.COMMITTEE_MEETING else 90
        entered = self._entered(day)
        is_on_time = entered.date() <= day + timedelta(days=settings.ON_TIME_DAYS)
        if is_named:
            rows.marks += [
                (key, person.key, state, person.is_full) for person, state in zip(people, states, strict=True)
            ]
        rows.records.append(
            (
                *(key, place.key, place.path, place.path),
                unit.groups[group] if group is not None else None,
                *(kind, f"{day.month}月{kind.label}", day, minutes, entered, is_on_time, not is_named),
                *counts,
            )
        )
        tally = rows.tallies[Key(place.key, place.path, day.replace(day=1), kind.value)]
        for place_of, value in enumerate((1, 1, int(is_on_time), *counts, minutes * counts[1])):
            tally[place_of] += value

    def _states(self, number: int) -> Iterator[str]:
        draw = self.stream.random
        for _ in range(number):
            drawn = draw()
            yield State.LEAVE if drawn < 0.05 else State.ABSENT if drawn > 0.99 else State.PRESENT

    def _entered(self, day: date) -> datetime:
        """In one to three days, of one record in twelve a month later."""
        drawn = self.stream.random()
        days = 30 if drawn < 1 / 12 else int(drawn * 3)
        return moment(min(day + timedelta(days=days), self.last_day), EVENING)
