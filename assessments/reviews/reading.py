"""What the pages of a review show: the list of branches with their reviews, one review, and links from records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from accounts.models import User
from activities.kinds import Kind
from activities.models import Activity
from activities.record_links import RecordLink
from assessments.models import Review, ReviewEntry
from branches.models import Branch
from branches.roles import Right
from members.models import ReviewGrade, StatusPeriod

from . import ballot, shares
from .keeping import AT_THE_BRANCH, days_of

State: Final = Review.State
#: The progress of a branch that has not begun, in the filter.
NOT_BEGUN: Final = "none"
MEETINGS: Final = 10


def counted(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Each with how many take part, wrote their own review, and got which grade."""
    graded = {
        f"n_{grade.value}": Count("entries", filter=Q(entries__grade=grade.value)) for grade in ReviewGrade
    }
    return reviews.annotate(
        people=Count("entries"),
        full=Count("entries", filter=Q(entries__standing=StatusPeriod.Status.FULL)),
        written=Count("entries", filter=Q(entries__self_at__isnull=False)),
        to_grade=Count(
            "entries",
            filter=Q(entries__standing=StatusPeriod.Status.FULL, entries__ungraded_why=""),
        ),
        **graded,
    )


@dataclass(frozen=True)
class Line:
    """A branch with its review of the year, where it has one."""

    branch: Branch
    review: Any

    @property
    def stage(self) -> str:
        return str(self.review.get_state_display()) if self.review else "还没有发起"


@dataclass(frozen=True)
class Asked:
    """What the list is asked for: a year, a part of the tree, a progress, and whether there is anybody 优秀."""

    year: int
    path: str = ""
    state: str = ""
    excellent: str = ""


def branches_of(user: User, asked: Asked, today: date) -> QuerySet[Branch]:
    """Branches that are to hold a review, and those that held one and are no more, in official order."""
    reviews = Review.objects.filter(year=asked.year)
    mine = Branch.objects.reachable_by(user, Right.REVIEW).leaves()
    there = Branch.objects.existing_on(today).values("pk")
    rows = mine.filter(Q(pk__in=there) | Q(pk__in=reviews.values("branch")))
    if asked.path:
        rows = rows.below(asked.path)
    if asked.state == NOT_BEGUN:
        rows = rows.exclude(pk__in=reviews.values("branch"))
    elif asked.state:
        rows = rows.filter(pk__in=reviews.filter(state=asked.state).values("branch"))
    if asked.excellent:
        has = reviews.filter(entries__grade=ReviewGrade.EXCELLENT).values("branch")
        rows = rows.filter(pk__in=has) if asked.excellent == "some" else rows.exclude(pk__in=has)
    return rows.order_by("order_key")


def lines(branches: Iterable[Branch], year: int) -> list[Line]:
    """Each of ``branches_of`` with its review. One query."""
    wanted = list(branches)
    rows = counted(Review.objects.filter(year=year, branch__in=wanted))
    found = {row.branch_id: row for row in rows}
    return [Line(branch, found.get(branch.pk)) for branch in wanted]


def reviews_of(branches: QuerySet[Branch], year: int) -> QuerySet[Review]:
    """The reviews of ``branches_of``, in official order."""
    rows = Review.objects.filter(year=year, branch__in=branches.order_by().values("pk"))
    return rows.select_related("branch").order_by("branch__order_key")


def conclusion(reviews: QuerySet[Review], branches: int) -> str:
    """What stands above the list. Two queries."""
    rows = reviews.order_by()
    states: dict[str, int] = dict(rows.values_list("state").annotate(Count("pk")))
    entries = ReviewEntry.objects.filter(review__in=rows.values("pk"))
    excellent = entries.filter(grade=ReviewGrade.EXCELLENT).count()
    said = f"{branches} 个党支部，已发起 {sum(states.values())} 个"
    sent, closed = states.get(State.SUBMITTED, 0), states.get(State.CLOSED, 0)
    return f"{said}，已报送待审核 {sent} 个，已办结 {closed} 个；评为“优秀” {excellent} 人。"


