"""整改清单: what was found wrong, what is done about it, by whom and by when; done, looked at, and told next year.

A line is written after the grades are published, by staff or by the secretary. He reports what was done, staff of the
round check it. It goes on when the round is archived: the archive does not hold it. Each verb is audited.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Self

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may

from .after import PUBLISHED
from .models import Problem, Subject
from .refusals import AssessmentError, Conflict
from .subjects import not_in_future, of_oneself, to_keep, told

_MOST: Final = 300
#: From when on a deadline is told as near.
NEAR: Final = timedelta(days=30)


class Stage(StrEnum):
    """Where a line stands, by its columns and the day."""

    LATE = "late"
    OPEN = "open"
    DONE = "done"
    CHECKED = "checked"


LABELS: Final = {
    Stage.LATE: "已过期限",
    Stage.OPEN: "整改中",
    Stage.DONE: "待核查",
    Stage.CHECKED: "已核查",
}
#: Stage → the state of the status tag.
LOOKS: Final = {Stage.LATE: "late", Stage.OPEN: "doing", Stage.DONE: "due", Stage.CHECKED: "done"}


def stage_of(problem: Problem, on: date) -> Stage:
    if problem.checked_on:
        return Stage.CHECKED
    if problem.done_on:
        return Stage.DONE
    return Stage.LATE if problem.is_late(on) else Stage.OPEN


def at(stage: str, on: date) -> Q:
    """The lines that stand there on ``on``."""
    return {
        Stage.CHECKED: Q(checked_on__isnull=False),
        Stage.DONE: Q(checked_on=None, done_on__isnull=False),
        Stage.LATE: Q(done_on=None, due_on__lt=on),
        Stage.OPEN: Q(done_on=None, due_on__gte=on),
    }[Stage(stage)]


@dataclass(frozen=True)
class Line:
    """A line with where it stands."""

    problem: Problem
    look: str
    word: str

    @classmethod
    def of(cls, problem: Problem, on: date) -> Self:
        stage = stage_of(problem, on)
        return cls(problem, LOOKS[stage], LABELS[stage])


def lines(problems: Iterable[Problem], on: date) -> list[Line]:
    return [Line.of(problem, on) for problem in problems]


def visible_to(user: User) -> QuerySet[Problem]:
    """Those of the rounds one keeps, and one's own."""
    kept = Subject.objects.visible_to(user)
    rows = Problem.objects.filter(Q(subject__in=kept) | Q(subject__member__account=user))
    return rows.select_related("subject__round", "subject__member", "subject__branch")


def before(subject: Subject) -> QuerySet[Problem]:
    """Last year's list of whoever reports now, and what is still not checked of earlier ones."""
    year = subject.round.year
    earlier = Problem.objects.filter(subject__member=subject.member_id, subject__round__year__lt=year)
    wanted = Q(subject__round__year=year - 1) | Q(checked_on=None)
    return earlier.filter(wanted).select_related("subject__round").order_by("due_on", "pk")


@dataclass(frozen=True)
class Facts:
    """What a line says."""

    problem: str
    measure: str
    owner: str
    due_on: date

    def checked(self) -> Self:
        return type(self)(
            told(self.problem, "问题", 4, _MOST),
            told(self.measure, "整改措施", 4, _MOST),
            told(self.owner, "责任人", 2, 40),
            self.due_on,
        )

    def as_told(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


def add(subject: Subject, facts: Facts, *, by: User) -> Problem:
    """The same line is listed once, however often it is sent."""
    with transaction.atomic():
        row = _to_write(subject, by)
        facts = facts.checked()
        if row.round.decided_on and facts.due_on < row.round.decided_on:
            raise AssessmentError(f"完成期限不能早于评定会议的日期（{row.round.decided_on:%Y-%m-%d}）。")
        if standing := row.problems.filter(**asdict(facts)).first():
            return standing
        made = Problem.objects.create(subject=row, **asdict(facts))
        audit.record("rectification.add", by=by, on=made, after=facts.as_told())
    return made


def change(problem: Problem, facts: Facts, *, version: int, by: User) -> None:
    """While nothing was reported as done."""
    with transaction.atomic():
        _to_write(problem.subject, by)
        row = _locked(problem, version)
        if row.done_on:
            raise AssessmentError("已经报告完成的事项不能再改；没有整改到位的，由核查人退回。")
        earlier, facts = Facts(row.problem, row.measure, row.owner, row.due_on), facts.checked()
        for name, value in asdict(facts).items():
            setattr(row, name, value)
        _keep(row)
        audit.record("rectification.change", by=by, on=row, before=earlier.as_told(), after=facts.as_told())


def drop(problem: Problem, *, version: int, by: User) -> None:
    """A line that was written by mistake, by staff and while nothing was reported of it."""
    with transaction.atomic():
        to_keep(problem.subject, by, *PUBLISHED)
        row = _locked(problem, version)
        if row.evidence or row.done_on:
            raise AssessmentError("已经报告过整改情况的事项不能删去。")
        audit.record("rectification.drop", by=by, on=row, before={"problem": row.problem})
        row.delete()


def report(problem: Problem, evidence: str, *, done_on: date | None, version: int, by: User) -> None:
    """What has been done so far, by the secretary; with a day when it is finished."""
    with transaction.atomic():
        of_oneself(problem.subject, by, *PUBLISHED)
        row = _locked(problem, version)
        if row.checked_on:
            raise AssessmentError("这一项已经核查，不能再改。")
        if done_on:
            not_in_future(done_on, "完成日期")
        row.evidence, row.done_on = told(evidence, "整改情况"), done_on
        _keep(row)
        after = {"evidence": row.evidence, "done_on": str(done_on or "")}
        audit.record("rectification.report", by=by, on=row, after=after)


def check(problem: Problem, result: str, *, is_met: bool, version: int, by: User) -> None:
    """Staff looked at what was reported: it is settled, or is to be done again."""
    with transaction.atomic():
        to_keep(problem.subject, by, *PUBLISHED)
        row = _locked(problem, version)
        if row.checked_on:
            raise AssessmentError("这一项已经核查。")
        if row.done_on is None:
            raise AssessmentError("书记还没有报告完成，不能核查。")
        row.check_result = told(result, "核查意见", 2, _MOST)
        if is_met:
            row.checked_on = timezone.localdate()
        else:
            row.done_on = None
        _keep(row)
        action = "rectification.check" if is_met else "rectification.turn_down"
        audit.record(action, by=by, on=row, after={"check_result": row.check_result})


def _to_write(subject: Subject, by: User) -> Subject:
    """The secretary himself, or staff of the round about somebody else."""
    if subject.member.account_id == by.pk:
        return of_oneself(subject, by, *PUBLISHED)
    return to_keep(subject, by, *PUBLISHED)


def may_check(user: User, subject: Subject) -> bool:
    return may(user, Right.ASSESS, subject.branch_path) and subject.member.account_id != user.pk


def _locked(problem: Problem, version: int) -> Problem:
    rows = Problem.objects.select_for_update(of=("self",)).select_related("subject__round", "subject__member")
    row = rows.filter(pk=problem.pk).first()
    if row is None or row.version != version:
        raise Conflict("这一项刚被别人改过，请核对后再保存。")
    return row


def _keep(row: Problem) -> None:
    row.version += 1
    row.save()
