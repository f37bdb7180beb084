"""What is written about each member of a review: his own words, the others', the committee's, and his grade. Audited.

The trail says that something was written and which grade was given, never what was said.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from assessments.models import Review, ReviewCorrection, ReviewEntry
from assessments.refusals import AssessmentError, Conflict
from assessments.subjects import told
from branches.roles import Right
from lib.reasons import LEAST
from members import review_results
from members.models import ReviewGrade
from members.review_results import ReviewResultError

from . import keeping, shares
from .keeping import AT_THE_BRANCH, check_stage, entries_of, holding, result_of

State: Final = Review.State
MOST_OWN: Final = 2_000
MOST: Final = 500


def write_own(entry: ReviewEntry, text: str, grade: str, *, version: int, by: User) -> None:
    """The member's own review (自评), by himself while it is asked for."""
    with transaction.atomic():
        row = _locked(entry, version)
        if row.member.account_id != by.pk:
            raise AssessmentError("自评由本人填写。")
        check_stage(row.review, State.OPEN)
        _write_self(row, text, grade, by)


def write_for(entry: ReviewEntry, text: str, grade: str, *, version: int, by: User) -> None:
    """The same, typed by the branch for somebody who has no account or wrote on paper."""
    with _held(entry, by, *AT_THE_BRANCH, version=version) as row:
        _write_self(row, text, grade, by)


def _write_self(row: ReviewEntry, text: str, grade: str, by: User) -> None:
    row.self_text = told(text, "自评", 10, MOST_OWN)
    if row.review.asks_self_grade and row.is_full and not grade:
        raise AssessmentError("请选择自报的等次。")
    row.self_grade = grade if row.review.asks_self_grade and row.is_full else ""
    row.self_at = timezone.now()
    _save(row)
    audit.record("review.write_self", by=by, on=row, after={"member": row.member.number})


def note(entry: ReviewEntry, mutual: str, masses: str, *, version: int, by: User) -> None:
    """What the others said of him at the meeting (互评), and what was heard from outside the party (群众意见)."""
    with _held(entry, by, *AT_THE_BRANCH, version=version) as row:
        row.mutual, row.masses = told(mutual, "互评意见", 0), told(masses, "群众意见", 0)
        _save(row)
        audit.record("review.note", by=by, on=row, after={"member": row.member.number})


def grade(entry: ReviewEntry, grade: str, opinion: str, disposal: str, *, version: int, by: User) -> None:
    """The committee's opinion and grade; of 优秀 no more than the share, with 不合格 what is to follow."""
    with _held(entry, by, State.GRADING, version=version) as row:
        before = {"grade": row.grade}
        _grade(row, grade, opinion, disposal)
        _save(row)
        _check_share(row.review)
        audit.record("review.decide", by=by, on=row, before=before, after={"grade": grade})


def _grade(row: ReviewEntry, grade: str, opinion: str, disposal: str) -> None:
    if why := row.why_ungraded:
        raise AssessmentError(f"{row.member.name}不评定等次（{why}）。")
    if grade not in ReviewGrade.values:
        raise AssessmentError(f"请为{row.member.name}选择等次：{'、'.join(map(str, ReviewGrade.labels))}。")
    row.grade, row.opinion = grade, told(opinion, "评定意见", LEAST)
    if grade == ReviewGrade.FAILING and len(disposal.strip()) < LEAST:
        raise AssessmentError(
            f"{row.member.name}评为“不合格”，请写明处置意见（如限期改正），至少 {LEAST} 个字。"
        )
    row.disposal = told(disposal, "处置意见", 0)


