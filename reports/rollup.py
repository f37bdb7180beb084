"""Figures brought together by second-level organisation, or by branch within one of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from activities.duties import Duty
from activities.statistics import KindFigures, OrganizationFigures, add_up
from branches.models import Branch

from .asked import SECOND_LEVEL, Asked, lies_in_one, organisation_at
from .quarterly import Quarterly


@dataclass(frozen=True)
class Unit:
    """One row: an organisation with its figures. ``filters`` name it in the address of a list."""

    branch: Branch
    kinds: Mapping[str, KindFigures]
    duties: tuple[Duty, ...]
    branches: int
    members: int
    filters: Mapping[str, object]


def units(figures: Quarterly, asked: Asked) -> list[Unit]:
    """The rows of ``figures`` in official order. One query.

    What a branch did before it moved stands with the organisation it belonged to then. An organisation's own records
    (a committee holds some, too) stand in the row of its own name.
    """
    parts: dict[str, list[OrganizationFigures]] = defaultdict(list)
    duties: dict[str, list[Duty]] = defaultdict(list)
    members: dict[str, int] = defaultdict(int)
    for part in figures.life.parts:
        parts[asked.row_of(part.org_path)].append(part)
    for duty in figures.life.duties:
        duties[asked.row_of(duty.org_path)].append(duty)
    for headcount in figures.roster.headcounts:
        members[asked.row_of(headcount.path)] += headcount.people
    paths = parts.keys() | duties.keys() | members.keys()
    branches = Branch.objects.in_bulk({organisation_at(path) for path in paths})
    rows = [
        Unit(
            branch=branches[organisation_at(path)],
            kinds=add_up(part.kinds for part in parts[path]),
            duties=tuple(duties[path]),
            branches=len({part.branch_id for part in parts[path] if part.level == Branch.Level.BRANCH}),
            members=members[path],
            filters=_filters(path, asked),
        )
        for path in paths
    ]
    return sorted(rows, key=lambda row: row.branch.order_key)


def _filters(path: str, asked: Asked) -> dict[str, object]:
    """A second-level organisation with all below it, or one organisation by itself: a branch, the root."""
    by_itself = lies_in_one(asked.ranges) or len(path) != SECOND_LEVEL
    named: dict[str, object] = {"branch" if by_itself else "org": organisation_at(path)}
    return {**asked.carried, **named}


def sum_of(kinds: Mapping[str, KindFigures]) -> KindFigures:
    """All kinds together."""
    return sum(kinds.values(), KindFigures())


def exempt(duties: Sequence[Duty]) -> int:
    return sum(not duty.is_required for duty in duties)
