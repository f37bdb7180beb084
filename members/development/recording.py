"""The one door through which a step of 发展党员 is written, and the one through which it is taken back.

What a step does, in this order: the guards; the row with its facts and the people named; the status of the person and
the dates that follow (``TABLE`` and :func:`_follow`); the end of the development; the audit entry. One transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may
from lib.dates import written
from members import courses, departures, enrolment, versions
from members.controls import CLOSED, IN_ORDER, ONCE
from members.enrolment import NewMember
from members.membership_rules import MovementError
from members.models import (
    Departure,
    Development,
    DevelopmentPerson,
    DevelopmentStep,
    Member,
    StatusPeriod,
    id_number_index,
)
from members.standing import STAGES

from . import approving
from .attempts import Attempt
from .guards import blocks_of
from .loading import limits, person_of, progress_of_all
from .membership_forms import tidied
from .planning import is_late
from .progress import Progress
from .rules import Block, block, refuse
from .steps import TABLE
from .vocabulary import Step

Status = StatusPeriod.Status


_CLOSED = refuse(CLOSED, "这份发展记录已经结束，不能再登记步骤。")


class Refused(Exception):
    """The step cannot be taken; each block names the rule, what is missing and the earliest day."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)
        super().__init__("；".join(map(str, blocks)))


def apply(person: NewMember, on: date, *, by: User) -> Development:
    """Somebody hands in an application: enrolled as an applicant, with the first step. Refused under eighteen.

    Who stands in the branch's list already, from an import, keeps his record. EnrolmentError when the identity is
    taken elsewhere.
    """
    if not may(by, Right.DEVELOP, person.branch.path):
        raise PermissionDenied
    if person.birth_date is None:
        raise Refused([block("FZ-01", "请填写出生日期，才能核对是否年满十八岁。")])
    with transaction.atomic():
        return open_for(_known(person) or enrolment.enrol(person, by=by), on, by=by)


def _known(person: NewMember) -> Member | None:
    """Somebody on the way in the same branch already, told by the ID number alone."""
    if not person.id_number:
        return None
    listed = Member.objects.filter(branch=person.branch, status__in=STAGES)
    return listed.filter(id_number_hash=id_number_index(person.id_number)).first()


def open_for(member: Member, on: date, *, by: User) -> Development:
    """Begin the development of somebody enrolled who handed in an application on ``on``."""
    with transaction.atomic():
        development = Development(member=member, applied_on=on)
        development.full_clean(exclude=["member"])
        development.save()
        _take(development, Step.APPLICATION, on, {}, [], by)
    return development


def record(
    development: Development,
    step: Step,
    on: date,
    facts: Mapping[str, Any],
    people: Sequence[Member] = (),
    *,
    by: User,
) -> DevelopmentStep:
    """Take a step. PermissionDenied without the right; :class:`Refused` when a rule stands against it."""
    with transaction.atomic():
        locked = Development.objects.select_for_update(of=("self",)).select_related("member__branch")
        development = locked.get(pk=development.pk)
        if not approving.may_take(by, development, TABLE[step].by):
            raise PermissionDenied
        if development.closed_on:
            raise Refused([_CLOSED])
        return _take(development, step, on, facts, people, by)


def _take(
    development: Development,
    step: Step,
    on: date,
    facts: Mapping[str, Any],
    people: Sequence[Member],
    by: User,
) -> DevelopmentStep:
    progress, facts = progress_or_nothing(development), tidied(facts)
    attempt = Attempt(development, progress, TABLE[step], on, facts, people)
    found = blocks_of(attempt, timezone.localdate())
    found += [*approving.refusals(attempt, by), *approving.quota(attempt)]
    if found:
        raise Refused(found)
    row = DevelopmentStep.objects.create(
        development=development,
        step=step,
        on=on,
        facts=_storable(facts),
        is_effective=attempt.is_effective,
        is_late=is_late(attempt.spec, progress, on, facts),
        entered_by=by,
    )
    DevelopmentPerson.objects.bulk_create(DevelopmentPerson(step=row, member=each) for each in people)
    if attempt.is_effective:
        _follow(attempt, by)
    after = {"step": step.value, "on": on.isoformat(), "effective": attempt.is_effective}
    audit.record(
        "development.record", by=by, on=development, after=after, branch_path=development.member.branch_path
    )
    return row


def progress_or_nothing(development: Development) -> Progress:
    """The person's progress; an empty one before the first step."""
    found = progress_of_all([development]).get(development.pk)
    return found or Progress(person_of(development), (), limits())


