"""Steps of 发展党员: those with a lawful last day, and those that the superior or time has made possible."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from branches.roles import Right
from members.development import approving, listing, planning
from members.development.listing import Line
from members.development.loading import progress_of_all
from members.development.planning import Planned
from members.development.progress import Progress
from members.development.rules import RULES
from members.development.steps import TABLE
from members.development.vocabulary import By, Step
from members.models import Development

from .due import LEAD, Due
from .recipients import Address, Recipients

PREFIX = "step:"
#: That a step has become possible is news for so long; the list of 发展党员 shows it as long as it waits.
NEWS = timedelta(days=30)


def due(on: date, told: Recipients) -> Iterator[Due]:
    """The branch's steps to the branch, the committee's to the staff of the nearest committee that may approve."""
    branches, committees = told.of(Right.DEVELOP), told.of(Right.APPROVE)
    approvers = approving.committees_by_path()
    people = Development.objects.open().select_related("member__branch").order_by("pk")
    for line in listing.lines(people, on):
        for found in _found(line, on):
            address = branches.get(line.member.branch_id)
            if found.planned.spec.by is By.COMMITTEE:
                committee = approving.nearest(approvers, line.member.branch_path)
                address = committees.get(committee.pk) if committee else None
            if address:
                yield from _told(line, found, address)


@dataclass(frozen=True)
class _Found:
    kind: str
    planned: Planned
    due_on: date
    why: str


def _found(line: Line, on: date) -> Iterator[_Found]:
    """Steps whose last day has passed or comes within a week; else the next one, when it is not the branch's own
    last act that brought it about.
    """
    told = set()
    for planned in line.planned:
        if planned.due and planned.due <= on + LEAD:
            told.add(planned.step)
            why = planning.article_of_due(line.progress, planned.spec)
            yield _Found("development", planned, planned.due, why)
    following = line.following
    if following is None or following.step in told or not line.may_take(following.step):
        return
    is_asked = following.spec.by is By.COMMITTEE
    if (is_asked or following.is_timed) and following.opens_on >= on - NEWS:
        why = "等待上级党委办理" if is_asked else "时间已满，可以办理"
        article = RULES[following.spec.rule].article if following.spec.rule else ""
        yield _Found(
            "development_open", following, following.opens_on, f"{why}（{article}）" if article else why
        )


def _told(line: Line, found: _Found, address: Address) -> Iterator[Due]:
    member, spec = line.member, found.planned.spec
    last = f":{found.due_on}" if found.kind == "development" else ""
    for user_id in address.users:
        if user_id == member.account_id:
            continue  # nobody takes his own steps
        yield Due(
            kind=found.kind,
            subject=f"{PREFIX}{line.development.pk}:{spec.step}{last}",
            named=f"{member.branch.code}:{member.number}:{spec.step}",
            due_on=found.due_on,
            recipient_id=user_id,
            title=f"{member.name}：{spec.title}",
            detail=f"{member.branch.short_name}，{found.why}"[:200],
            url=_url(line, found.planned),
            branch_path=address.path,
        )


def _url(line: Line, planned: Planned) -> str:
    """The form of the step; where another is needed before, that one's."""
    step: Step | None = planned.step
    if not planned.is_next:
        missing = (line.planned_step(need) for need in planned.spec.needs)
        step = next((each.step for each in missing if each and each.is_next), None)
    if step is None:
        return reverse("development_person", args=[line.development.pk])
    return reverse("development_step", args=[line.development.pk, step.value])


def met(subjects: set[str], on: date) -> set[str]:
    """Steps that were taken; one that comes again, when it was taken since."""
    asked = {
        subject: subject.removeprefix(PREFIX).split(":") for subject in subjects if subject.startswith(PREFIX)
    }
    if not asked:
        return set()
    wanted = Development.objects.filter(pk__in={parts[0] for parts in asked.values()}).select_related(
        "member"
    )
    progress = {str(pk): found for pk, found in progress_of_all(wanted, on, named=False).items()}
    return {
        subject
        for subject, (key, step, *last) in asked.items()
        if key in progress and _is_met(progress[key], Step(step), *last)
    }


def _is_met(progress: Progress, step: Step, last: str = "") -> bool:
    if not any(each.step == step and each.is_effective for each in progress.done):
        return False
    return not TABLE[step].is_repeated or str(planning.due_of(progress, TABLE[step])) > last
