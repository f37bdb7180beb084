"""Where each secretary of a round stands: one row of the grid, a cell for each stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from .models import Report, Round, Subject

State = Round.State
STAGES = ("述职报告", "审阅", "现场测评", "综合评定", "反馈", "整改")


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


def narrowed(subjects: "QuerySet[Subject]", step: str, text: str) -> "QuerySet[Subject]":
    """Those who stop at ``step``, by name or organisation."""
    stops = {
        "writing": Q(report__state__in=Report.OPEN),
        "reading": Q(report__state=Report.State.SUBMITTED),
        "grading": Q(decided=""),
        "feedback": Q(feedback_on=None),
    }
    found = subjects.filter(stops[step]) if step else subjects
    if text:
        found = found.filter(
            Q(member__name__contains=text)
            | Q(member__name_initials__startswith=text.lower())
            | Q(branch__short_name__contains=text)
        )
    return found


def with_counts(subjects: "QuerySet[Subject]") -> "QuerySet[Subject]":
    return (
        subjects.select_related("member", "branch", "report")
        .annotate(
            all_problems=Count("problems", distinct=True),
            open_problems=Count("problems", filter=Q(problems__done_on=None), distinct=True),
        )
        .order_by("position", "pk")
    )


def row_of(round_: Round, subject: Subject, today: date) -> Row:
    """The subject comes with the counts of its problems."""
    states = (
        _report(round_, subject, today),
        _reading(subject),
        _balloting(round_),
        _grading(round_, subject),
        _feedback(round_, subject),
        _problems(subject),
    )
    name = subject.member.name
    return Row(
        subject,
        [
            Cell(state, f"{name}{stage}：{word}", url)
            for stage, (state, word), url in zip(STAGES, states, _urls(subject), strict=True)
        ],
    )


def _urls(subject: Subject) -> list[str]:
    """Where each stage is settled."""
    report, own = getattr(subject, "report", None), reverse("subject", args=[subject.pk])
    if report is None:
        return [own] * len(STAGES)
    read = reverse("duty_report", args=[report.pk])
    after = reverse("duty_feedback", args=[report.pk])
    return [read, read, own, own, after, after]


def _report(round_: Round, subject: Subject, today: date) -> tuple[str, str]:
    report = getattr(subject, "report", None)
    if report is None:
        return "todo", "还没开始"
    if report.state in Report.HANDED_IN:
        return "done", "已提交"
    if round_.report_due_on < today:
        return "late", f"逾期 {(today - round_.report_due_on).days} 天"
    return "due", report.get_state_display()


def _reading(subject: Subject) -> tuple[str, str]:
    report = getattr(subject, "report", None)
    if report and report.state == Report.State.ACCEPTED:
        return "done", "已审阅"
    return ("due", "待审阅") if report and report.state == Report.State.SUBMITTED else ("todo", "还没到")


def _balloting(round_: Round) -> tuple[str, str]:
    if not round_.rules.has_ballot:
        return "exempt", "方案里没有测评"
    if round_.closed_at:
        return "done", "测评已结束"
    return ("due", "测评进行中") if round_.state == State.BALLOTING else ("todo", "还没到")


def _grading(round_: Round, subject: Subject) -> tuple[str, str]:
    if subject.decided:
        return "done", "已评定"
    return ("due", "待评定") if round_.state == State.GRADING else ("todo", "还没到")


def _feedback(round_: Round, subject: Subject) -> tuple[str, str]:
    if subject.feedback_on:
        return "done", "已反馈"
    return ("due", "待反馈") if round_.state == State.PUBLISHED else ("todo", "还没到")


def _problems(subject: Subject) -> tuple[str, str]:
    everything: int = getattr(subject, "all_problems", 0)
    waiting: int = getattr(subject, "open_problems", 0)
    if not everything:
        return "todo", "没有整改事项"
    return ("due", f"{waiting} 项没有完成") if waiting else ("done", "已完成")