def meetings_for(review: Review) -> list[Activity]:
    """Records of the branch in which it may have been held, the latest first; without those that hold the review of a
    year before. One query.
    """
    first, last = days_of(review.year)
    rows = Activity.objects.valid().filter(branch=review.branch_id, held_on__range=(first, last))
    rows = rows.exclude(reviews__year__lt=review.year)
    return list(rows.of_kind(Kind.DEMOCRATIC_REVIEW).order_by("-held_on", "-pk")[:MEETINGS])


@dataclass(frozen=True)
class Roll:
    """Who takes part, in figures and in a sentence about the share."""

    people: int
    full: int
    to_grade: int
    graded: int
    written: int
    share: str
    source: str

    @property
    def waiting(self) -> int:
        return self.to_grade - self.graded

    @property
    def in_words(self) -> str:
        """9 人：正式党员 8 人，预备党员 1 人（参加评议，不评定等次）."""
        said = f"{self.people} 人：正式党员 {self.full} 人"
        if self.people > self.full:
            said += f"，预备党员 {self.people - self.full} 人（参加评议，不评定等次）"
        if self.full > self.to_grade:
            said += f"；另有 {self.full - self.to_grade} 名正式党员不评定等次"
        return said


def roll_of(review: Review, entries: Sequence[ReviewEntry]) -> Roll:
    rows = list(entries)
    return Roll(
        people=len(rows),
        full=sum(entry.is_full for entry in rows),
        to_grade=sum(entry.is_to_grade for entry in rows),
        graded=sum(bool(entry.grade) for entry in rows),
        written=sum(entry.self_at is not None for entry in rows),
        share=shares.sentence(review, shares.base_of(review, rows)),
        source=shares.source(review),
    )


def counts_in_words(review: Review, entry: ReviewEntry) -> str:
    """优秀 5，合格 3，未评 1; empty where the counts are not shown."""
    if not ballot.shows_counts(review):
        return ""
    said = [
        f"{label} {number}" for label, number in zip(ReviewGrade.labels, entry.counts, strict=True) if number
    ]
    if blank := review.returned - sum(entry.counts):
        said.append(f"未评 {blank}")
    return "，".join(said)


@dataclass(frozen=True)
class Row:
    """A member as the list of a review shows him."""

    entry: ReviewEntry
    counts: str


def rows_of(review: Review, entries: Iterable[ReviewEntry]) -> list[Row]:
    return [Row(entry, counts_in_words(review, entry)) for entry in entries]


def next_to_grade(review: Review, after: ReviewEntry) -> ReviewEntry | None:
    """Who is to be graded next: behind ``after`` in the list, else from its beginning. One query."""
    waiting = review.entries.filter(standing=StatusPeriod.Status.FULL, ungraded_why="", grade="")
    people = list(waiting.exclude(pk=after.pk).select_related("member"))
    place = (after.member.name_order, after.pk)
    behind = (entry for entry in people if (entry.member.name_order, entry.pk) > place)
    return next(behind, people[0] if people else None)


def links_of(user: User, activity: Activity) -> list[RecordLink]:
    """From a record of the kind to the review held in it, or to the one that waits for its record."""
    if Kind.DEMOCRATIC_REVIEW not in activity.kinds:
        return []
    rows = Review.objects.visible_to(user).select_related("branch")
    waiting = Q(meeting=None, branch=activity.branch_id, state__in=AT_THE_BRANCH)
    return [
        RecordLink(
            label="民主评议党员：名单和结果" if review.meeting_id else "关联到民主评议党员",
            note=f"{review.year} 年度，{review.get_state_display()}",
            url=reverse("review", args=[review.pk]),
        )
        for review in rows.filter(Q(meeting=activity) | waiting).order_by("-year")
    ]
