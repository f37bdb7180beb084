"""Study hours (学时) of each person in a year: what he was present at, and the trainings noted for him.

Members study at least 32 hours a year as a rule (党员教育管理工作条例 20); what secretaries and committee members owe
beyond that is a local rule. Of the months in which somebody was exempt (条例 23) nothing is owed. Somebody who was
twice in two places within one half day is counted up to its limit once; a whole day is the half days it touches.
Nobody is compared with anybody: lists stand in the order of the roster.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from branches import local
from branches.scope import Range
from lib.periods import Period
from members import exemptions, rosters
from members.local_rules import TRAINING_HOURS
from members.models import Member, Post, Training

from .kinds import Kind
from .local_rules import HALF_DAY_MOST, STUDY_MINUTES
from .models import Activity, Attendance, MakeUp

YEARLY = 32
ARTICLE = "党员教育管理工作条例第二十条：每年集中学习培训一般不少于32学时"
#: 党课 and 主题党日 are what universities count; discussions and first agendas are study by their name.
STUDY_KINDS = (Kind.PARTY_LECTURE, Kind.THEME_DAY, Kind.SEMINAR, Kind.FIRST_AGENDA)
#: Minutes of the day at which morning and afternoon end; what goes on for up to so many beyond one stays whole.
BOUNDS = (12 * 60, 18 * 60)
SPILL = 60
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Rules:
    """Minutes of an hour, hours of a half day (0: no limit), hours of a secretary's or committee member's year."""

    minutes: int
    half_day: int
    of_posts: int
    of_posts_article: str

    @classmethod
    def held(cls) -> "Rules":
        """One query."""
        found = local.decided([STUDY_MINUTES, HALF_DAY_MOST, TRAINING_HOURS])
        return cls(
            int(found[STUDY_MINUTES].value) or 60,
            int(found[HALF_DAY_MOST].value),
            int(found[TRAINING_HOURS].value),
            found[TRAINING_HOURS].citation,
        )


@dataclass(frozen=True)
class Attended:
    """A record that somebody was present at, or made up for on ``day``; ``counted`` is what it adds, None when nobody
    wrote how long it took.
    """

    activity_id: UUID
    day: date
    kind: str
    title: str
    starts_at: time | None
    minutes: int | None
    counted: Decimal | None
    is_made_up: bool = False

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)


@dataclass(frozen=True)
class PersonHours:
    """One person's year. ``owed`` is what the rules ask, ``article`` where they ask it.

    ``exempt_months`` of the year ask nothing, and are left out of what is owed.
    """

    member: Member
    attended: Sequence[Attended]
    trainings: Sequence[Training]
    owed: int
    article: str
    exempt_months: int = 0

    @property
    def months_owed(self) -> int:
        return 12 - self.exempt_months

    @property
    def is_exempt(self) -> bool:
        return self.exempt_months == 12

    @property
    def studied(self) -> Decimal:
        return sum((each.counted for each in self.attended if each.counted), Decimal(0))

    @property
    def trained(self) -> Decimal:
        return sum((training.hours for training in self.trainings), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.studied + self.trained

    @property
    def without_length(self) -> int:
        return sum(each.counted is None and not each.is_made_up for each in self.attended)


@dataclass
class _Budget:
    """Minutes that may still be counted of each half day; ``most`` is 0 where there is no limit."""

    most: int
    used: dict[tuple[date, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def take(self, half: tuple[date, int], minutes: Decimal) -> Decimal:
        if self.most:
            minutes = max(Decimal(0), min(minutes, self.most - self.used[half]))
        self.used[half] += minutes
        return minutes


def of_year(ranges: tuple[Range, ...], year: int, today: date) -> list[PersonHours]:
    """Everybody on the roster of ``ranges`` at the end of the year, or today, in its order. Seven queries."""
    period = Period.year(year)
    people = rosters.members_on(min(period.end, today), ranges)
    return of_people(
        people.select_related("branch").order_by("branch__order_key", "name_order", "number"), year
    )


def of_people(people: Iterable[Member], year: int) -> list[PersonHours]:
    """Six queries for any number, but for the people."""
    members, period, rules = list(people), Period.year(year), Rules.held()
    keys = [member.pk for member in members]
    attended = _attended(keys, period)
    for member_id, rows in _made_up(keys, period).items():
        attended[member_id] = sorted([*attended[member_id], *rows], key=lambda row: row.place)
    trainings: dict[UUID, list[Training]] = defaultdict(list)
    noted = Training.objects.filter(member__in=keys, held_on__range=(period.start, period.end))
    for training in noted.select_related("trainee").order_by("held_on", "pk"):
        trainings[training.member_id].append(training)
    in_posts = _in_posts(keys, period)
    months = exemptions.months_of(keys, year)
    return [
        PersonHours(
            member,
            _counted(attended[member.pk], rules),
            trainings[member.pk],
            *_owed(member.pk, in_posts, rules, months.get(member.pk, 0)),
        )
        for member in members
    ]


class Row(NamedTuple):
    """A record before its hours are counted; ``hours`` are those of what was made up for."""

    activity_id: UUID
    day: date
    kind: str
    title: str
    starts_at: time | None
    minutes: int | None
    hours: Decimal | None = None
    is_made_up: bool = False

    @property
    def place(self) -> tuple[date, time, str]:
        return self.day, self.starts_at or time(), str(self.activity_id)


def _attended(keys: Sequence[UUID], period: Period) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    rows = Attendance.objects.filter(
        member__in=keys,
        state=Attendance.State.PRESENT,
        activity__withdrawn_at=None,
        activity__in=Activity.objects.of_kinds(STUDY_KINDS),
        activity__held_on__range=(period.start, period.end),
    ).order_by("activity__held_on", "activity__starts_at", "activity")
    columns = ("held_on", "kind", "title", "starts_at", "minutes")
    for member_id, *row in rows.values_list("member", "activity", *(f"activity__{name}" for name in columns)):
        found[member_id].append(Row(*row))
    return found


def _made_up(keys: Sequence[UUID], period: Period) -> Mapping[UUID, list[Row]]:
    """It counts on the day it was made up for, and in that day's year."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    rows = MakeUp.objects.filter(
        member__in=keys,
        activity__withdrawn_at=None,
        activity__in=Activity.objects.of_kinds(STUDY_KINDS),
        on__range=(period.start, period.end),
    )
    columns = ("member", "activity", "on", "activity__kind", "activity__title", "hours")
    for member_id, activity_id, day, kind, title, hours in rows.values_list(*columns):
        found[member_id].append(Row(activity_id, day, kind, title, None, None, hours, is_made_up=True))
    return found


