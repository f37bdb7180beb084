"""Figures brought together by second-level organisation, or by branch within one of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from activities.duties import Duty, Lot, lots
from activities.statistics import KindFigures, LifeFigures, OrganizationFigures, add_up
from branches.models import Branch
from members.statistics import RosterFigures

from .asked import Asked

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
    parts: dict[Row, list[OrganizationFigures]] = defaultdict(list)
    duties: dict[Row, list[Duty]] = defaultdict(list)
    members: dict[Row, int] = defaultdict(int)
    leaves: dict[Row, set[int]] = defaultdict(set)
    row_of = cache(asked.row_of)  # a branch has some twenty duties
    for part in life.parts:
        parts[row_of(part.org_path)].append(part)
        if part.level == Branch.Level.BRANCH:
            leaves[row_of(part.org_path)].add(part.branch_id)
    for duty in life.duties:
        duties[row_of(duty.org_path)].append(duty)
    for headcount in roster.headcounts if roster else ():
        members[row_of(headcount.path)] += headcount.people
        leaves[row_of(headcount.path)].add(headcount.branch_id)
    rows = parts.keys() | duties.keys() | members.keys()
    branches = Branch.objects.in_bulk({pk for pk, _ in rows})
    found = [
        Unit(
            branch=branches[row[0]],
            kinds=add_up(part.kinds for part in parts[row]),
            duties=lots(duties[row]),
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
