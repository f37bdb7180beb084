"""Progress out of the database: for one person or for all of a list in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from branches import local
from branches.local import Decided
from members import local_rules
from members.models import Development, DevelopmentPerson, DevelopmentStep, MembershipSpell

from .progress import Done, Person, Progress
from .vocabulary import Step

LIMITS = (
    local_rules.NOTICE_DAYS,
    local_rules.REPORT_MONTHS,
    local_rules.PROBATION_MONTHS,
    local_rules.APPLICATION_MONTHS,
    local_rules.CONTACT_LIMIT,
    local_rules.TRAINING_MONTHS,
    local_rules.PLAN,
)


def limits() -> dict[str, Decided]:
    """The local rules of 发展党员. One query."""
    return local.decided(LIMITS)


def progress_of(development: Development, on: date | None = None) -> Progress:
    """Four queries; ``on`` leaves out what happened after that day."""
    return progress_of_all([development], on)[development.pk]


def progress_of_all(
    developments: Iterable[Development], on: date | None = None, *, named: bool = True
) -> dict[UUID, Progress]:
    """Progress by development, whose members are loaded. Four queries for any number, three without those named."""
    wanted = list(developments)
    steps = DevelopmentStep.objects.standing().filter(development__in=wanted).order_by("on", "id")
    if on:
        steps = steps.filter(on__lte=on)
    people = _people(wanted) if named else {}
    done: dict[UUID, list[Done]] = defaultdict(list)
    for row in steps:
        done[row.development_id].append(_done(row, people))
    came = _came(wanted, on)
    held = limits()
    return {
        each.pk: Progress(person_of(each, came.get(each.member_id)), done[each.pk], held)
        for each in wanted
        if done[each.pk] or each.began_at_probation
    }


def _done(row: DevelopmentStep, people: Mapping[int, tuple[UUID, ...]]) -> Done:
    named = people.get(row.pk, ())
    return Done(Step(row.step), row.on, row.facts, row.is_effective, row.entered_by_id, named)


def _people(developments: list[Development]) -> dict[int, tuple[UUID, ...]]:
    found: dict[int, list[UUID]] = defaultdict(list)
    rows = DevelopmentPerson.objects.filter(step__development__in=developments).order_by("pk")
    for step_id, member_id in rows.values_list("step", "member"):
        found[step_id].append(member_id)
    return {step_id: tuple(named) for step_id, named in found.items()}


def person_of(development: Development, came_on: date | None = None) -> Person:
    member = development.member
    return Person(member.birth_date, member.graduates_on, came_on, development.admitted_elsewhere_on)


def _came(developments: list[Development], on: date | None) -> dict[UUID, date]:
    """Since when each person is in the branch of ``on``, when he came to it as a probationary member (细则 36)."""
    joined = {each.member_id: each.member.joined_on for each in developments if each.member.joined_on}
    held = MembershipSpell.objects.on(on) if on else MembershipSpell.objects.open()
    spells = held.filter(member__in=list(joined), kind=MembershipSpell.Kind.BELONGING, is_assumed=False)
    return {
        member_id: since
        for member_id, since in spells.values_list("member", "since")
        if since > (joined[member_id] or since)
    }
