"""A member's own side of the review: what is asked of him now, and the line of his own page that leads there."""

from datetime import date

from django.urls import reverse

from accounts.models import User
from activities.own_pages import OwnLine
from assessments.models import Review, ReviewEntry
from lib.templatetags.ui import chinese_date
from members.models import ReviewResult


def running(user: User) -> list[ReviewEntry]:
    """His entry in a review that is not concluded, the latest first. One query."""
    rows = ReviewEntry.objects.filter(member__account=user).exclude(review__state=Review.State.CLOSED)
    rows = rows.select_related("review__branch", "member")
    return list(rows.order_by("-review__year", "-review__pk"))


def is_writable(entry: ReviewEntry) -> bool:
    return entry.review.state == Review.State.OPEN


def lines(user: User, today: date) -> list[OwnLine]:
    """The review that runs and asks for his own words; else his last result. Two queries."""
    url = reverse("own_review")
    if found := running(user):
        entry = found[0]
        open_ = is_writable(entry)
        done = "自评已写" if entry.self_at else "自评没写"
        note = f"{chinese_date(entry.review.held_on)}评议" if open_ else str(entry.review.get_state_display())
        end = done if open_ else ""
        label = f"{entry.review.year}年度民主评议党员"
        return [OwnLine(label=label, note=note, end=end, url=url, is_open=open_ and not entry.self_at)]
    last = ReviewResult.objects.filter(member__account=user).order_by("-year").first()
    if last is None:
        return []
    label, note = "民主评议党员", f"{last.year} 年度"
    return [OwnLine(label=label, note=note, end=last.in_words, url=url, is_open=False)]
