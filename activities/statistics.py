"""Figures of organisational life. One number has one function: page, chart, JSON and workbook take these objects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Q, Sum

from branches.models import Branch
from branches.scope import Range, within
from lib.periods import Period
from lib.sums import WholeSum

from . import duties, tallies
from .duties import Duty
from .models import Activity, Campaign, Tally


class KindFigures(NamedTuple):
    """Figures of one kind of activity. A tuple, because a province has a hundred thousand of them.

    ``activities`` are distinct: one held jointly counts at the branch that led it; ``held`` counts it for each branch
    and each kind; ``on_time`` of the held were entered within the setting's days; ``required``, ``met`` and ``missed``
    are sub-periods of the duty (None where there is none, or under a campaign); the last four are persons, summed over
    records.
    """

    activities: int = 0
    held: int = 0
    on_time: int = 0
    required: int | None = None
    met: int | None = None
    missed: int | None = None
    expected: int = 0
    present: int = 0
    on_leave: int = 0
    absent: int = 0

    def __add__(self, other: "KindFigures") -> "KindFigures":  # type: ignore[override]  # figures add up
        return KindFigures(*map(_sum, self, other))


def _sum(one: Any, other: Any) -> Any:
    """None is what is not asked."""
    return other if one is None else one if other is None else one + other


@dataclass(frozen=True)
class OrganizationFigures:
    """One organisation that keeps records, at one place of the tree.

    A branch that moved within the period has a part for each place; what it held before the move stays there.
    """

    branch_id: int
    code: str
    name: str
    level: str
    category: str
    org_path: str
    kinds: Mapping[str, KindFigures] = field(default_factory=dict)


@dataclass(frozen=True)
class LifeFigures:
    """Organisational life of a period, in official order; ``rows`` are the parts brought together by organisation."""

    period: Period
    parts: tuple[OrganizationFigures, ...]
    duties: tuple[Duty, ...]

    @property
    def rows(self) -> tuple[OrganizationFigures, ...]:
        """One row an organisation; its place is the present one when it is among them."""
        by_branch: dict[int, list[OrganizationFigures]] = defaultdict(list)
        for part in self.parts:
            by_branch[part.branch_id].append(part)
        return tuple(
            replace(parts[-1], kinds=add_up(part.kinds for part in parts)) for parts in by_branch.values()
        )

    @property
    def total(self) -> dict[str, KindFigures]:
        return add_up(part.kinds for part in self.parts)

    def of_category(self, category: str) -> "LifeFigures":
        """Cut to the branches of one category."""
        return LifeFigures(
            self.period,
            tuple(part for part in self.parts if part.category == category),
            tuple(duty for duty in self.duties if duty.category == category),
        )


def add_up(parts: Iterable[Mapping[str, KindFigures]]) -> dict[str, KindFigures]:
    """Kind by kind sums."""
    total: dict[str, KindFigures] = {}
    for kinds in parts:
        for kind, figures in kinds.items():
            total[kind] = total[kind] + figures if kind in total else figures
    return total


def organizational_life(
    ranges: Sequence[Range], period: Period, today: date, campaign: Campaign | None = None
) -> LifeFigures:
    """What the organisations within ``ranges`` held in ``period``; places are those of the day of each record.

    Eleven queries, three under a campaign, however many the branches.
    """
    counted = _campaign_counts(ranges, period, campaign) if campaign else _tally_counts(ranges, period)
    judged = [] if campaign else duties.evaluate(ranges, period, today)
    _add_duties(counted, judged)
    return LifeFigures(period, _parts(counted, ranges), tuple(judged))


def held(ranges: Sequence[Range], period: Period) -> tuple[OrganizationFigures, ...]:
    """The parts of :func:`organizational_life` from the tallies alone, no duty judged. Two queries."""
    return _parts(_tally_counts(ranges, period), ranges)


def _parts(counted: "Counted", ranges: Sequence[Range]) -> tuple[OrganizationFigures, ...]:
    """In official order, the present place of an organisation after its earlier ones.

    One query, and one more for those that have left ``ranges`` since: by their keys all would be twenty thousand.
    """
    named = _named(within("path", ranges))
    if gone := {pk for pk, _ in counted}.difference(named):
        named |= _named(Q(pk__in=gone))
    parts = []
    for pk, path in sorted(counted, key=lambda place: (named[place[0]][0], place[1] == named[place[0]][1])):
        _, _, code, name, level, category = named[pk]
        parts.append(OrganizationFigures(pk, code, name, level, category, path, counted[pk, path]))
    return tuple(parts)


def _named(which: Q) -> dict[int, tuple[str, str, str, str, str, str]]:
    """Order, present place, code, name, level and category by key."""
    rows = Branch.objects.filter(which).order_by()
    names = ("order_key", "path", "code", "short_name", "level", "category")
    return {pk: facts for pk, *facts in rows.values_list("pk", *names)}


def _add_duties(counted: "Counted", judged: Iterable[Duty]) -> None:
    sums: dict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for duty in judged:
        found = sums[(duty.branch_id, duty.org_path, duty.rule.name)]
        found[0] += duty.is_required
        found[1] += duty.is_met
        found[2] += duty.is_missed
    for (branch_id, org_path, kind), (required, met, missed) in sums.items():
        kinds = counted[(branch_id, org_path)]
        held = kinds.get(kind, KindFigures())
        kinds[kind] = held._replace(required=required, met=met, missed=missed)


_NOT_JUDGED = (None, None, None)
#: (branch, its place) → kind → figures
Counted = defaultdict[tuple[int, str], dict[str, KindFigures]]


_SUMS = {
    f"{name}_sum": WholeSum(name)
    for name in ("activities", "held", "on_time", "expected", "present", "on_leave", "absent")
}


def _tally_counts(ranges: Sequence[Range], period: Period) -> Counted:
    rows = (
        Tally.objects.filter(within("org_path", ranges), month__gte=period.start, month__lte=period.end)
        .order_by()
        .values_list("branch_id", "org_path", "kind")
        .annotate(**_SUMS)
    )
    return _collected(rows)


def monthly_life(ranges: Sequence[Range], period: Period, category: str = "") -> dict[date, KindFigures]:
    """What was held in each month of ``period``, by its first day, all kinds together; duties apart. One query."""
    rows = Tally.objects.filter(within("org_path", ranges), month__gte=period.start, month__lte=period.end)
    if category:
        rows = rows.filter(branch__category=category)
    summed: Any = rows.order_by().values_list("month").annotate(**_SUMS)
    return {row[0]: _figures_of(row[1:]) for row in summed}


def _campaign_counts(ranges: Sequence[Range], period: Period, campaign: Campaign) -> Counted:
    """Counted from the records' own counters: campaigns cut across the tallies."""
    records = Activity.objects.valid().held_in(period).order_by()
    records = records.filter(within("org_path", ranges), campaigns=campaign)
    rows = records.values_list("branch_id", "org_path", "kind").annotate(
        activities_sum=Count("pk", filter=Q(joint_of__isnull=True)),
        held_sum=Count("pk"),
        on_time_sum=Count("pk", filter=Q(is_on_time=True)),
        expected_sum=Sum("expected"),
        present_sum=Sum("present"),
        on_leave_sum=Sum("on_leave"),
        absent_sum=Sum("absent"),
    )
    counted = _collected(rows)
    for held in tallies.also_held(records):
        kinds = counted[(held.branch_id, held.org_path)]
        kinds[held.kind] = kinds.get(held.kind, KindFigures()) + KindFigures(held=1, on_time=held.is_on_time)
    return counted


def _collected(rows: Any) -> Counted:
    """Rows of branch, place, kind and the sums, in the order of the fields of `KindFigures`."""
    counted: Counted = defaultdict(dict)
    for row in rows:
        counted[row[:2]][row[2]] = _figures_of(row[3:])
    return counted


def _figures_of(sums: tuple[int, ...]) -> KindFigures:
    """Of the sums in the order of the fields, those of duties left out."""
    return KindFigures._make(sums[:3] + _NOT_JUDGED + sums[3:])
