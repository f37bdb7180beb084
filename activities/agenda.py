"""What lies before one branch: its duties of these months, and the form that settles each."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from branches.models import Branch
from branches.tree import ranges_during
from lib.periods import Period, quarter_of, year_of
from lib.severity import Severity

from . import duties
from .duties import Duty, Lot, State
from .regulations import Counts, Rule

#: From the most to the least pressing: what several duties taken together amount to.
PRESSING = (
    State.OVERDUE,
    State.DUE,
    State.TODO,
    State.DONE_LATE,
    State.DONE,
    State.EXEMPT,
    State.NOT_APPLICABLE,
)


def duties_of(branch: Branch, period: Period, today: date) -> list[Duty]:
    """The duties of ``branch`` alone, wherever it stood in ``period``."""
    found = duties.evaluate(ranges_during(branch, period.start, period.end), period, today)
    return [duty for duty in found if duty.branch_id == branch.pk]


def recent_duties(branch: Branch, today: date) -> list[Duty]:
    """Those of this year, and of the last quarter with the year it ended."""
    period, ending_from = recent(today)
    return [duty for duty in duties_of(branch, period, today) if duty.period.end >= ending_from]


def recent(today: date) -> tuple[Period, date]:
    """What lies before everybody: this year and the year of the last quarter, of which from that quarter's start on."""
    last_quarter = quarter_of(today).previous()
    return Period(year_of(last_quarter.start).start, year_of(today).end), last_quarter.start


def open_duties(recent: Iterable[Duty], today: date) -> list[Duty]:
    """Overdue ones and those of the running periods that are not met yet, the earliest first."""
    waiting = [duty for duty in recent if duty.is_required and not duty.is_met and duty.opens_on <= today]
    return sorted(waiting, key=lambda duty: (duty.due_on, duty.rule.code))


def taken_together(found: Iterable[Duty | Lot]) -> State:
    """The most pressing state: one party group that has not met leaves the month open."""
    return min((duty.state for duty in found), key=PRESSING.index)


def waive_url(duty: Duty) -> str:
    """Where the branch asks not to hold it; empty where the text leaves no choice, or nothing is open."""
    if duty.rule.severity is Severity.MUST or duty.is_met or not duty.is_required:
        return ""
    query = urlencode({"rule": duty.rule.code, "period": duty.period.code})
    return f"{reverse('waiver_ask', args=[duty.branch_id])}?{query}"


def record_url(duty: Duty, page: str = "") -> str:
    """The form that settles the duty, prefilled. Once its period is over, with the period's last day.

    ``page`` is :func:`record_page` of the rule, for whoever asks about very many.
    """
    group = f"&group={duty.group_id}" if duty.group_id else ""
    report = "&report=1" if duty.rule.counts is Counts.REPORT else ""
    return f"{page or record_page(duty.rule)}?branch={duty.branch_id}{group}&date={duty.due_on}{report}"


def record_page(rule: Rule) -> str:
    return reverse("activity_log", args=[rule.kind.value])
