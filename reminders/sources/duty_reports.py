"""What a secretary owes to the yearly duty report: his report, and what he promised to put right."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.urls import reverse

from assessments.after import PUBLISHED
from assessments.models import Problem, Report, Round, Subject
from branches.roles import Right

from .due import LEAD, Due
from .recipients import Recipients

_REPORT, _PROBLEM = "duty-report-", "rectification-"


def due(on: date, told: Recipients) -> Iterator[Due]:
    """To the secretary himself; where he has no account, to the staff of who organises the round."""
    found = [*_reports(on), *_rectification(on)]
    staff = told.of(Right.ASSESS)
    for row, facts in found:
        if account := _account(row):
            yield Due(recipient_id=account, **facts)
        elif organiser := staff.get(row.subject.round.branch_id):
            yield from _in_care(row, facts, organiser.users)


#: A report or a line of the list, with what is to be said of it.
Found = tuple[Report | Problem, dict[str, Any]]


def _account(row: Report | Problem) -> int | None:
    account: int | None = row.subject.member.account_id
    return account


def _in_care(row: Report | Problem, facts: dict[str, Any], users: Iterable[int]) -> Iterator[Due]:
    """What staff are told in his place: a kind of its own, since they may have a report to write themselves."""
    subject: Subject = row.subject
    told = {
        "kind": "duty_report_in_care",
        "title": f"{subject.member.name}：{facts['title']}"[:120],
        "detail": f"{facts['detail']}。书记还没有账号，请开通账号，由本人办理",
    }
    if isinstance(row, Report):
        told["url"] = reverse("duty_report", args=[row.pk])
    for user in users:
        yield Due(recipient_id=user, **{**facts, **told})


def _reports(on: date) -> Iterator[Found]:
    """Reports that are not handed in and are due within a week, or were; those sent back among them."""
    rows = Report.objects.filter(
        state__in=Report.OPEN,
        subject__round__state=Round.State.REPORTING,
        subject__round__report_due_on__lte=on + LEAD,
    )
    for row in rows.select_related("subject__round", "subject__member", "subject__branch"):
        subject, round_ = row.subject, row.subject.round
        back = f"，已退回：{row.returned_why}" if row.state == Report.State.RETURNED else ""
        yield (
            row,
            {
                "kind": "duty_report",
                "subject": f"{_REPORT}{row.pk}",
                "named": f"{subject.branch.code}:{_REPORT}{row.pk}",
                "due_on": round_.report_due_on,
                "title": f"{round_.year}年度述职报告",
                "detail": f"{subject.branch.short_name}：{round_.name}{back}",
                "url": reverse("own_report", args=[row.pk]),
                "branch_path": subject.branch.path,
            },
        )


def _rectification(on: date) -> Iterator[Found]:
    """Lines of the rectification list that are not done and are due within a week, or were."""
    rows = Problem.objects.filter(
        done_on=None,
        due_on__lte=on + LEAD,
        subject__round__state__in=PUBLISHED,
    )
    for row in rows.select_related("subject__round", "subject__member", "subject__branch"):
        subject = row.subject
        detail = f"{subject.branch.short_name}：{subject.round.year}年度述职评议整改，责任人{row.owner}"
        yield (
            row,
            {
                "kind": "rectification",
                "subject": f"{_PROBLEM}{row.pk}",
                "named": f"{subject.branch.code}:{_PROBLEM}{row.pk}",
                "due_on": row.due_on,
                "title": row.problem[:120],
                "detail": detail,
                "url": reverse("problem", args=[row.pk]),
                "branch_path": subject.branch.path,
            },
        )


def met(subjects: set[str], on: date) -> set[str]:
    """Reports among ``subjects`` that were handed in, and lines that were done."""
    reports, lines = _keys(subjects, _REPORT), _keys(subjects, _PROBLEM)
    handed_in = Report.objects.filter(pk__in=reports).exclude(state__in=Report.OPEN) if reports else ()
    done = Problem.objects.filter(pk__in=lines, done_on__isnull=False) if lines else ()
    return {f"{_REPORT}{row.pk}" for row in handed_in} | {f"{_PROBLEM}{row.pk}" for row in done}


def _keys(subjects: set[str], prefix: str) -> list[int]:
    return [int(subject.removeprefix(prefix)) for subject in subjects if subject.startswith(prefix)]
