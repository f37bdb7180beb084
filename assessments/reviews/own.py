"""A member's own side of the review: what is asked of him now, and the line of his own page that leads there."""

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from activities.own_pages import OwnLine
from assessments.models import Review, ReviewEntry
from lib.templatetags.ui import chinese_date


def entries(user: User) -> QuerySet[ReviewEntry]:
    """His entries of all years, the latest first."""
    rows = ReviewEntry.objects.filter(member__account=user).select_related("review__branch", "member")
    return rows.order_by("-review__year", "-review__pk")


def running(user: User) -> ReviewEntry | None:
    """His entry in a review that is not concluded. One query."""
    return entries(user).exclude(review__state=Review.State.CLOSED).first()


def is_writable(entry: ReviewEntry) -> bool:
    return entry.review.state == Review.State.OPEN


def lines(user: User, today: date) -> list[OwnLine]:
    """The last review: what it asks of him, where it stands, or what became of it. One query."""
    entry = entries(user).first()
    if entry is None:
        return []
    review = entry.review
    writable = is_writable(entry)
    if writable:
        note, end = f"{chinese_date(review.held_on)}评议", "自评已写" if entry.self_at else "自评没写"
    else:
        note = str(review.get_state_display())
        end = entry.in_words if review.state == Review.State.CLOSED else ""
    label = f"{review.year}年度民主评议党员"
    return [OwnLine(label, note, end, reverse("own_review"), is_open=writable and not entry.self_at)]
