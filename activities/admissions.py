"""A vote on somebody's admission or 转正, carried over into his record of 发展党员: votes are typed once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from members.development.vocabulary import Step
from members.models import Development, DevelopmentStep, StatusPeriod
from members.voting import Vote

from .minutes import Item
from .models import Activity

#: Whom a vote is about, by what he is, and the step that it is.
STEPS = {
    StatusPeriod.Status.TARGET: Step.ADMISSION_MEETING,
    StatusPeriod.Status.PROBATIONARY: Step.FULL_MEETING,
}


@dataclass(frozen=True)
class Link:
    """Where the votes of an item go; ``is_done`` when the step stands there already."""

    name: str
    url: str
    is_done: bool


def links(activity: Activity, agenda: Iterable[Item]) -> dict[int, Link]:
    """By the number of the item: votes on the one person of the branch whom its title names. Two queries."""
    wanted = [item for item in agenda if item.row.vote == Vote.ADMISSION and item.ballots and not item.fault]
    if not wanted:
        return {}
    developments = list(
        Development.objects.open()
        .filter(member__branch=activity.branch, member__status__in=STEPS)
        .select_related("member")
    )
    taken = set(
        DevelopmentStep.objects.standing()
        .filter(development__in=developments, step__in=STEPS.values())
        .values_list("development", "step")
    )
    found = {}
    for item in wanted:
        named = [each for each in developments if each.member.name in item.row.title]
        if len(named) == 1:
            step = STEPS[StatusPeriod.Status(named[0].member.status)]
            is_done = (named[0].pk, step.value) in taken
            page = reverse("development_person", args=[named[0].pk])
            url = page if is_done else _address(activity, named[0], step, item)
            found[item.number] = Link(named[0].member.name, url, is_done)
    return found


def _address(activity: Activity, development: Development, step: Step, item: Item) -> str:
    """The form of the step, with what the minutes know."""
    values = urlencode(dict(_facts(activity, item)))
    return f"{reverse('development_step', args=[development.pk, step.value])}?{values}"


def _facts(activity: Activity, item: Item) -> Iterator[tuple[str, str | int]]:
    yield "on", activity.held_on.isoformat()
    yield "expected", item.turnout.expected
    yield "present", item.turnout.present
    yield "uncounted_reason", item.row.uncounted_reason
    [judged] = item.ballots
    for name, value in judged.ballot.as_kept().items():
        if name != "subject":
            yield name, value
    yield "result", "passed" if judged.verdict.is_passed else "failed"
