"""The way of somebody whose steps lie in the past: what the dates of a file say against the rules, and their adoption.

The past is what it was: what broke a term or a waiting period is a finding, not a refusal. Only an order of steps that
cannot have been is impossible.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from members.models import Development, DevelopmentPerson, DevelopmentStep, Member, StatusPeriod

from .loading import limits
from .planning import due_of, floors_of, written
from .progress import Done, Person, Progress
from .rules import RULES, Block
from .steps import TABLE, Step

Status = StatusPeriod.Status
FINISHED = frozenset({Status.FULL, Status.LEFT, Status.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say against a date. ``is_impossible`` when it lies before something it must follow."""

    code: str
    article: str
    message: str
    step: Step
    earliest: date | None
    is_impossible: bool = False


def findings(dates: Mapping[str, date], *, birth_date: date | None = None) -> list[Finding]:
    """Everything the national rules and the local ones that hold say against ``dates``, by step name. One query."""
    known = {step: dates[step] for step in TABLE if step in dates}
    held = Progress(Person(birth_date), [Done(step, day) for step, day in known.items()], limits())
    found: list[Finding] = []
    for step in known:
        found += _findings_of(held, step, known)
    return found


def _findings_of(progress: Progress, step: Step, known: dict[Step, date]) -> Iterator[Finding]:
    spec, day = TABLE[step], known[step]
    for need in _all_needs(step):
        if need in known and day < known[need]:
            said = f"“{spec.title}”（{written(day)}）早于“{TABLE[need].title}”（{written(known[need])}）。"
            article = RULES[spec.rule].article if spec.rule else "发展党员工作程序"
            yield Finding(spec.rule or step.value, article, said, step, known[need], is_impossible=True)
    for floor, refusal in floors_of(progress, spec, known):
        if day < floor:
            yield _finding(step, refusal)
    due = due_of(progress, spec)
    rule = "FZ-25" if step == Step.FULL_MEETING else spec.due.rule if spec.due else ""
    if due and day > due and rule in RULES and not spec.is_repeated:
        said = f"“{spec.title}”在{written(day)}，应在{written(due)}前完成。"
        yield Finding(rule, RULES[rule].article, said, step, None)


def _finding(step: Step, refusal: Block) -> Finding:
    return Finding(refusal.code, refusal.article, refusal.message, step, refusal.earliest)


def _all_needs(step: Step) -> Iterator[Step]:
    """Everything that has to come before, near or far, each once."""
    seen: set[Step] = set()
    open_ = list(TABLE[step].needs)
    while open_:
        need = open_.pop(0)
        if need not in seen:
            seen.add(need)
            open_ += TABLE[need].needs
            yield need


def adopt(
    member: Member,
    dates: Mapping[str, date],
    facts: Mapping[str, Mapping[str, Any]],
    people: Mapping[str, Sequence[Member]],
    *,
    by: User | None,
) -> Development | None:
    """Keep the steps of a file as the person's development; those already recorded stay as they are.

    ``dates``, ``facts`` and ``people`` go by step name. The person's status is the caller's business: nothing of it is
    changed here. None when there is no application date and no development to add to. Audited.
    """
    known = {step: dates[step] for step in TABLE if step in dates}
    with transaction.atomic():
        development = _development_of(member, known.get(Step.APPLICATION))
        if development is None:
            return None
        held = set(development.steps.standing().values_list("step", flat=True))
        fresh = [
            DevelopmentStep(
                development=development, step=step, on=day, facts=dict(facts.get(step, {})), entered_by=by
            )
            for step, day in known.items()
            if step not in held
        ]
        DevelopmentStep.objects.bulk_create(fresh)
        DevelopmentPerson.objects.bulk_create(
            DevelopmentPerson(step=row, member=each) for row in fresh for each in people.get(row.step, ())
        )
        if fresh:
            steps = {row.step: row.on.isoformat() for row in fresh}
            audit.record(
                "development.adopt", by=by, on=development, after=steps, branch_path=member.branch_path
            )
    return development


def _development_of(member: Member, applied_on: date | None) -> Development | None:
    """The running development, else the last one, else a new one; closed for whoever has arrived."""
    found = member.developments.order_by("-applied_on").first()
    if found or applied_on is None:
        return found
    is_over = member.status in FINISHED
    arrived = Development.Outcome.ENDED if member.status == Status.LEFT else Development.Outcome.JOINED
    outcome = arrived if is_over else ""
    closed_on = (member.full_on or applied_on) if is_over else None
    return Development.objects.create(
        member=member, applied_on=applied_on, closed_on=closed_on, outcome=outcome
    )