def of_minutes(minutes: Decimal | int, rules: Rules) -> Decimal:
    return (Decimal(minutes) / rules.minutes).quantize(_TENTH, ROUND_DOWN)


def _counted(rows: Iterable[Row], rules: Rules) -> list[Attended]:
    """Each record with what it adds, the earlier ones first."""
    budget, found = _Budget(rules.half_day * rules.minutes), []
    for row in rows:
        counted = _taken(budget, row, rules)
        facts = (row.activity_id, row.day, row.kind, row.title, row.starts_at, row.minutes)
        found.append(Attended(*facts, counted, row.is_made_up))
    return found


def _taken(budget: _Budget, row: Row, rules: Rules) -> Decimal | None:
    """What is left of the half days it lasted through; None for what nobody wrote the length of."""
    if row.minutes:
        parts = [(half, Decimal(minutes)) for half, minutes in _halves(row.starts_at, row.minutes)]
    elif row.hours is not None:
        parts = [(0, row.hours * rules.minutes)]
    else:
        return None
    return of_minutes(
        sum((budget.take((row.day, half), minutes) for half, minutes in parts), Decimal(0)), rules
    )


def _halves(starts_at: time | None, minutes: int) -> list[tuple[int, int]]:
    """Of morning, afternoon and evening (1, 2, 3) those it lasted through, each with its minutes; what has no beginning
    shares a half day of its own (0). A morning that ends at half past twelve is a morning.
    """
    if starts_at is None:
        return [(0, minutes)]
    begin = starts_at.hour * 60 + starts_at.minute
    end = begin + minutes
    cuts = [bound for bound in BOUNDS if begin + SPILL < bound < end - SPILL]
    return [(_half_of(since, until), until - since) for since, until in pairwise((begin, *cuts, end))]


def _half_of(since: int, until: int) -> int:
    """The one in which the middle lies."""
    return 1 + sum(since + until >= 2 * bound for bound in BOUNDS)


def _in_posts(keys: Sequence[UUID], period: Period) -> set[UUID]:
    """Who held a seat in a branch's committee at some time of the period."""
    posts = Post.objects.filter(member__in=keys, title__in=rosters.COMMITTEE_TITLES, since__lte=period.end)
    held = posts.exclude(until__lt=period.start)
    return set(held.values_list("member", flat=True))


def _owed(member_id: UUID, in_posts: set[UUID], rules: Rules, exempt: int) -> tuple[int, str, int]:
    """Hours, their article and the exempt months, each of which takes a twelfth away; part of an hour is not owed."""
    owed, article = YEARLY, ARTICLE
    if rules.of_posts > YEARLY and member_id in in_posts:
        owed, article = rules.of_posts, rules.of_posts_article
    if not exempt:
        return owed, article, 0
    sources = (exemptions.ARTICLE,) if exempt == 12 else (article, exemptions.ARTICLE)
    return owed * (12 - exempt) // 12, "；".join(sources), exempt
