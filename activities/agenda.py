"""What lies before one branch: its duties of these months, and the form that settles each."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from branches.models import Branch
from branches.tree import ranges_during
from lib.periods import Period, quarter_of

from . import duties
from .duties import Duty, State

#: From the most to the least pressing: what several duties taken together amount to.
PRESSING = (State.OVERDUE, State.DUE, State.TODO, State.DONE_LATE, State.DONE, State.NOT_APPLICABLE)


def duties_of(branch: Branch, period: Period, today: date) -> list[Duty]:
    """The duties of ``branch`` alone, wherever it stood in ``period``."""
    found = duties.evaluate(ranges_during(branch, period.start, period.end), period, today)
    return [duty for duty in found if duty.branch_id == branch.pk]


def recent_duties(branch: Branch, today: date) -> list[Duty]:
    """Those of this and the last quarter."""
    this = quarter_of(today)
    return duties_of(branch, Period(this.previous().start, this.end), today)


def open_duties(recent: Iterable[Duty], today: date) -> list[Duty]:
    """Overdue ones and those of the running periods that are not met yet, the earliest first."""
    waiting = [duty for duty in recent if duty.is_required and not duty.is_met and duty.period.start <= today]
    return sorted(waiting, key=lambda duty: (duty.due_on, duty.rule.code))


def taken_together(found: Iterable[Duty]) -> State:
    """The most pressing state: one party group that has not met leaves the month open."""
    return min((duty.state for duty in found), key=PRESSING.index)


def record_url(duty: Duty) -> str:
    """The form that settles the duty, prefilled. Once its period is over, with the period's last day."""
    asked = {"branch": duty.branch_id, "group": duty.group_id, "date": duty.due_on.isoformat()}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('activity_log', args=[duty.rule.kind.value])}?{query}"
