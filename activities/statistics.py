"""Figures of organisational life. One number has one function: page, chart, JSON and workbook take these objects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Count, Q, Sum

from branches.scope import Range, within, within_sql
from lib.memory import uncollected
from lib.periods import Period
from lib.rows import fetch

from . import duties, tallies
from .duties import Duty, Lot, State
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
        return KindFigures(*map(_sum, zip(self, other, strict=True)))


class OrganizationFigures(NamedTuple):
    """One organisation that keeps records, at one place of the tree. A tuple, as its figures are.

    A branch that moved within the period has a part for each place; what it held before the move stays there.
    """

    branch_id: int
    code: str
    name: str
    level: str
    category: str
    org_path: str
    kinds: Mapping[str, KindFigures]


@dataclass(frozen=True)
class LifeFigures:
    """Organisational life of a period, in official order: what organisations ``held``, and their ``duties``.

    What is asked of many together is counted from these two; a row for each organisation is made when it is asked for.
    """

    period: Period
    held: tuple[OrganizationFigures, ...]
    duties: tuple[Duty, ...]
    #: Of every organisation in either of the two.
    named: "Named" = field(repr=False)

    @cached_property
    def parts(self) -> tuple[OrganizationFigures, ...]:
        """The organisations, each with what it held and what was asked of it."""
        counted: Counted = defaultdict(dict)
        for part in self.held:
            counted[part.branch_id, part.org_path] = dict(part.kinds)
        _add_duties(counted, self.duties)
        return _parts(counted, self.named)

    @property
    def rows(self) -> tuple[OrganizationFigures, ...]:
        """The parts, brought together; the place of an organisation is the present one when it is among them."""
        by_branch: dict[int, list[OrganizationFigures]] = defaultdict(list)
        for part in self.parts:
            by_branch[part.branch_id].append(part)
        return tuple(
            parts[-1]._replace(kinds=add_up(part.kinds for part in parts)) for parts in by_branch.values()
        )

    @cached_property
    def lots(self) -> tuple[Lot, ...]:
        """The duties counted by rule, sub-period and state."""
        return duties.lots(self.duties)

    @cached_property
    def total(self) -> dict[str, KindFigures]:
        return judged_sums((part.kinds for part in self.held), self.lots)

    def of_category(self, category: str) -> "LifeFigures":
        """Cut to the branches of one category."""
        return LifeFigures(
            self.period,
            tuple(part for part in self.held if part.category == category),
            tuple(duty for duty in self.duties if duty.category == category),
            self.named,
        )


def judged_sums(held: Iterable[Mapping[str, KindFigures]], counted: Iterable[Lot]) -> dict[str, KindFigures]:
    """Kind by kind sums of what was ``held``, and of the duties ``counted``."""
    total: dict[str, KindFigures] = add_up(held)
    judged: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for lot in counted:
        numbers = judged[lot.rule.name]
        for number in _COUNTS_AS[lot.state]:
            numbers[number] += lot.number
    return total | {
        kind: total.get(kind, KindFigures())._replace(required=required, met=met, missed=missed)
        for kind, (required, met, missed) in judged.items()
    }


def add_up(parts: Iterable[Mapping[str, KindFigures]]) -> dict[str, KindFigures]:
    """Kind by kind sums."""
    found: dict[str, list[KindFigures]] = defaultdict(list)
    for kinds in parts:
        for kind, figures in kinds.items():
            found[kind].append(figures)
    return {kind: KindFigures(*map(_sum, zip(*rows, strict=True))) for kind, rows in found.items()}


def _sum(numbers: Iterable[Any]) -> Any:
    """None is what is not asked."""
    found = tuple(numbers)
    if None not in found:
        return sum(found)
    asked = [number for number in found if number is not None]
    return sum(asked) if asked else None


@uncollected()
def organizational_life(
    ranges: Sequence[Range], period: Period, today: date, campaign: Campaign | None = None
) -> LifeFigures:
    """What the organisations within ``ranges`` held in ``period``; places are those of the day of each record.

    Eleven queries, three under a campaign, however many the branches.
    """
    named = _named(ranges)
    if campaign:
        counted, judged = _campaign_counts(ranges, period, campaign), []
    else:
        counted, judged = _tally_counts(ranges, period, named), duties.evaluate(ranges, period, today)
    _name_too({pk for pk, _ in counted} | {branch.id for branch in duties.branches_of(judged)}, named)
    return LifeFigures(period, _parts(counted, named), tuple(judged), named)


@uncollected()
def held(ranges: Sequence[Range], period: Period) -> tuple[OrganizationFigures, ...]:
    """The parts of :func:`organizational_life` from the tallies alone, no duty judged. Two queries."""
    named = _named(ranges)
    counted = _tally_counts(ranges, period, named)
    _name_too({pk for pk, _ in counted}, named)
    return _parts(counted, named)


def _parts(counted: "Counted", named: "Named") -> tuple[OrganizationFigures, ...]:
    """In official order, the present place of an organisation after its earlier ones."""
    parts = []
    for (pk, path), kinds in counted.items():
        _, order, present, code, name, level, category = named[pk]
        part = OrganizationFigures(pk, code, name, level, category, path, kinds)
        parts.append((order, path == present, part))
    parts.sort(key=_PLACE)
    return tuple([part for _, _, part in parts])


_PLACE = itemgetter(0, 1)
_NAMES = (
    "SELECT id, order_key, path, code, short_name, level, category FROM branches_branch WHERE {condition}"
)
#: Key → key, order, present place, code, name, level and category.
Named = dict[int, tuple[Any, ...]]


def _named(ranges: Sequence[Range]) -> Named:
    return _names(*within_sql("path", ranges))


def _names(condition: str, parameters: Sequence[str | int]) -> Named:
    return {row[0]: row for row in fetch(_NAMES.format(condition=condition), parameters)}


def _name_too(branches: Set[int], named: Named) -> None:
    """One query for those that have left the ranges since: by their keys all would be twenty thousand."""
    if gone := branches - named.keys():
        named |= _names(f"id IN ({', '.join(['%s'] * len(gone))})", list(gone))


#: Which of required, met and missed (0 to 2) a duty in a state is.
_COUNTS_AS = {
    state: [
        number
        for number, is_one in enumerate(
            (state not in duties.NOT_ASKED, state in duties.MET, state is State.OVERDUE)
        )
        if is_one
    ]
    for state in State
}


def _add_duties(counted: "Counted", judged: Iterable[Duty]) -> None:
    sums: dict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for rule, _, branch, org_path, _, _, state, _ in judged:
        found = sums[branch.id, org_path, rule.name]
        for number in _COUNTS_AS[state]:
            found[number] += 1
    for (branch_id, org_path, kind), (required, met, missed) in sums.items():
        kinds = counted[(branch_id, org_path)]
        held = kinds.get(kind, KindFigures())
        kinds[kind] = held._replace(required=required, met=met, missed=missed)


#: (branch, its place) → kind → figures
Counted = defaultdict[tuple[int, str], dict[str, KindFigures]]

_DUTIES = ("required", "met", "missed")
_COUNTED = [name for name in KindFigures._fields if name not in _DUTIES]
_TALLIES = """
SELECT branch_id, NULLIF(org_path, branch_path), kind, {sums} FROM activities_tally
WHERE month >= %s AND month <= %s AND {places} GROUP BY 1, 2, 3
"""
#: ``KindFigures._make`` without counting the fields of each once more.
_MAKE = tuple.__new__


def _tally_counts(ranges: Sequence[Range], period: Period, named: Named) -> Counted:
    """In SQL: of a college, Django takes longer to put the question together than the database to answer it.

    A place is told where it is no longer that of the branch: a text less to group by, fetch and look up in each row.
    """
    places, ends = within_sql("org_path", ranges)
    sums = ", ".join("NULL" if name in _DUTIES else f"SUM({name})" for name in KindFigures._fields)
    months = [period.start.isoformat(), period.end.isoformat()]
    here: dict[int, dict[str, KindFigures]] = defaultdict(dict)
    counted: Counted = defaultdict(dict)
    for row in fetch(_TALLIES.format(sums=sums, places=places), [*months, *ends]):
        kinds = here[row[0]] if row[1] is None else counted[row[:2]]
        kinds[row[2]] = _MAKE(KindFigures, row[3:])
    _name_too(here.keys(), named)
    for branch, kinds in here.items():
        counted[branch, named[branch][2]] = kinds
    return counted


def monthly_life(ranges: Sequence[Range], period: Period, category: str = "") -> dict[date, KindFigures]:
    """What was held in each month of ``period``, by its first day, all kinds together; duties apart. One query."""
    rows = Tally.objects.filter(within("org_path", ranges), month__gte=period.start, month__lte=period.end)
    if category:
        rows = rows.filter(branch__category=category)
    sums = {f"{name}_sum": Sum(name) for name in _COUNTED}
    summed: Any = rows.order_by().values_list("month").annotate(**sums)
    return {month: KindFigures(**dict(zip(_COUNTED, figures, strict=True))) for month, *figures in summed}


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
    counted: Counted = defaultdict(dict)
    for branch, path, kind, *figures in rows:
        counted[branch, path][kind] = KindFigures(**dict(zip(_COUNTED, figures, strict=True)))
    for held in tallies.also_held(records):
        kinds = counted[(held.branch_id, held.org_path)]
        kinds[held.kind] = kinds.get(held.kind, KindFigures()) + KindFigures(held=1, on_time=held.is_on_time)
    return counted
