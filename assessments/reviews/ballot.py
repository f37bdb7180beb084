"""The ballot of a review (民主测评): by codes on phones, or on paper that the branch counts. Only sums are kept.

The promise is that of the other ballots, and more is kept of it: what a ballot says is added to the counts of those it
rates and written nowhere else. Fewer than five ballots leave no counts at all.
"""

from collections.abc import Mapping
from random import SystemRandom
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.models import User
from assessments.ballots import STRANGER
from assessments.codes import UNKNOWN, USED, digest, drawn, record_unnamed
from assessments.models import Review, ReviewCode, ReviewEntry
from assessments.refusals import AssessmentError, Conflict, UnknownCode
from assessments.schemes import LEAST_BALLOTS
from members.models import ReviewGrade

from .keeping import changing, entries_of

State: Final = Review.State
Way: Final = Review.Way
#: The counter of each grade.
COUNTER: Final = dict(zip(ReviewGrade.values, ReviewEntry.COUNTS, strict=True))

#: Entry → grade; blank says nothing.
Marks = Mapping[UUID, str]
#: Entry → how many ballots said 优秀, 合格, 基本合格, 不合格.
Counts = Mapping[UUID, tuple[int, int, int, int]]


def issue(review: Review, number: int, *, known: int, by: User) -> list[str]:
    """So many new codes, told this once; the first begin the ballot. ``known`` is how many ``by`` saw to be out."""
    with changing(review, by, State.OPEN, State.BALLOTING) as row:
        if known != row.issued:
            raise Conflict(f"已发出 {row.issued} 个测评码，请核对后再发。")
        row.state, row.way = State.BALLOTING, Way.PHONE
        row.issued += number
        _check_number(row)
        new = drawn(number)
        ReviewCode.objects.bulk_create(ReviewCode(review=row, digest=digest(code)) for code in new)
        audit.record("review.issue", by=by, on=row, after={"new": number})
    # Not in the order of the rows.
    SystemRandom().shuffle(new)
    return new


def recall(review: Review, *, by: User) -> int:
    """Codes that nobody has used are void; where nobody voted, the ballot is not begun any more. Returns how many."""
    with changing(review, by, State.BALLOTING) as row:
        number, _ = row.codes.filter(is_used=False).delete()
        row.issued -= number
        if not row.issued:
            row.state, row.way = State.OPEN, ""
        audit.record("review.recall", by=by, on=row, after={"number": number})
    return number


def code_of(text: str) -> ReviewCode:
    """The unused code; raises UnknownCode, also where the ballot is over, and AssessmentError for one that is used."""
    row = ReviewCode.objects.select_related("review__branch").filter(digest=digest(text)).first()
    if row is None or row.review.state != State.BALLOTING:
        raise UnknownCode(UNKNOWN)
    if row.is_used:
        raise AssessmentError(USED)
    return row


def cast(text: str, marks: Marks) -> None:
    """Vote with a code, once: each mark adds one to a count; whoever was left blank gets none."""
    with transaction.atomic():
        found = code_of(text)
        review = Review.objects.select_for_update(of=("self",)).get(pk=found.review_id)
        if review.state != State.BALLOTING:
            raise UnknownCode(UNKNOWN)
        if not ReviewCode.objects.filter(pk=found.pk, is_used=False).update(is_used=True):
            raise AssessmentError(USED)
        entries = set(review.entries.values_list("pk", flat=True))
        if set(marks) - entries:
            raise AssessmentError(STRANGER)
        if {mark for mark in marks.values() if mark} - set(COUNTER):
            raise AssessmentError(f"请选择选票上的等次：{'、'.join(map(str, ReviewGrade.labels))}。")
        for mark, column in COUNTER.items():
            rated = [entry for entry, said in marks.items() if said == mark]
            ReviewEntry.objects.filter(pk__in=rated).update(**{column: F(column) + 1})
        Review.objects.filter(pk=review.pk).update(returned=F("returned") + 1)
        record_unnamed("review.cast", review)


def close(review: Review, *, by: User) -> None:
    """End the ballot on phones: the codes are gone, and of fewer than five ballots the counts, too."""
    with changing(review, by, State.BALLOTING) as row:
        if not row.returned:
            raise AssessmentError("还没有收到测评票；不用手机测评的，请先作废未用的测评码，再录入纸质票。")
        row.codes.all().delete()
        if row.returned < LEAST_BALLOTS:
            row.entries.update(**dict.fromkeys(ReviewEntry.COUNTS, 0))
        row.state = State.GRADING
        audit.record("review.close_ballot", by=by, on=row, after={"value": row.returned})


def type_counts(
    review: Review, *, issued: int, returned: int, counts: Counts, version: int, by: User
) -> None:
    """What was counted of the paper; may be typed again while it is graded. Too few ballots leave no counts."""
    with changing(review, by, State.OPEN, State.GRADING, version=version) as row:
        if row.way == Way.PHONE:
            raise AssessmentError("这次已用手机测评，不能再录入纸质票：两种票分开统计，会看出少数人的评价。")
        row.way, row.issued, row.returned = Way.PAPER, issued, returned
        if not 0 < returned <= issued:
            raise AssessmentError(f"收回的票数应在 1 和发出的 {issued} 张之间。")
        entries = entries_of(row)
        if issued > len(entries):
            raise AssessmentError(f"参加评议的有 {len(entries)} 人，发出 {issued} 张票，多于人数。")
        kept = counts if returned >= LEAST_BALLOTS else {}
        for entry in entries:
            said = kept.get(entry.pk, (0, 0, 0, 0))
            if sum(said) > returned:
                raise AssessmentError(
                    f"{entry.member.name}的票合计 {sum(said)} 张，多于收回的 {returned} 张，请核对。"
                )
            for name, number in zip(ReviewEntry.COUNTS, said, strict=True):
                setattr(entry, name, number)
        ReviewEntry.objects.bulk_update(entries, ReviewEntry.COUNTS)
        row.state = State.GRADING
        audit.record("review.type_counts", by=by, on=row, after={"issued": issued, "returned": returned})


def _check_number(row: Review) -> None:
    people = row.entries.count()
    if row.issued < LEAST_BALLOTS:
        raise AssessmentError(
            f"少于 {LEAST_BALLOTS} 张票会看出是谁评的，不发测评码。人少的支部用纸质票，只登记发出和收回的张数。"
        )
    if row.issued > people:
        raise AssessmentError(f"参加评议的有 {people} 人，共发出 {row.issued} 个测评码，多于人数。")


def shows_counts(review: Review) -> bool:
    """Whether the counts may be seen: the ballot is over, and enough came back."""
    return review.state not in (State.OPEN, State.BALLOTING) and review.returned >= LEAST_BALLOTS
