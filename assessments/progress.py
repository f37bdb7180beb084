"""Where each secretary of a round stands: one row of the grid, a cell for each stage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from .judging import OPEN
from .models import Problem, Report, Round, StageDone, Subject
from .schemes import Scheme
from .stages import Stage, Step

State = Round.State


@dataclass(frozen=True)
class Cell:
    """What the tag ``cell`` draws."""

    state: str
    label: str
    url: str


@dataclass(frozen=True)
class Row:
    subject: Subject
    cells: Sequence[Cell]


def choices(rules: Scheme) -> list[tuple[str, str]]:
    """Where somebody may stop, as the query row offers it."""
    return [("", "全部"), *((stage.code, f"“{stage.title}”没有完成") for stage in rules.stages)]


def narrowed(subjects: "QuerySet[Subject]", rules: Scheme, code: str, text: str) -> "QuerySet[Subject]":
    """Those who stop at the stage of this code, by name or organisation."""
    found = subjects
    if stage := next((stage for stage in rules.stages if stage.code == code), None):
        found = _stopping(subjects, stage)
    if text:
        found = found.filter(
            Q(member__name__contains=text)
            | Q(member__name_initials__startswith=text.lower())
            | Q(branch__short_name__contains=text)
        )
    return found


def _stopping(subjects: "QuerySet[Subject]", stage: Stage) -> "QuerySet[Subject]":
    stops = {
        Step.REPORT: Q(report=None) | Q(report__state__in=Report.OPEN),
        Step.READING: Q(report__state=Report.State.SUBMITTED),
        Step.BALLOT: Q(round__closed_at=None),
        Step.GRADING: Q(decided=""),
        Step.FEEDBACK: Q(feedback_on=None),
        Step.RECTIFICATION: Q(problems__in=Problem.objects.filter(done_on=None)),
    }
    if stage.is_own:
        return subjects.exclude(stages_done__in=StageDone.objects.filter(stage=stage.code))
    return subjects.filter(stops[stage.step]).distinct()


def with_counts(subjects: "QuerySet[Subject]", rules: Scheme) -> "QuerySet[Subject]":
    """What `row_of` reads; the stages of the university's own with one more query."""
    rows = (
        subjects.select_related("member", "branch", "report")
        .annotate(
            all_problems=Count("problems", distinct=True),
            open_problems=Count("problems", filter=Q(problems__done_on=None), distinct=True),
        )
        .order_by("position", "pk")
    )
    return rows.prefetch_related("stages_done") if rules.own_stages else rows


def row_of(round_: Round, subject: Subject, today: date) -> Row:
    """The subject comes with the counts of its problems."""
    return Row(subject, [_cell(round_, subject, stage, today) for stage in round_.rules.stages])


def _cell(round_: Round, subject: Subject, stage: Stage, today: date) -> Cell:
    state, word = _STANDING[stage.step](round_, subject, stage, today)
    return Cell(state, f"{subject.member.name}{stage.title}：{word}", _url(round_, subject, stage))


def _url(round_: Round, subject: Subject, stage: Stage) -> str:
    """Where the stage is settled."""
    if stage.is_own:
        return reverse("round_stage", args=[round_.pk, stage.code])
    report = getattr(subject, "report", None)
    if report is None or stage.step in (Step.BALLOT, Step.GRADING):
        return reverse("subject", args=[subject.pk])
    page = "duty_report" if stage.step in (Step.REPORT, Step.READING) else "duty_feedback"
    return reverse(page, args=[report.pk])


def _report(round_: Round, subject: Subject, stage: Stage, today: date) -> tuple[str, str]:
    report = getattr(subject, "report", None)
    if report is None:
        return "todo", "还没开始"
    if report.state in Report.HANDED_IN:
        return "done", "已提交"
    if round_.report_due_on < today:
        return "late", f"逾期 {(today - round_.report_due_on).days} 天"
    return "due", report.get_state_display()


def _reading(round_: Round, subject: Subject, stage: Stage, today: date) -> tuple[str, str]:
    report = getattr(subject, "report", None)
    if report and report.state == Report.State.ACCEPTED:
        return "done", "已审阅"
    return ("due", "待审阅") if report and report.state == Report.State.SUBMITTED else ("todo", "还没到")


def _own(round_: Round, subject: Subject, stage: Stage, today: date) -> tuple[str, str]:
    if any(done.stage == stage.code for done in subject.stages_done.all()):
        return "done", "已登记"
    return ("due", "待登记") if round_.state in OPEN else ("todo", "还没到")


def _balloting(round_: Round, subject: Subject, stage: Stage, today: date) -> tuple[str, str]:
    if round_.closed_at:
        return "done", "测评已结束"
    return ("due", "测评进行中") if round_.state == State.BALLOTING else ("todo", "还没到")


def _grading(round_: Round, subject: Subject, stage: Stage, today: date) -> tuple[str, str]:
    if subject.decided:
        return "done", "已评定"
    return ("due", "待评定") if round_.state == State.GRADING else ("todo", "还没到")


def _feedback(round_: Round, subject: Subject, stage: Stage, today: date) -> tuple[str, str]:
    if subject.feedback_on:
        return "done", "已反馈"
    return ("due", "待反馈") if round_.state == State.PUBLISHED else ("todo", "还没到")


def _problems(round_: Round, subject: Subject, stage: Stage, today: date) -> tuple[str, str]:
    everything: int = getattr(subject, "all_problems", 0)
    waiting: int = getattr(subject, "open_problems", 0)
    if not everything:
        return "todo", "没有整改事项"
    return ("due", f"{waiting} 项没有完成") if waiting else ("done", "已完成")


_STANDING: Final[dict[Step, Callable[[Round, Subject, Stage, date], tuple[str, str]]]] = {
    Step.REPORT: _report,
    Step.READING: _reading,
    Step.BEFORE: _own,
    Step.BALLOT: _balloting,
    Step.AFTER: _own,
    Step.GRADING: _grading,
    Step.FEEDBACK: _feedback,
    Step.RECTIFICATION: _problems,
}
