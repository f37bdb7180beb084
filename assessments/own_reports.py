"""A secretary's own reports: which there are, and what waits for him, as lines of his own page."""

from datetime import date, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from activities.own_pages import OwnLine
from lib.templatetags.ui import chinese_date

from . import results
from .models import Problem, Report, Round
from .reports import is_writable

_NEWS: Final = timedelta(days=365)


def of(user: User) -> list[Report]:
    """The latest first. A round that is prepared is not told yet. One query."""
    rows = Report.objects.filter(subject__member__account=user).exclude(
        subject__round__state=Round.State.DRAFT
    )
    rows = rows.select_related("subject__round__branch", "subject__member", "subject__branch")
    return list(rows.order_by("-subject__round__year", "-subject__round__pk"))


def news(user: User, today: date) -> list[OwnLine]:
    """What was published to everybody of the organisation in the last year. Two queries."""
    told = results.told_to(user).filter(audience=Round.Audience.BELOW)
    row = told.filter(published_at__date__gt=today - _NEWS).first()
    if row is None:
        return []
    note = f"{chinese_date(timezone.localdate(row.published_at))}公布"
    return [OwnLine(row.name, note, "结果", reverse("result", args=[row.pk]), is_open=False)]


def lines(user: User, today: date) -> list[OwnLine]:
    """The last report, and what is still to be put right. Two queries, one for who has no report.

    The first page lists the latter one by one, from a week before they are due: there the line is left out.
    """
    found = of(user)
    if not found:
        return []
    report = found[0]
    round_ = report.subject.round
    writable = is_writable(report)
    line = OwnLine(
        label=f"{round_.year}年度述职报告",
        note=f"{chinese_date(round_.report_due_on)}前提交" if writable else round_.name,
        end=state_in_words(report),
        url=reverse("own_report", args=[report.pk]),
        is_open=writable,
    )
    return [line, *_to_put_right(user)]


def state_in_words(report: Report) -> str:
    """Where the report stands, or the round once the report is settled."""
    round_ = report.subject.round
    if round_.state == Round.State.REPORTING:
        return str(report.get_state_display())
    return str(round_.get_state_display())


def _to_put_right(user: User) -> list[OwnLine]:
    rows = Problem.objects.filter(subject__member__account=user, done_on=None).order_by("due_on")
    due = list(rows.values_list("due_on", "subject__report"))
    if not due:
        return []
    day, report = due[0]
    return [
        OwnLine(
            label="述职评议整改",
            note=f"还有 {len(due)} 项，最近的期限 {chinese_date(day)}",
            end="去办理",
            url=f"{reverse('own_report', args=[report])}#problems-head" if report else reverse("own_reports"),
            is_open=False,
        )
    ]
