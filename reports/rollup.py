"""Figures brought together by second-level organisation, or by branch within one of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from activities.duties import Duty, Lot, lots
from activities.statistics import KindFigures, LifeFigures, judged_sums
from branches.models import Branch
from members.statistics import RosterFigures

from .asked import Asked

#: Of a duty; those of a branch stand one after the other.
_BRANCH_AND_PLACE = attrgetter("branch", "org_path")
#: An organisation, and whether the row is of it alone.
Row = tuple[int, bool]


@dataclass(frozen=True)
class Unit:
    """One row: an organisation with its figures, its duties in lots. ``filters`` name it in the address of a list."""

    branch: Branch
    kinds: Mapping[str, KindFigures]
    duties: tuple[Lot, ...]
    branches: int
    members: int
    filters: Mapping[str, object]


def units(life: LifeFigures, asked: Asked, roster: RosterFigures | None = None) -> list[Unit]:
    """The rows of ``life`` in official order; of ``roster`` how many branches and members each has. One query.

    What a branch did before it moved stands with the organisation it belonged to then. An organisation's own records
    (a committee holds some, too) stand in the row of its own name.
    """
    held: dict[Row, list[Mapping[str, KindFigures]]] = defaultdict(list)
    duties: dict[Row, list[Duty]] = defaultdict(list)
    members: dict[Row, int] = defaultdict(int)
    leaves: dict[Row, set[int]] = defaultdict(set)
    row_of = cache(asked.row_of)
    for part in life.held:
        held[row_of(part.org_path)].append(part.kinds)
        if part.level == Branch.Level.BRANCH:
            leaves[row_of(part.org_path)].add(part.branch_id)
    for (branch, org_path), own in groupby(life.duties, _BRANCH_AND_PLACE):
        duties[row_of(org_path)] += own
        leaves[row_of(org_path)].add(branch.id)
    for headcount in roster.headcounts if roster else ():
        members[row_of(headcount.path)] += headcount.people
        leaves[row_of(headcount.path)].add(headcount.branch_id)
    rows = held.keys() | duties.keys() | members.keys()
    branches = Branch.objects.in_bulk({pk for pk, _ in rows})
    counted = {row: lots(duties[row]) for row in rows}
    found = [
        Unit(
            branch=branches[row[0]],
            kinds=judged_sums(held[row], counted[row]),
            duties=counted[row],
            branches=len(leaves[row]),
            members=members[row],
            filters={**asked.carried, "branch" if row[1] else "org": row[0]},
        )
        for row in rows
    ]
    return sorted(found, key=lambda unit: unit.branch.order_key)


def sum_of(kinds: Mapping[Any, KindFigures]) -> KindFigures:
    """All kinds, or months, together."""
    return sum(kinds.values(), KindFigures())


def exempt(duties: Iterable[Duty | Lot]) -> int:
    return sum(duty.number for duty in duties if not duty.is_required)