def grade_rest(review: Review, opinion: str, *, by: User) -> int:
    """合格 for all who have no grade yet, with one opinion; returns how many. One audit entry each."""
    opinion = told(opinion, "评定意见", LEAST)
    with holding(review, by, State.GRADING) as row:
        rest = [entry for entry in entries_of(row) if entry.is_to_grade and not entry.grade]
        if not rest:
            raise AssessmentError("正式党员都已评定等次。")
        for entry in rest:
            entry.grade, entry.opinion = ReviewGrade.COMPETENT, opinion
            entry.version += 1
        ReviewEntry.objects.bulk_update(rest, ["grade", "opinion_cipher", "version"])
        audit.record_all(
            audit.entry_of(
                "review.decide", by=by, on=entry, before={"grade": ""}, after={"grade": entry.grade}
            )
            for entry in rest
        )
    return len(rest)


def leave_ungraded(entry: ReviewEntry, why: str, *, version: int, by: User) -> None:
    """A full member gets no grade for a reason (abroad, lost, exempt); without a reason he is to be graded again.

    The trail says that it is so, not why: the reason may be somebody's health.
    """
    with _held(entry, by, *AT_THE_BRANCH, version=version) as row:
        if not row.is_full:
            raise AssessmentError("预备党员参加评议，不评定等次，不用再登记原因。")
        before = {"ungraded": bool(row.ungraded_why), "grade": row.grade}
        row.ungraded_why = told(why, "不评定等次的原因", 0, 100)
        if row.ungraded_why:
            row.grade, row.opinion, row.disposal = "", "", ""
        _save(row)
        _check_share(row.review)
        after = {"ungraded": bool(row.ungraded_why), "grade": row.grade}
        audit.record("review.leave_ungraded", by=by, on=row, before=before, after=after)


def correct(
    entry: ReviewEntry, grade: str, opinion: str, disposal: str, citation: str, *, version: int, by: User
) -> ReviewCorrection:
    """A grade of a concluded review is put right by staff above, with the paper it rests on; in the record, too."""
    with _held(entry, by, State.CLOSED, right=Right.ASSESS, version=version) as row:
        if row.member.account_id == by.pk:
            raise AssessmentError("自己的民主评议由另一人办理。")
        made = ReviewCorrection(review=row.review, member=row.member, before=row.in_words, by=by)
        made.said_before = "\n".join(filter(None, (row.opinion, row.disposal)))
        made.citation = told(citation, "更正依据", LEAST, 200)
        before, row.ungraded_why = {"grade": row.grade}, ""
        _grade(row, grade, opinion, disposal)
        _save(row)
        _check_share(row.review)
        made.after = row.in_words
        made.save(force_insert=True)
        try:
            review_results.correct(row.review.year, result_of(row), by=by)
        except ReviewResultError as refusal:
            raise AssessmentError(str(refusal)) from refusal
        after = {"grade": row.grade, "citation": made.citation}
        audit.record("review.correct", by=by, on=row, before=before, after=after)
    return made


def _check_share(review: Review) -> None:
    if fault := shares.fault(review, entries_of(review)):
        raise AssessmentError(fault)


@contextmanager
def _held(
    entry: ReviewEntry, by: User, *states: str, version: int, right: Right = Right.REVIEW
) -> Iterator[ReviewEntry]:
    """The entry, its review locked with it."""
    with keeping.holding(entry.review, by, *states, right=right) as review:
        row = _locked(entry, version)
        row.review = review
        yield row


def _locked(entry: ReviewEntry, version: int) -> ReviewEntry:
    rows = ReviewEntry.objects.select_for_update(of=("self", "review"))
    row = rows.select_related("review__branch", "member").filter(pk=entry.pk).first()
    if row is None:
        raise AssessmentError("名单刚改过，请返回名单核对。")
    if row.version != version:
        raise Conflict(f"{row.member.name}的评议刚在别处保存过，请核对下面的内容再保存。")
    return row


def _save(row: ReviewEntry) -> None:
    """All but the counts, which the ballots add to."""
    row.version += 1
    columns = {field.name for field in ReviewEntry._meta.concrete_fields if not field.primary_key}
    row.save(update_fields=columns.difference(ReviewEntry.COUNTS))
