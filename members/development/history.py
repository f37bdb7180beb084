"""The way of somebody whose steps lie in the past: what the dates of a file say against the rules, and their adoption.

The past is what it was: what broke a term or a waiting period is a finding, not a refusal. Only an order of steps that
cannot have been is impossible.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches.local import Decided
from lib import bulk
from lib.dates import written
from members import snapshots
from members.models import Development, DevelopmentPerson, DevelopmentStep, Member, StatusPeriod

from .planning import due_of, excuse_of, floors_of, leaving, rule_of_lateness
from .progress import Done, Person, Progress
from .rules import RULES, Block
from .steps import TABLE, order_between
from .vocabulary import Step

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


def findings(
    dates: Mapping[str, date],
    limits: Mapping[str, Decided],
    *,
    birth_date: date | None = None,
    graduates_on: date | None = None,
) -> list[Finding]:
    """Everything the national rules and the local ones that hold say against ``dates``, by step name. Pure."""
    known = {step: dates[step] for step in TABLE if step in dates}
    person = Person(birth_date, graduates_on)
    held = Progress(person, [Done(step, day) for step, day in known.items()], limits)
    found: list[Finding] = []
    for step in known:
        found += _findings_of(held, step, known)
    return found


def _findings_of(progress: Progress, step: Step, known: dict[Step, date]) -> Iterator[Finding]:
    spec, day = TABLE[step], known[step]
    for need in all_needs(step):
        if need in known and day < known[need]:
            said = f"“{spec.title}”（{written(day)}）早于“{TABLE[need].title}”（{written(known[need])}）。"
            rule = order_between(need, step)
            yield Finding(rule.code, rule.article, said, step, known[need], is_impossible=True)
    for floor, refusal in floors_of(progress, spec, known):
        if day < floor:
            yield _finding(step, refusal)
    if step == _processed(known) and (refused := _was_leaving(progress, day)):
        yield _finding(step, refused)
    due = due_of(progress, spec)
    late = rule_of_lateness(progress, spec)
    if due and day > due and late in RULES and not spec.is_repeated:
        said = f"“{spec.title}”在{written(day)}，应在{written(due)}前完成。{excuse_of(progress, spec)}"
        yield Finding(late, RULES[late].article, said, step, None)


def _processed(known: Mapping[Step, date]) -> Step:
    """The step that shows when somebody's admission was processed (细则 19)."""
    return Step.PRE_REVIEW if Step.PRE_REVIEW in known else Step.ADMISSION_MEETING


def _was_leaving(progress: Progress, day: date) -> Block | None:
    """Somebody admitted after a graduation had not been leaving then."""
    leaves = progress.person.graduates_on
    return leaving(progress, day) if leaves and day <= leaves else None


def _finding(step: Step, refusal: Block) -> Finding:
    return Finding(refusal.code, refusal.article, refusal.message, step, refusal.earliest)


@cache
def all_needs(step: Step) -> tuple[Step, ...]:
    """Everything that has to come before, near or far, each once."""
    found: dict[Step, None] = {}
    open_ = list(TABLE[step].needs)
    while open_:
        need = open_.pop(0)
        if need not in found:
            found[need] = None
            open_ += TABLE[need].needs
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Past:
    """What a file says of one person's way: days, facts and people named, each by step name."""

    member: Member
    dates: Mapping[str, date]
    facts: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, Sequence[Member]]


def adopt_all(pasts: Sequence[Past], *, by: User | None) -> None:
    """Keep the steps of a file as the people's development; those already recorded stay as they are.

    Somebody without an application date and without a development to add to is left out. The status of a person is the
    caller's business: nothing of it is changed here. Queries go by the batch, not by the person. Audited.
    """
    for batch in snapshots.in_batches(pasts):
        with transaction.atomic():
            _adopt(batch, by)


def _adopt(pasts: Sequence[Past], by: User | None) -> None:
    kept = _developments_of(pasts)
    taken = DevelopmentStep.objects.standing().filter(development__in=kept.values())
    held = set(taken.values_list("development", "step"))
    fresh = [
        (development, step, past)
        for past in pasts
        if (development := kept.get(past.member.pk))
        for step in TABLE
        if step in past.dates and (development.pk, step.value) not in held
    ]
    _write_with_people([each for each in fresh if each[2].people.get(each[1])], by)
    rows = (
        (development.pk, step.value, past.dates[step], dict(past.facts.get(step, {})))
        for development, step, past in fresh
        if not past.people.get(step)
    )
    bulk.insert_like(DevelopmentStep(entered_by=by), ("development", "step", "on", "facts"), rows)
    if fresh:
        _record(fresh, by)


Fresh = tuple[Development, Step, Past]


def _write_with_people(fresh: Sequence[Fresh], by: User | None) -> None:
    """Steps in which people were named, and those people."""
    rows = DevelopmentStep.objects.bulk_create(
        DevelopmentStep(
            development=development,
            step=step,
            on=past.dates[step],
            facts=dict(past.facts.get(step, {})),
            entered_by=by,
        )
        for development, step, past in fresh
    )
    DevelopmentPerson.objects.bulk_create(
        DevelopmentPerson(step=row, member=each)
        for row, (_, step, past) in zip(rows, fresh, strict=True)
        for each in past.people[step]
    )


def _record(fresh: Sequence[Fresh], by: User | None) -> None:
    """One person's steps one by one; of many people how many, as of those who are enrolled."""
    developments = {development.pk: development for development, _, _ in fresh}
    if len(developments) == 1:
        [development] = developments.values()
        after: dict[str, Any] = {step.value: past.dates[step].isoformat() for _, step, past in fresh}
        path = development.member.branch_path
        audit.record("development.adopt", by=by, on=development, after=after, branch_path=path)
    else:
        after = {"people": len(developments), "records": len(fresh)}
        audit.record("development.adopt", by=by, after=after)


def _developments_of(pasts: Sequence[Past]) -> dict[UUID, Development]:
    """By person: the running development or the last one, else a new one; closed for whoever has arrived."""
    rows = Development.objects.filter(member__in=[past.member.pk for past in pasts])
    found = {row.member_id: row for row in reversed(rows.select_related("member").latest_first())}
    _learn_of_applications([past for past in pasts if past.member.pk in found], found)
    made = [
        _made(past.member, past.dates[Step.APPLICATION])
        for past in pasts
        if past.member.pk not in found and Step.APPLICATION in past.dates
    ]
    Development.objects.bulk_create(made)
    return found | {row.member_id: row for row in made}


def _learn_of_applications(pasts: Sequence[Past], found: Mapping[UUID, Development]) -> None:
    """Of whoever came on probation the file may say when he had applied."""
    learned = []
    for past in pasts:
        development = found[past.member.pk]
        if development.applied_on is None and Step.APPLICATION in past.dates:
            development.applied_on = past.dates[Step.APPLICATION]
            learned.append(development)
    Development.objects.bulk_update(learned, ["applied_on"])


def _made(member: Member, applied_on: date) -> Development:
    is_over = member.status in FINISHED
    arrived = Development.Outcome.ENDED if member.status == Status.LEFT else Development.Outcome.JOINED
    return Development(
        member=member,
        applied_on=applied_on,
        closed_on=(member.full_on or applied_on) if is_over else None,
        outcome=arrived if is_over else "",
    )
