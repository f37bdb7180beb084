"""What a branch has planned for the coming days, as lines of its home."""

from dataclasses import dataclass
from datetime import date, timedelta

from activities.plans import beside
from activities.plans.beside import State
from activities.plans.dates import Planned
from activities.views.plans import log_url
from branches.models import Branch
from lib.periods import Period, month_of

AHEAD = timedelta(days=14)
SHOWN = 3
OPEN = (State.COMING, State.WAITING)


@dataclass(frozen=True)
class Coming:
    planned: Planned
    url: str


def coming(branch: Branch, today: date) -> list[Coming]:
    """The next planned dates that nothing was held for yet, and those of this month that have passed."""
    period = Period(month_of(today).start, month_of(today + AHEAD).end)
    found = beside.of_branch(branch, period, today)
    lines = [line for line in found.lines if line.state in OPEN and line.planned.on <= today + AHEAD]
    return [Coming(line.planned, log_url(line.planned)) for line in lines[:SHOWN]]
