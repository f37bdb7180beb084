"""Figures of organisational life. One number has one function: page, chart, JSON and workbook take these objects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from branches.models import Branch
from branches.scope import Range, within
from lib.periods import Period

from . import duties, tallies
from .duties import Duty
from .models import Activity, Campaign, Tally


@dataclass(frozen=True)
class KindFigures:
    """Figures of one kind of activity.

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

    def __add__(self, other: "KindFigures") -> "KindFigures":
        sums: dict[str, Any] = {
            item.name: _sum(getattr(self, item.name), getattr(other, item.name)) for item in fields(self)
        }
        return KindFigures(**sums)


def _sum(one: int | None, other: int | None) -> int | None:
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
    branches = Branch.objects.in_bulk({branch_id for branch_id, _ in counted})
    parts = [
        OrganizationFigures(
            branch_id=branch_id,
            code=branches[branch_id].code,
            name=branches[branch_id].short_name,
            level=branches[branch_id].level,
            category=branches[branch_id].category,
            org_path=org_path,
            kinds=dict(kinds),
        )
        for (branch_id, org_path), kinds in counted.items()
    ]
    parts.sort(
        key=lambda part: (branches[part.branch_id].order_key, part.org_path == branches[part.branch_id].path)
    )
    return LifeFigures(period, tuple(parts), tuple(judged))


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
        kinds[kind] = replace(held, required=required, met=met, missed=missed)


#: (branch, its place) → kind → figures
Counted = defaultdict[tuple[int, str], dict[str, KindFigures]]


_SUMS = {
    f"{name}_sum": Sum(name)
    for name in ("held", "activities", "on_time", "expected", "present", "on_leave", "absent")
}


def _tally_counts(ranges: Sequence[Range], period: Period) -> Counted:
    rows = (
        Tally.objects.filter(within("org_path", ranges), month__gte=period.start, month__lte=period.end)
        .order_by()
        .values("branch_id", "org_path", "kind")
        .annotate(**_SUMS)
    )
    return _collected(rows)


def monthly_life(ranges: Sequence[Range], period: Period, category: str = "") -> dict[date, KindFigures]:
    """What was held in each month of ``period``, by its first day, all kinds together; duties apart. One query."""
    rows = Tally.objects.filter(within("org_path", ranges), month__gte=period.start, month__lte=period.end)
    if category:
        rows = rows.filter(branch__category=category)
    summed: Any = rows.order_by().values("month").annotate(**_SUMS)
    return {row["month"]: _figures_of(row) for row in summed}


def _campaign_counts(ranges: Sequence[Range], period: Period, campaign: Campaign) -> Counted:
    """Counted from the records' own counters: campaigns cut across the tallies."""
    records = Activity.objects.valid().held_in(period).order_by()
    records = records.filter(within("org_path", ranges), campaigns=campaign)
    rows = records.values("branch_id", "org_path", "kind").annotate(
        held_sum=Count("pk"),
        activities_sum=Count("pk", filter=Q(joint_of__isnull=True)),
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
    counted: Counted = defaultdict(dict)
    for row in rows:
        counted[(row["branch_id"], row["org_path"])][row["kind"]] = _figures_of(row)
    return counted


def _figures_of(row: Mapping[str, Any]) -> KindFigures:
    return KindFigures(
        activities=row["activities_sum"],
        held=row["held_sum"],
        on_time=row["on_time_sum"],
        expected=row["expected_sum"],
        present=row["present_sum"],
        on_leave=row["on_leave_sum"],
        absent=row["absent_sum"],
    )