def _storable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, days as text."""
    said = {name: value for name, value in facts.items() if value not in (None, "")}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


def _follow(attempt: Attempt, by: User) -> None:
    """What a step changes for the person: the status and the dates that carry it."""
    spec, member = attempt.spec, attempt.development.member
    if spec.status in (Status.ACTIVIST, Status.TARGET):
        _change(member, by, status=spec.status, stages={spec.status: attempt.on})
    elif spec.step == Step.ADMISSION_APPROVAL:
        # 教育管理条例 24: 党籍 begins on the day the branch meeting passed the person.
        _change(
            member, by, status=Status.PROBATIONARY, joined_on=attempt.progress.day_of(Step.ADMISSION_MEETING)
        )
    elif spec.step == Step.FULL_APPROVAL:
        _follow_full(attempt, by)
    elif spec.step == Step.ARCHIVE:
        _close(attempt.development, Development.Outcome.JOINED, attempt.on)


def _follow_full(attempt: Attempt, by: User) -> None:
    """细则 34: full member, and 党龄, from the end of probation, whenever the meeting or the approval was."""
    meeting = attempt.progress.last(Step.FULL_MEETING)
    assert meeting is not None
    decision = meeting.facts.get("decision", "confirm")
    member = attempt.development.member
    if decision == "confirm":
        _change(member, by, status=Status.FULL, full_on=attempt.progress.probation_ends)
    elif decision == "cancel":
        _cancel(attempt, meeting.on, by)


def _change(member: Member, by: User, **values: Any) -> None:
    enrolment.change(member, values, by=by)
    member.refresh_from_db()


def _cancel(attempt: Attempt, decided_on: date, by: User) -> None:
    """细则 32: who does not do his duty as a probationary member and is not extended loses the standing."""
    evidence = f"支部大会{decided_on:%Y-%m-%d}讨论决定，党委批准"
    try:
        departures.depart(
            attempt.development.member,
            Departure.Kind.PROBATION_CANCELLED,
            on=attempt.on,
            by=by,
            evidence=evidence,
            document=str(attempt.facts.get("document") or ""),
        )
    except MovementError as error:
        said = f"{error.cited[0]}。"
        raise Refused([Block(error.code, error.article, said, error.earliest)]) from error
    _close(attempt.development, Development.Outcome.CANCELLED, attempt.on, evidence)


def _close(development: Development, outcome: str, on: date, reason: str = "") -> None:
    development.outcome, development.closed_on, development.reason = outcome, on, reason
    development.save(update_fields=["outcome", "closed_on", "reason"])


def end(development: Development, on: date, reason: str, *, by: User) -> None:
    """End a development that will not go on (终止培养): the person leaves the list of those being developed."""
    with transaction.atomic():
        development = _locked(development, by)
        if development.member.status not in (Status.APPLICANT, Status.ACTIVIST, Status.TARGET):
            raise Refused(
                [block("FZ-20", "已经是预备党员，不能终止培养；请由支部大会讨论，决定是否取消预备党员资格。")]
            )
        last = development.steps.standing().order_by("on").last()
        if last and on < last.on:
            said = f"终止日期不能早于最后一步（{written(last.on)}）。"
            raise Refused([refuse(IN_ORDER, said, last.on)])
        member = courses.locked(development.member_id)
        courses.uproot(member, on=on)
        courses.turn(member, Status.LEFT, on=on)
        versions.save([member], by, reason)
        _close(development, Development.Outcome.ENDED, on, reason)
        after = {"on": on.isoformat(), "reason": reason}
        audit.record(
            "development.end", by=by, on=development, after=after, branch_path=development.member.branch_path
        )


def take_back(development: Development, reason: str, *, by: User) -> DevelopmentStep:
    """Take the last step back because it was entered by mistake; the row stays, with the reason.

    Whoever may take the step may take it back. The person's status goes back to what it was before.
    """
    with transaction.atomic():
        development = _locked(development, by, is_closed=True)
        row = development.steps.standing().order_by("on", "id").last()
        if row is None or row.step == Step.APPLICATION:
            said = "只有入党申请，没有可以撤回的步骤；不再培养的请用“终止培养”。"
            raise Refused([refuse(ONCE, said)])
        spec = TABLE[Step(row.step)]
        if not approving.may_take(by, development, spec.by):
            raise PermissionDenied
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = timezone.now(), by, reason
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        if row.is_effective:
            _unfollow(development, Step(row.step), reason, by)
        after = {"step": row.step, "on": row.on.isoformat(), "reason": reason}
        audit.record(
            "development.withdraw",
            by=by,
            on=development,
            after=after,
            branch_path=development.member.branch_path,
        )
    return row


def _locked(development: Development, by: User, *, is_closed: bool = False) -> Development:
    locked = Development.objects.select_for_update(of=("self",)).select_related("member__branch")
    development = locked.get(pk=development.pk)
    if not may(by, Right.DEVELOP, development.member.branch_path):
        raise PermissionDenied
    if development.closed_on and not is_closed:
        raise Refused([_CLOSED])
    return development


def _unfollow(development: Development, step: Step, reason: str, by: User) -> None:
    """The status before the step: that of the furthest stage whose step still stands."""
    member = development.member
    if development.outcome == Development.Outcome.CANCELLED and step == Step.FULL_APPROVAL:
        departure = Departure.objects.filter(member=member, annulled_at=None).latest("pk")
        departures.annul(departure, reason, by=by)
    if development.outcome:
        development.outcome, development.closed_on, development.reason = "", None, ""
        development.save(update_fields=["outcome", "closed_on", "reason"])
    if step in (Step.ACTIVIST_DECISION, Step.TARGET_DECISION):
        before = Status.APPLICANT if step == Step.ACTIVIST_DECISION else Status.ACTIVIST
        StatusPeriod.objects.filter(member=member, status=TABLE[step].status).delete()
        _change(member, by, status=before)
    elif step == Step.ADMISSION_APPROVAL:
        _change(member, by, status=Status.TARGET, joined_on=None)
    elif step == Step.FULL_APPROVAL and member.status == Status.FULL:
        _change(member, by, status=Status.PROBATIONARY, full_on=None)
