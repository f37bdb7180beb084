"""Figures of a year's duty reports and democratic reviews, by where the organisation stood on the day they are dated.

A round is dated by the last day for its reports, a review by the day it is held.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db.models import F, Q

from branches.scope import Range, within
from lib.dated import holds_on

from .after import PUBLISHED
from .local_rules import OF_GRADED
from .models import Problem, Review, ReviewEntry, Round, Subject
from .results import TO_LEADERS

#: Who is on the list of a round: nobody was told of one that is still prepared.
BEGUN: Final = tuple(state for state in Round.State if state != Round.State.DRAFT)
#: Its meeting was held.
MET: Final = (Round.State.BALLOTING, Round.State.GRADING, *PUBLISHED)
#: Members who get a grade, and those of whom the share of 优秀 is taken.
TO_GRADE: Final = Q(standing="full", ungraded_why="")
IN_BASE: Final = Q(review__base=OF_GRADED) & TO_GRADE | ~Q(review__base=OF_GRADED) & Q(standing="full")


def rounds_in(ranges: Sequence[Range], year: int, states: Sequence[str] = BEGUN) -> Any:
    """Rounds of ``year`` at ``states``, with ``stood_at`` (where who holds it stood) and ``unit_category``."""
    return _placed(Round.objects.filter(year=year, state__in=states), ranges, "", "branch__category")


def subjects_in(ranges: Sequence[Range], year: int, states: Sequence[str] = BEGUN) -> Any:
    """Secretaries in such rounds, with ``stood_at`` of the round and ``unit_category`` of whom they lead."""
    rows = Subject.objects.filter(round__year=year, round__state__in=states)
    return _placed(rows, ranges, "round__", "branch__category")


def problems_in(ranges: Sequence[Range], year: int) -> Any:
    """Lines of their rectification lists, likewise."""
    rows = Problem.objects.filter(subject__round__year=year, subject__round__state__in=BEGUN)
    return _placed(rows, ranges, "subject__round__", "subject__branch__category")


def _placed(rows: Any, ranges: Sequence[Range], to_round: str, category: str) -> Any:
    placement = f"{to_round}branch__placements__"
    rows = rows.filter(holds_on(F(f"{to_round}report_due_on"), placement), within(f"{placement}path", ranges))
    return rows.annotate(stood_at=F(f"{placement}path"), unit_category=F(category))


def told_by(day: date) -> Q:
    """Of a secretary: his grade was published by ``day``, and not to himself alone."""
    return published_by(day) & Q(round__audience__in=TO_LEADERS)


def published_by(day: date) -> Q:
    return Q(round__state__in=PUBLISHED, round__published_at__date__lte=day)


def reviews_in(ranges: Sequence[Range], year: int) -> Any:
    """Reviews of ``year``, with ``stood_at`` and ``unit_category``."""
    return _held(Review.objects.filter(year=year), ranges, "")


def entries_in(ranges: Sequence[Range], year: int) -> Any:
    """Members in them, likewise; concluded or not."""
    return _held(ReviewEntry.objects.filter(review__year=year), ranges, "review__")


def closed_by(day: date, to_review: str = "") -> Q:
    """The review was looked through and concluded by ``day``: what it says is a result."""
    return Q(
        **{
            f"{to_review}state": Review.State.CLOSED,
            f"{to_review}closed_at__date__lte": day,
        }
    )


def _held(rows: Any, ranges: Sequence[Range], to_review: str) -> Any:
    placement = f"{to_review}branch__placements__"
    rows = rows.filter(holds_on(F(f"{to_review}held_on"), placement), within(f"{placement}path", ranges))
    return rows.annotate(stood_at=F(f"{placement}path"), unit_category=F(f"{to_review}branch__category"))
