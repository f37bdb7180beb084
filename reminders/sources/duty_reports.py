"""What a secretary owes to the yearly duty report: his report, and what he promised to put right."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from assessments.after import PUBLISHED
from assessments.models import Problem, Report, Round

from .due import LEAD, Due

_REPORT, _PROBLEM = "duty-report-", "rectification-"


def due(on: date) -> Iterator[Due]:
    """To the secretary himself."""
    yield from _reports(on)
    yield from _rectification(on)


def _reports(on: date) -> Iterator[Due]:
    """Reports that are not handed in and are due within a week, or were; those sent back among them."""
    rows = Report.objects.filter(
        state__in=Report.OPEN,
        subject__round__state=Round.State.REPORTING,
        subject__round__report_due_on__lte=on + LEAD,
    )
    for row in rows.select_related("subject__round", "subject__member", "subject__branch"):
        subject, round_ = row.subject, row.subject.round
        if subject.member.account_id is None:
            continue
        back = f"，已退回：{row.returned_why}" if row.state == Report.State.RETURNED else ""
        yield Due(
            kind="duty_report",
            subject=f"{_REPORT}{row.pk}",
            named=f"{subject.branch.code}:{_REPORT}{row.pk}",
            due_on=round_.report_due_on,
            recipient_id=subject.member.account_id,
            title=f"{round_.year}年度述职报告",
            detail=f"{subject.branch.short_name}：{round_.name}{back}",
            url=reverse("own_report", args=[row.pk]),
            branch_path=subject.branch.path,
        )


def _rectification(on: date) -> Iterator[Due]:
    """Lines of the rectification list that are not done and are due within a week, or were."""
    rows = Problem.objects.filter(
        done_on=None,
        due_on__lte=on + LEAD,
        subject__round__state__in=PUBLISHED,
    )
    for row in rows.select_related("subject__round", "subject__member", "subject__branch"):
        subject = row.subject
        if subject.member.account_id is None:
            continue
        yield Due(
            kind="rectification",
            subject=f"{_PROBLEM}{row.pk}",
            named=f"{subject.branch.code}:{_PROBLEM}{row.pk}",
            due_on=row.due_on,
            recipient_id=subject.member.account_id,
            title=row.problem[:120],
            detail=f"{subject.branch.short_name}：{subject.round.year}年度述职评议整改，责任人{row.owner}",
            url=reverse("problem", args=[row.pk]),
            branch_path=subject.branch.path,
        )


def met(subjects: set[str], on: date) -> set[str]:
    """Reports among ``subjects`` that were handed in, and lines that were done."""
    reports, lines = _keys(subjects, _REPORT), _keys(subjects, _PROBLEM)
    handed_in = Report.objects.filter(pk__in=reports).exclude(state__in=Report.OPEN) if reports else ()
    done = Problem.objects.filter(pk__in=lines, done_on__isnull=False) if lines else ()
    return {f"{_REPORT}{row.pk}" for row in handed_in} | {f"{_PROBLEM}{row.pk}" for row in done}


def _keys(subjects: set[str], prefix: str) -> list[int]:
    return [int(subject.removeprefix(prefix)) for subject in subjects if subject.startswith(prefix)]
