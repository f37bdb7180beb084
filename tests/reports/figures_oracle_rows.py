"""What the oracle of the statistics reads: each table once, as plain rows; and who was what and where on a day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from activities.models import Activity, Attendance, Lecture, SecretaryReport, Waiver
from assessments.models import Problem, Report, Review, ReviewEntry, Round, Subject
from branches.models import Branch, LocalSetting, PartyGroup, Placement, Station, Term
from lib.periods import Period
from members.models import (
    Celebration,
    Circumstance,
    Departure,
    Destination,
    Development,
    DevelopmentStep,
    Greeting,
    Member,
    MembershipSpell,
    Post,
    StationAssignment,
    StatusPeriod,
    Suspension,
    Training,
)

DAY = timedelta(days=1)
FAR = date(9999, 12, 31)
CHINA = ZoneInfo("Asia/Shanghai")
MEMBERS = ("probationary", "full")
TABLES = (
    *(
        Activity,
        Attendance,
        Lecture,
        SecretaryReport,
        Waiver,
        Branch,
        LocalSetting,
        PartyGroup,
        Placement,
        Station,
        Term,
    ),
    *(Celebration, Departure, Destination, Development, DevelopmentStep, Greeting, Member, MembershipSpell),
    *(Post, StationAssignment, StatusPeriod, Training),
    *(Circumstance, Suspension),
    *(Problem, Report, Review, ReviewEntry, Round, Subject),
)
Row = Any
Values = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """``scope`` is the key of an organisation with all below it, None for the university."""

    period: Period
    today: date
    scope: int | None = None
    category: str = ""
    on: date | None = None

    @property
    def day(self) -> date:
        return self.on or min(self.period.end, self.today)

    @property
    def last(self) -> date:
        """Up to which what happened in the period is counted."""
        return min(self.period.end, self.on) if self.on else self.period.end

    def contains(self, day: date) -> bool:
        return self.period.start <= day <= self.last

    @property
    def known(self) -> date:
        """As of when it is counted what came of a year."""
        return self.on or self.today


@dataclass(frozen=True)
class Counted:
    """Something at a place: the organisations from the root down to it, the category of the last, what it counts."""

    place: tuple[int, ...]
    category: str
    numbers: Values


class Rows:
    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {
            model.__name__: [SimpleNamespace(**row) for row in model.objects.values()] for model in TABLES
        }
        self.branches = {row.id: row for row in self["Branch"]}
        self.placements = self.by("Placement", "branch_id")
        self.spells = self.by("MembershipSpell", "member_id", lambda row: row.kind == "belonging")
        self.statuses = self.by("StatusPeriod", "member_id")
        self.rules = {row.code: row.value for row in self["LocalSetting"]}

    def __getitem__(self, name: str) -> list[Row]:
        return self.rows[name]

    def by(
        self, name: str, key: str, which: Callable[[Row], bool] = lambda row: True
    ) -> dict[Any, list[Row]]:
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self[name]:
            if which(row):
                found[getattr(row, key)].append(row)
        return found

    def place(self, branch_id: int, day: date) -> tuple[int, ...]:
        """The organisations from the root down to the branch on ``day``; empty when it had no place."""
        for row in self.placements[branch_id]:
            if holds(row, day):
                return line(row.path)
        return ()

    def at(self, branch_id: int, day: date, **numbers: Any) -> Iterator[Counted]:
        if place := self.place(branch_id, day):
            yield Counted(place, self.branches[branch_id].category, numbers)

    def status(self, member_id: Any, day: date) -> str:
        return next((row.status for row in self.statuses[member_id] if holds(row, day)), "")

    def spell(self, member_id: Any, day: date) -> Row | None:
        return next((row for row in self.spells[member_id] if holds(row, day)), None)

    def roster(self, day: date, statuses: Iterable[str] = MEMBERS) -> Iterator[tuple[Row, Row, str]]:
        """Person, spell and status of everybody who was one of ``statuses`` and belonged to a branch on ``day``."""
        for member in self["Member"]:
            spell, status = self.spell(member.id, day), self.status(member.id, day)
            if spell and status in statuses:
                yield member, spell, status

    def where(self, member_id: Any, day: date) -> tuple[int, ...]:
        """Where somebody stood on the roster on ``day``; empty when he was not on it."""
        spell = self.spell(member_id, day)
        on_it = spell is not None and self.status(member_id, day) in MEMBERS
        return self.place(spell.branch_id, day) if spell and on_it else ()


def added(many: Iterable[Values]) -> Values:
    total: Counter[str] = Counter()
    for numbers in many:
        for code, number in numbers.items():
            total[code] += int(number)
    return dict(total)


def line(path: str) -> tuple[int, ...]:
    return tuple(int(path[start : start + 5], 36) for start in range(0, len(path), 5))


def holds(row: Row, day: date) -> bool:
    return row.since <= day <= last(row)


def last(row: Row) -> date:
    return row.until or FAR


def kinds(row: Row) -> list[str]:
    return [row.kind, *row.also_kinds.split()]


def years(since: date | None, day: date) -> int | None:
    """Whole years from ``since`` to ``day``."""
    if since is None:
        return None
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def step(number: int | None, begins: tuple[int, ...]) -> str:
    """The group that ``number`` falls into, named by the number it begins with."""
    if number is None or number < begins[0]:
        return "none"
    return str(max(begin for begin in begins if begin <= number))


def standing(member: Row, status: str, day: date) -> str:
    if status == "probationary":
        return "probation"
    return step(years(member.full_on, day), (0, 5, 10, 20, 30, 40, 50))
