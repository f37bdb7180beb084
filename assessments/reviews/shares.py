"""How many of a branch may be graded 优秀. Pure: a share, of how many, and how many have it."""

from fractions import Fraction

from assessments.local_rules import BASES, NOTICE, OF_GRADED, SHARES
from assessments.models import Review, ReviewEntry
from members.models import ReviewGrade


def base_of(review: Review, entries: list[ReviewEntry]) -> int:
    """Of how many the share is taken; probationary members never count."""
    if review.base == OF_GRADED:
        return sum(entry.is_to_grade for entry in entries)
    return sum(entry.is_full for entry in entries)


def allowed(share: str, base: int) -> int:
    """The most that may be graded 优秀: the share ("1/3") of ``base``, rounded down."""
    return int(Fraction(share) * base)


def has(entries: list[ReviewEntry]) -> int:
    return sum(entry.grade == ReviewGrade.EXCELLENT for entry in entries)


def sentence(review: Review, base: int) -> str:
    """全体正式党员 9 人，“优秀”不超过三分之一，最多 3 人."""
    most = allowed(review.share, base)
    return f"{BASES[review.base]} {base} 人，“优秀”不超过{SHARES[review.share]}，最多 {most} 人"


def source(review: Review) -> str:
    return review.citation or NOTICE


def fault(review: Review, entries: list[ReviewEntry]) -> str:
    """Why there are too many; empty when there are not."""
    base = base_of(review, entries)
    if (number := has(entries)) <= allowed(review.share, base):
        return ""
    return f"{sentence(review, base)}，现在是 {number} 人（{source(review)}）。"
