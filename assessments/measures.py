"""What the records say of a secretary's year: each measure for each post he held, by the days of the post.

The figures are those of the duties, tallies and study hours themselves; nothing is counted a second time here. A
sub-period, a month or a year belongs to the post held on its last day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse

from activities import duties, hours
from activities.models import Activity, Tally
from branches.local_rules import why_unjudged
from branches.models import Branch, Placement
from branches.scope import Range, wide_ranges, within
from lib.periods import Period, month_of
from members.development.vocabulary import Step
from members.models import DevelopmentStep

from .models import Subject
from .schemes import Measure
from .scoring import Part

LECTURES_A_YEAR: Final = 1
#: Of the places read at once; beyond that the organisations above them are read as a whole.
MOST_RANGES: Final = 50


@dataclass(frozen=True)
class Spell:
    """A post of the year as it is kept with the subject."""

    branch: Branch
    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def holds_on(self, day: date) -> bool:
        return self.since <= day <= self.until


#: Measure → a part for each post.
Measured = Mapping[Measure, list[Part]]


def of_subjects(subjects: Sequence[Subject], year: int, today: date) -> dict[int, Measured]:
    """Subject → what the records say of the year so far. A fixed number of queries, however many there are."""
    spells = _spells(subjects)
    ranges = wide_ranges({spell.branch.path for own in spells.values() for spell in own}, MOST_RANGES)
    book = _Book.read(ranges, Period.year(year), today)
    lectures = _lectures({subject.member_id for subject in subjects}, year)
    return {
        subject.pk: _of_subject(spells[subject.pk], book, lectures.get(subject.member_id, 0), year)
        for subject in subjects
    }


def _of_subject(
    spells: Sequence[Spell], book: "_Book", lectured: int, year: int
) -> dict[Measure, list[Part]]:
    return {
        Measure.DUTIES: [book.duties_of(spell, year) for spell in spells],
        Measure.ON_TIME: [book.on_time_of(spell, year) for spell in spells],
        Measure.ATTENDANCE: [book.attendance_of(spell, year) for spell in spells],
        Measure.HOURS: [book.hours_of(spell, year) for spell in spells],
        Measure.LECTURES: [
            Part("本人讲党课", Fraction(lectured), Fraction(LECTURES_A_YEAR), sum(one.days for one in spells))
        ],
    }


def _spells(subjects: Iterable[Subject]) -> dict[int, list[Spell]]:
    kept = {subject.pk: subject.posts for subject in subjects}
    branches = Branch.objects.in_bulk({post["branch"] for posts in kept.values() for post in posts})
    return {
        pk: [
            Spell(
                branches[post["branch"]], date.fromisoformat(post["since"]), date.fromisoformat(post["until"])
            )
            for post in posts
        ]
        for pk, posts in kept.items()
    }


def _lectures(members: set[UUID], year: int) -> dict[UUID | None, int]:
    records = Activity.objects.valid().held_in(Period.year(year)).filter(lecture__member__in=members)
    found: dict[UUID | None, int] = defaultdict(int)
    for member in records.one_of_each().values_list("lecture__member", flat=True):
        found[member] += 1
    return found


@dataclass(frozen=True)
class Developed:
    """How many of a branch led were admitted in the days of the post, and how many became full members."""

    branch: int
    admitted: int
    became_full: int


def developed_of(subjects: Sequence[Subject], year: int) -> dict[int, list[Developed]]:
    """Subject → what was approved in each post. Two queries."""
    period = Period.year(year)
    rows = DevelopmentStep.objects.standing().filter(
        step__in=(Step.ADMISSION_APPROVAL, Step.FULL_APPROVAL),
        is_effective=True,
        on__range=(period.start, period.end),
    )
    approved = list(rows.values_list("step", "development__member__branch_path", "on"))

    def number(step: Step, spell: Spell) -> int:
        path = spell.branch.path
        return sum(one == step and spell.holds_on(on) and at.startswith(path) for one, at, on in approved)

    return {
        pk: [
            Developed(
                spell.branch.pk,
                *(number(step, spell) for step in (Step.ADMISSION_APPROVAL, Step.FULL_APPROVAL)),
            )
            for spell in own
        ]
        for pk, own in _spells(subjects).items()
    }


@dataclass(frozen=True)
class _Book:
    """The year's figures of every branch, by its path.

    ``duties``: end of each sub-period that is over or met; ``tallied``: month → (held, on time, expected, present);
    ``studied``: (who has the hours, who owes any).
    """

    duties: Mapping[str, list[tuple[date, bool]]]
    tallied: Mapping[str, Mapping[date, tuple[int, int, int, int]]]
    studied: Mapping[str, tuple[int, int]]

    @classmethod
    def read(cls, ranges: Sequence[Range], period: Period, today: date) -> "_Book":
        paths = dict(Branch.objects.filter(within("path", ranges)).values_list("pk", "path"))
        judged: dict[str, list[tuple[date, bool]]] = defaultdict(list)
        # A duty is judged where its branch stood then: one that was moved keeps what it met before.
        held = Placement.objects.during(period.start, period.end).filter(branch__in=paths)
        stood = [*(start for start, _ in ranges), *held.values_list("path", flat=True)]
        places = wide_ranges(stood, MOST_RANGES)
        for duty in duties.evaluate(places, period, today):
            if duty.branch_id in paths and (duty.is_met or duty.is_missed):
                judged[paths[duty.branch_id]].append((duty.period.end, duty.is_met))
        tallied: dict[str, dict[date, tuple[int, int, int, int]]] = defaultdict(dict)
        rows: Any = Tally.objects.filter(month__range=(period.start, period.end), branch__in=paths)
        counted = rows.order_by().values_list("branch", "month")
        for pk, month, *sums in counted.annotate(*map(Sum, ("held", "on_time", "expected", "present"))):
            tallied[paths[pk]][month] = (sums[0], sums[1], sums[2], sums[3])
        studied: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        # A year that began before records were kept here says nothing of what was learned in it.
        is_judged = not why_unjudged(period.start.year)
        for each in hours.of_year(tuple(ranges), period.start.year, today) if is_judged else ():
            if each.owed and each.member.branch_id in paths:
                met, owed = studied[paths[each.member.branch_id]]
                studied[paths[each.member.branch_id]] = (met + (each.total >= each.owed), owed + 1)
        return cls(judged, tallied, studied)

    def duties_of(self, spell: Spell, year: int) -> Part:
        found = [
            is_met
            for path in _below(self.duties, spell)
            for end, is_met in self.duties[path]
            if spell.holds_on(end)
        ]
        return _part(spell, sum(found), len(found), _list("duty_list", spell, year))

    def on_time_of(self, spell: Spell, year: int) -> Part:
        sums = self._sums(spell)
        return _part(spell, sums[1], sums[0], _list("activity_list", spell, year))

    def attendance_of(self, spell: Spell, year: int) -> Part:
        sums = self._sums(spell)
        return _part(spell, sums[3], sums[2], _list("activity_list", spell, year))

    def hours_of(self, spell: Spell, year: int) -> Part:
        met = sum(self.studied[path][0] for path in _below(self.studied, spell))
        owed = sum(self.studied[path][1] for path in _below(self.studied, spell))
        asked = {"branch": spell.branch.pk, "year": year} if spell.branch.is_leaf else {"year": year}
        return _part(spell, met, owed, f"{reverse('study_hours')}?{urlencode(asked)}")

    def _sums(self, spell: Spell) -> tuple[int, int, int, int]:
        rows = [
            counts
            for path in _below(self.tallied, spell)
            for month, counts in self.tallied[path].items()
            if spell.holds_on(month_of(month).end)
        ]
        return (
            sum(row[0] for row in rows),
            sum(row[1] for row in rows),
            sum(row[2] for row in rows),
            sum(row[3] for row in rows),
        )


def _below(by_path: Mapping[str, object], spell: Spell) -> list[str]:
    """A branch's own rows, or those of all branches below a committee."""
    if spell.branch.is_leaf:
        return [spell.branch.path] if spell.branch.path in by_path else []
    return [path for path in by_path if path.startswith(spell.branch.path)]


def _part(spell: Spell, met: int, required: int, url: str) -> Part:
    return Part(spell.branch.short_name, Fraction(met), Fraction(required), spell.days, url)


def _list(name: str, spell: Spell, year: int) -> str:
    asked = {"period": str(year), "branch" if spell.branch.is_leaf else "org": spell.branch.pk}
    return f"{reverse(name)}?{urlencode(asked)}"
