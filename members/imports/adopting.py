"""The steps of 发展党员 that a file says, kept as the development of the people it enrolled or changed."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from accounts.models import User
from members import adopted
from members.development import history
from members.models import Member, StatusPeriod

from . import steps
from .comparing import Outcome


def states_before(changed: Iterable[Outcome]) -> dict[UUID, adopted.State]:
    """What is recorded of the development of those whose rows touch it, before anything is written."""
    return adopted.states_of([each.row.member.pk for each in changed if each.row.member and touches(each)])


def touches(outcome: Outcome) -> bool:
    """Whether a row says steps, or what opens or ends the development of somebody on probation."""
    if outcome.row.member is None:
        return outcome.adopts_steps or outcome.facts.get("status") == StatusPeriod.Status.PROBATIONARY
    return outcome.adopts_steps or not {"status", "joined_on", "full_on"}.isdisjoint(outcome.values())


def adopt_all(outcomes: Iterable[Outcome], people: Mapping[int, Member], by: User | None) -> None:
    """Keep the steps of each row; ``people`` goes by the sheet's row number. A few queries for each 500 people."""
    wanted = [each for each in outcomes if each.adopts_steps and each.row.number in people]
    named = _full_members([(people[each.row.number], each) for each in wanted])
    history.adopt_all([_past(people[each.row.number], each, named) for each in wanted], by=by)


def _past(member: Member, outcome: Outcome, named: Mapping[tuple[int, str], Member]) -> history.Past:
    values = outcome.row.values
    found = {
        step: [named[member.branch_id, name] for name in names if (member.branch_id, name) in named]
        for step, names in steps.names_of(values).items()
    }
    return history.Past(member, outcome.facts["development"], steps.facts_of(values), found)


def _full_members(wanted: Sequence[tuple[Member, Outcome]]) -> dict[tuple[int, str], Member]:
    """Full members of the same branch by name; nobody where two have it. One query."""
    names = {
        name for _, each in wanted for listed in steps.names_of(each.row.values).values() for name in listed
    }
    branches = {member.branch_id for member, _ in wanted}
    found: dict[tuple[int, str], Member] = {}
    doubled: set[tuple[int, str]] = set()
    if names:
        rows = Member.objects.filter(branch__in=branches, status=StatusPeriod.Status.FULL, name__in=names)
        for member in rows:
            key = (member.branch_id, member.name)
            doubled |= {key} & found.keys()
            found[key] = member
    return {key: member for key, member in found.items() if key not in doubled}
