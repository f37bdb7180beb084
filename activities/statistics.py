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

from . import duties
from .duties import Duty
from .models import Activity, Campaign, Tally


@dataclass(frozen=True)
class KindFigures:
    """Figures of one kind of activity.

    ``activities`` distinct records; ``held`` counts a record for each branch that held it; ``on_time`` of the held
    were entered within the setting's days; ``required``, ``met`` and ``missed`` are sub-periods of the duty (None
    where there is none, or under a campaign); the last four are persons, summed over records.
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
    """One organisation that holds records; ``org_path`` is its place at the end of the period."""

    branch_id: int
    code: str
    name: str
    org_path: str
    kinds: Mapping[str, KindFigures] = field(default_factory=dict)


@dataclass(frozen=True)
class LifeFigures:
    """Organisational life of a period: one row an organisation in official order, and the sum."""

    period: Period
    rows: tuple[OrganizationFigures, ...]
    duties: tuple[Duty, ...]

    @property
    def total(self) -> dict[str, KindFigures]:
        return add_up(row.kinds for row in self.rows)


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

    Eight queries, two under a campaign, however many the branches.
    """
    counted = _campaign_counts(ranges, period, campaign) if campaign else _tally_counts(ranges, period)
    judged = [] if campaign else duties.evaluate(ranges, period, today)
    for duty in judged:
        kinds = counted[duty.branch_id]
        kinds[duty.rule.kind.value] = _with_duty(kinds.get(duty.rule.kind.value, KindFigures()), duty)
    branches = Branch.objects.filter(pk__in=list(counted)).order_by("order_key")
    places = {duty.branch_id: duty.org_path for duty in judged}
    rows = tuple(
        OrganizationFigures(
            branch.pk,
            branch.code,
            branch.short_name,
            places.get(branch.pk, branch.path),
            dict(counted[branch.pk]),
        )
        for branch in branches
    )
    return LifeFigures(period, rows, tuple(judged))


def _with_duty(figures: KindFigures, duty: Duty) -> KindFigures:
    return replace(
        figures,
        required=(figures.required or 0) + duty.is_required,
        met=(figures.met or 0) + duty.is_met,
        missed=(figures.missed or 0) + duty.is_missed,
    )


Counted = defaultdict[int, dict[str, KindFigures]]


def _tally_counts(ranges: Sequence[Range], period: Period) -> Counted:
    rows = (
        Tally.objects.filter(within("org_path", ranges), month__gte=period.start, month__lte=period.end)
        .order_by()
        .values("branch_id", "kind")
        .annotate(
            held_sum=Sum("held"),
            on_time_sum=Sum("on_time"),
            expected_sum=Sum("expected"),
            present_sum=Sum("present"),
            on_leave_sum=Sum("on_leave"),
            absent_sum=Sum("absent"),
        )
    )
    return _collected(rows)


def _campaign_counts(ranges: Sequence[Range], period: Period, campaign: Campaign) -> Counted:
    """Counted from the records' own counters: campaigns cut across the tallies."""
    rows = (
        Activity.objects.valid()
        .held_in(period)
        .filter(within("org_path", ranges), campaigns=campaign)
        .order_by()
        .values("branch_id", "kind")
        .annotate(
            held_sum=Count("pk"),
            on_time_sum=Count("pk", filter=Q(is_on_time=True)),
            expected_sum=Sum("expected"),
            present_sum=Sum("present"),
            on_leave_sum=Sum("on_leave"),
            absent_sum=Sum("absent"),
        )
    )
    return _collected(rows)


def _collected(rows: Any) -> Counted:
    counted: Counted = defaultdict(dict)
    for row in rows:
        counted[row["branch_id"]][row["kind"]] = KindFigures(
            activities=row["held_sum"],
            held=row["held_sum"],
            on_time=row["on_time_sum"],
            expected=row["expected_sum"],
            present=row["present_sum"],
            on_leave=row["on_leave_sum"],
            absent=row["absent_sum"],
        )
    return counted
