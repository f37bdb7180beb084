"""The plan beside what happened: each planned date with the record that met it, and the records without a plan."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter

from activities.kinds import Kind
from activities.models import Activity, Plan
from branches.models import Branch
from lib.periods import Period

from .dates import Planned, changes_of, planned


class State(StrEnum):
    MET = "met"
    CANCELLED = "cancelled"
    COMING = "coming"
    WAITING = "waiting"
    NOT_HELD = "not_held"


#: State → look of `ui.status` and words.
SHOWN = {
    State.MET: ("done", "已开展"),
    State.CANCELLED: ("exempt", "已取消"),
    State.COMING: ("todo", "未到日期"),
    State.WAITING: ("due", "日期已过，待开展"),
    State.NOT_HELD: ("late", "未开展"),
}


@dataclass(frozen=True)
class Line:
    """One planned date, and the record that met it."""

    planned: Planned
    record: Activity | None
    state: State

    @property
    def look(self) -> str:
        return SHOWN[self.state][0]

    @property
    def word(self) -> str:
        return SHOWN[self.state][1]


@dataclass(frozen=True)
class Beside:
    """A branch's plan of a period with what was held; ``unplanned`` are the records no plan speaks of."""

    lines: Sequence[Line]
    unplanned: Sequence[Activity]

    def number(self, state: State) -> int:
        return sum(line.state is state for line in self.lines)


def of_branch(branch: Branch, period: Period, today: date) -> Beside:
    return of_branches([branch], period, today)[branch.pk]


def of_merged(into: Branch, period: Period, today: date) -> list[tuple[Branch, Beside]]:
    """Of each branch that was merged into ``into`` its plan beside its records, in official order; without those of
    which the period has no date. One query, and three when there are any.
    """
    merged = list(Branch.objects.filter(activity_plans__branch_path=into.path).exclude(pk=into.pk).distinct())
    found = of_branches(merged, period, today) if merged else {}
    ordered = sorted(merged, key=attrgetter("order_key"))
    return [(branch, found[branch.pk]) for branch in ordered if found[branch.pk].lines]


def of_branches(branches: Iterable[Branch], period: Period, today: date) -> dict[int, Beside]:
    """Branch → its plan beside its records. Three queries, whatever the number."""
    keys = [branch.pk for branch in branches]
    plans = list(
        Plan.objects.filter(branch__in=keys, since__lte=period.next().end, until__gte=period.previous().start)
        .select_related("branch", "group")
        .order_by("since", "pk")
    )
    changes = changes_of(plans)
    records: dict[int, list[Activity]] = defaultdict(list)
    for record in Activity.objects.valid().filter(branch__in=keys).held_in(period).order_by("held_on", "pk"):
        records[record.branch_id].append(record)
    dates: dict[int, list[Planned]] = defaultdict(list)
    for plan in plans:
        dates[plan.branch_id] += planned(plan, period, changes.get(plan.pk, {}))
    return {key: _beside(dates[key], records[key], today) for key in keys}


def _beside(dates: list[Planned], records: list[Activity], today: date) -> Beside:
    ordered = sorted(dates, key=lambda one: (one.on, one.plan.pk, one.planned_on))
    met = _matched(ordered, records)
    lines = [
        Line(one, met.get(index), _state(one, met.get(index), today)) for index, one in enumerate(ordered)
    ]
    used = {record.pk for record in met.values()}
    return Beside(lines, [record for record in records if record.pk not in used])


def _matched(dates: Sequence[Planned], records: Sequence[Activity]) -> dict[int, Activity]:
    """Which record met which date: of the kind and group, in its window, the one on the day before the nearest. A
    record of several kinds (套会) meets one date of each of them, and never two of one kind.
    """
    met: dict[int, Activity] = {}
    taken: set[tuple[object, str]] = set()
    for exactly in (True, False):
        for index, one in enumerate(dates):
            if index in met or one.is_cancelled:
                continue
            fitting = [
                record
                for record in records
                if _fits(record, one)
                and (record.pk, one.plan.kind) not in taken
                and (not exactly or record.held_on == one.on)
            ]
            if fitting:
                nearest = min(
                    fitting, key=lambda record: (abs((record.held_on - one.on).days), record.held_on)
                )
                met[index] = nearest
                taken.add((nearest.pk, one.plan.kind))
    return met


def _fits(record: Activity, one: Planned) -> bool:
    plan = one.plan
    is_group = record.group_id == plan.group_id
    return Kind(plan.kind) in record.kinds and is_group and one.window.contains(record.held_on)


def _state(one: Planned, record: Activity | None, today: date) -> State:
    if record:
        return State.MET
    if one.is_cancelled:
        return State.CANCELLED
    if one.on >= today:
        return State.COMING
    return State.NOT_HELD if one.window.is_over(today) else State.WAITING
