"""What a page of figures is asked for, within a user's scope."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from activities.models import Campaign
from branches.models import Branch
from branches.scope import STEP, Range, covers
from lib.periods import Period

SECOND_LEVEL = 2 * STEP


@dataclass(frozen=True)
class Asked:
    """Figures of ``ranges`` in ``period``: the scope of the user, cut to one organisation when one is asked for.

    ``org`` takes in all below it, as it stood then; ``branch_id`` is one organisation by itself. ``visible`` is what
    the user may open today. ``on`` is the day whose state is counted, where it is not the last of the period; what
    ``is_known_later`` than the period ends is counted as of today.
    """

    period: Period
    today: date
    ranges: tuple[Range, ...]
    visible: tuple[Range, ...]
    org: Branch | None = None
    branch_id: int | None = None
    category: str = ""
    campaign: Campaign | None = None
    kind: str = ""
    state: str = ""
    on_time: str = ""
    mark: str = ""
    on: date | None = None
    group: str = ""
    is_known_later: bool = False

    @property
    def day(self) -> date:
        """The day as of which people and organisations are counted: the last one, or today's while the period runs."""
        return self.on or (self.today if self.is_known_later else min(self.period.end, self.today))

    @property
    def last(self) -> date:
        """The last day of what happened in the period: its own, or the one that was asked for where that is earlier."""
        return min(self.period.end, self.on) if self.on else self.period.end

    @property
    def is_running(self) -> bool:
        """The period's figures may still grow of themselves."""
        return self.period.contains(self.today)

    @property
    def is_of_its_own_day(self) -> bool:
        """As of the day that the period itself ends with, not of another that was asked for."""
        return self.on in (None, self.period.end)

    def on_day(self, day: date) -> "Asked":
        return replace(self, on=day)

    @property
    def is_by_branch(self) -> bool:
        """The rows are branches: looking into one organisation, or holding less than a second-level one."""
        return lies_in_one(self.ranges) or all(len(start) > SECOND_LEVEL for start, _ in self.ranges)

    def row_of(self, path: str) -> tuple[int, bool]:
        """The organisation in whose row a branch at ``path`` counts, and whether that row is of it alone.

        A row takes in a whole second-level organisation only when all of it is in the scope; the root's own records
        are a row alone.
        """
        above = path[:SECOND_LEVEL]
        if lies_in_one(self.ranges) or not covers(self.ranges, above):
            return organisation_at(path), True
        return organisation_at(above), len(above) < SECOND_LEVEL

    @property
    def title(self) -> str:
        return self.title_of(self.period)

    def title_of(self, period: Period) -> str:
        return f"{self.org.short_name if self.org else ''}{period.label}"

    @property
    def as_parameters(self) -> dict[str, str]:
        """What a job is started with."""
        given = {
            "period": self.period.code,
            "org": str(self.org.pk) if self.org else "",
            "category": self.category,
            "campaign": self.campaign.name if self.campaign else "",
        }
        return {name: value for name, value in given.items() if value}

    @property
    def carried(self) -> dict[str, object]:
        """What a link to a list behind one of the figures takes along."""
        within = self.org.pk if self.org else None
        org = organisation_at(self.ranges[0][0]) if lies_in_one(self.ranges) and not within else within
        return {"org": org, "category": self.category, "campaign": self.campaign and self.campaign.name}


def lies_in_one(ranges: Sequence[Range]) -> bool:
    return len(ranges) == 1 and len(ranges[0][0]) >= SECOND_LEVEL


def organisation_at(path: str) -> int:
    """A path step is the organisation's own number."""
    return int(path[-STEP:], 36)
