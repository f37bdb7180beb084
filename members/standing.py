"""What a person was from when to when, and since when in the branch, as the dates of the record say.

Pure functions: the verbs of :mod:`members.enrolment` write what they return.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lib.periods import anniversary

from .models import StatusPeriod

Status = StatusPeriod.Status
#: Before joining, in their order; a stage's date is the day it began.
STAGES = (Status.APPLICANT, Status.ACTIVIST, Status.TARGET)
#: Those whose 组织关系 the dates of joining and of full membership speak about.
MEMBERS = (Status.PROBATIONARY, Status.FULL, Status.SUSPENDED)
#: What interrupts the way from applicant to full member and is never derived from its dates.
INTERRUPTIONS = (Status.SUSPENDED, Status.LEFT)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A status from one day to another, both inclusive; no ``until`` means it still holds."""

    status: str
    since: date
    until: date | None = None
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """What the record says about a person's way: the stages, joining, full membership."""

    joined_on: date | None = None
    full_on: date | None = None
    stages: Mapping[str, date] | None = None


def spell_start(
    founded_on: date | None, dates: Dates, transferred_in_on: date | None, today: date
) -> tuple[date, bool]:
    """Since when a person is in the branch, and whether that is assumed.

    The day of the transfer when it is known; else the later of the branch's founding and the joining (of the first
    stage for those who have not joined), assumed.
    """
    if transferred_in_on:
        return transferred_in_on, False
    begin = dates.joined_on or min((dates.stages or {}).values(), default=today)
    return (max(begin, founded_on) if founded_on else begin), True


def timeline(status: str, dates: Dates, *, fallback: date, today: date) -> list[Span]:
    """The statuses up to ``status``, in order and without gap, the last one open.

    ``fallback`` stands for a date the record does not have. Full membership without a date is assumed a year after
    joining (发展党员细则 32), not later than today. Joining and full membership on one day leave no probation.
    """
    stages = dates.stages or {}
    starts = [(str(stage), stages[stage], False) for stage in STAGES if stage in stages]
    if status in STAGES and status not in stages:
        starts.append((status, fallback, True))
    if status in MEMBERS:
        if dates.joined_on:
            starts.append((Status.PROBATIONARY, dates.joined_on, False))
        elif status == Status.PROBATIONARY:
            starts.append((Status.PROBATIONARY, fallback, True))
        if status != Status.PROBATIONARY:
            starts.append((Status.FULL, *_full_start(dates, fallback, today)))
    return _chain(starts)


def _full_start(dates: Dates, fallback: date, today: date) -> tuple[date, bool]:
    if dates.full_on:
        return dates.full_on, False
    if dates.joined_on:
        after_a_year = anniversary(dates.joined_on, dates.joined_on.year + 1)
        return max(dates.joined_on, min(after_a_year, today)), True
    return fallback, True


def _chain(starts: Sequence[tuple[str, date, bool]]) -> list[Span]:
    """Each until the day before the next; one that would begin on or after its next is left out."""
    spans: list[Span] = []
    until: date | None = None
    for status, since, is_assumed in reversed(starts):
        if until is None or since <= until:
            spans.append(Span(status, since, until, is_assumed))
            until = since - DAY
    return spans[::-1]


def interrupted(spans: Iterable[Span], interruptions: Sequence[Span]) -> list[Span]:
    """``spans`` with the days of ``interruptions`` cut out, and the interruptions themselves, by date."""
    rest = list(spans)
    for gap in interruptions:
        rest = [piece for span in rest for piece in _cut(span, gap)]
    return sorted([*rest, *interruptions], key=lambda span: span.since)


def _cut(span: Span, gap: Span) -> Iterable[Span]:
    before = span.until if span.until and span.until < gap.since else gap.since - DAY
    if span.since <= before:
        yield Span(span.status, span.since, before, span.is_assumed)
    if gap.until is not None and (span.until is None or span.until > gap.until):
        yield Span(span.status, max(span.since, gap.until + DAY), span.until, span.is_assumed)
