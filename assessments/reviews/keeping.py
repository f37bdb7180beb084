"""The verbs of a review as a whole: begun, its day and record, sent to the superior, sent back, concluded. Audited.

The branch holds it (its secretary, or staff above); that it is concluded, and stands in the members' records from then
on, is for staff above. Afterwards there are only corrections.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from activities.kinds import Kind
from activities.models import Activity
from assessments.local_rules import EXCELLENT_BASE, EXCELLENT_SHARE, SELF_GRADE
from assessments.models import Review, ReviewEntry
from assessments.refusals import AssessmentError, Conflict
from assessments.rounds import NAMED
from assessments.subjects import not_in_future, told
from branches import local
from branches.models import Branch
from branches.roles import Right
from branches.scope import may
from members import review_results
from members.review_results import Result, ReviewResultError

from . import roster, shares

State: Final = Review.State
#: Those at which the branch still works on it.
AT_THE_BRANCH: Final = (State.OPEN, State.BALLOTING, State.GRADING)
NOT_A_KEEPER: Final = "民主评议由党支部书记和上级党组织的工作人员办理。"
NOT_ABOVE: Final = "民主评议由上级党组织的工作人员审核。"
#: A review of a year is held until the end of March after it, and planned for two months ahead at most.
_LAST: Final = (3, 31)
AHEAD: Final = timedelta(days=60)


def begin(branch: Branch, *, year: int, on: date, by: User, today: date | None = None) -> Review:
    """The year's review of a branch; whoever stands on its roster of ``on`` takes part. Audited."""
    if not branch.is_leaf:
        raise AssessmentError("民主评议以党支部为单位，请选择党支部。")
    check_may(by, Right.REVIEW, branch.path)
    _check_day(year, on, today or timezone.localdate())
    begun = f"“{branch.short_name}”{year} 年度的民主评议已经发起。"
    if branch.reviews.filter(year=year).exists():
        raise AssessmentError(begun)
    people = roster.of([branch], on)[branch.pk]
    if not people:
        raise AssessmentError(f"“{branch.short_name}”{on:%Y-%m-%d} 的名册上没有党员，不用评议。")
    elsewhere = roster.reviewed(year, [branch], on)
    if len(elsewhere) == len(people):
        raise AssessmentError(f"名册上的党员 {year} 年度都已在其他党支部参加评议。")
    try:
        with transaction.atomic():
            made = Review.objects.create(**_facts(branch, year, on))
            roster.enlist(made, people, leaving_out=elsewhere)
            audit.record("review.begin", by=by, on=made, after={"year": year, "people": made.entries.count()})
    except IntegrityError as error:
        raise AssessmentError(begun) from error
    return made


def begin_below(organisation: Branch, *, year: int, on: date, by: User) -> int:
    """The same for every branch below that has none yet and has members; returns how many. Audited, one by one."""
    check_may(by, Right.ASSESS, organisation.path)
    _check_day(year, on, timezone.localdate())
    leaves = Branch.objects.below(organisation.path).leaves()
    branches = list(leaves.existing_on(on).exclude(reviews__year=year).order_by("order_key"))
    rosters = roster.of(branches, on)
    elsewhere = roster.reviewed(year, branches, on)
    wanted = [branch for branch in branches if any(one.member not in elsewhere for one in rosters[branch.pk])]
    if not wanted:
        raise AssessmentError(f"下属党支部 {year} 年度的民主评议都已发起，或者名册上没有党员。")
    try:
        with transaction.atomic():
            for branch in wanted:
                made = Review.objects.create(**_facts(branch, year, on))
                roster.enlist(made, rosters[branch.pk], leaving_out=elsewhere)
                people = made.entries.count()
                audit.record("review.begin", by=by, on=made, after={"year": year, "people": people})
    except IntegrityError as error:
        raise AssessmentError("其中有党支部刚由别人发起，请刷新后再试。") from error
    return len(wanted)


def _facts(branch: Branch, year: int, on: date) -> dict[str, Any]:
    rules = local.decided([EXCELLENT_SHARE, EXCELLENT_BASE, SELF_GRADE])
    share, base = rules[EXCELLENT_SHARE], rules[EXCELLENT_BASE]
    return {
        "branch": branch,
        "branch_path": branch.path,
        "year": year,
        "held_on": on,
        "share": share.value,
        "base": base.value,
        "citation": share.citation or base.citation,
        "asks_self_grade": rules[SELF_GRADE].value,
    }


def set_day(review: Review, on: date, *, version: int, by: User) -> None:
    """Another day, or the same one with its roster read anew; what those wrote who are gone goes with them."""
    with changing(review, by, State.OPEN, version=version) as row:
        _check_day(row.year, on, timezone.localdate())
        people = roster.of([row.branch], on)[row.branch_id]
        if not people:
            raise AssessmentError(f"{on:%Y-%m-%d} 的名册上没有党员，请核对日期。")
        before = {"on": row.held_on.isoformat(), "people": row.entries.count()}
        row.held_on = on
        roster.renew(row, people, leaving_out=roster.reviewed(row.year, [row.branch], on, but=row))
        after = {"on": on.isoformat(), "people": row.entries.count()}
        audit.record("review.set_day", by=by, on=row, before=before, after=after)


def drop(review: Review, *, by: User) -> None:
    """It was begun by mistake; as long as nobody has voted it goes, with what was written. Audited."""
    with holding(review, by, State.OPEN) as row:
        audit.record("review.drop", by=by, on=row, before={"year": row.year, "people": row.entries.count()})
        row.delete()


def link(review: Review, meeting: Activity, *, by: User) -> None:
    """The record of the meeting at which it was held: written once, as an activity."""
    with changing(review, by, *AT_THE_BRANCH) as row:
        if fault := fault_of_meeting(row, meeting):
            raise AssessmentError(fault)
        row.meeting = meeting
        audit.record("review.link", by=by, on=row, after={"on": meeting.held_on.isoformat()})


def fault_of_meeting(row: Review, meeting: Activity | None) -> str:
    if meeting is None or meeting.branch_id != row.branch_id or meeting.is_withdrawn:
        return "请选择本支部没有撤回的会议记录。"
    if Kind.DEMOCRATIC_REVIEW not in meeting.kinds:
        return "请选择类型为“民主评议党员”的记录（支部条例第十八条）；套会的，在记录里勾选“同时算作”民主评议党员。"
    first, last = days_of(row.year)
    if not first <= meeting.held_on <= last:
        return f"{row.year} 年度的评议应在 {first:%Y-%m-%d} 至 {last:%Y-%m-%d} 之间开会。"
    return ""


def submit(review: Review, *, decided_on: date, decided_by: str, by: User) -> None:
    """The branch is done: everybody is graded by the meeting that decides, and the superior is told."""
    with changing(review, by, State.GRADING) as row:
        if fault := fault_of_meeting(row, row.meeting):
            raise AssessmentError(f"还没有关联会议记录。{fault}" if row.meeting is None else fault)
        if not row.returned:
            raise AssessmentError(
                "还没有民主测评的票，请先测评（支部条例第十八条：个人自评、党员互评、民主测评）。"
            )
        entries = entries_of(row)
        if waiting := [entry for entry in entries if entry.is_to_grade and not entry.grade]:
            raise AssessmentError(f"还有正式党员没有评定等次：{_names(waiting)}。")
        if fault := shares.fault(row, entries):
            raise AssessmentError(fault)
        not_in_future(decided_on, "评定日期")
        if decided_on < row.held_on:
            raise AssessmentError(f"评定日期不能早于评议日期（{row.held_on:%Y-%m-%d}）。")
        row.decided_on, row.decided_by = decided_on, decided_by
        row.returned_why, row.submitted_at, row.state = "", timezone.now(), State.SUBMITTED
        audit.record("review.submit", by=by, on=row, after={"people": len(entries)})


def send_back(review: Review, why: str, *, by: User) -> None:
    """Something is to be put right: the branch grades again, and is told why."""
    with changing(review, by, State.SUBMITTED, right=Right.ASSESS) as row:
        row.returned_why, row.state = told(why, "退回原因", most=300), State.GRADING
        audit.record("review.turn_down", by=by, on=row, after={"reason": row.returned_why})


def conclude(review: Review, *, by: User) -> None:
    """It is in order: locked from now on, and its results stand in the members' records."""
    with changing(review, by, State.SUBMITTED, right=Right.ASSESS) as row:
        entries = entries_of(row)
        if any(entry.member.account_id == by.pk for entry in entries):
            raise AssessmentError(f"“{row.branch.short_name}”是您自己所在的党支部，由另一位工作人员办结。")
        row.closed_at, row.state = timezone.now(), State.CLOSED
        try:
            review_results.write_down(
                row.branch,
                year=row.year,
                held_on=row.held_on,
                decided_on=row.decided_on or row.held_on,
                decided_by=row.get_decided_by_display(),
                results=[result_of(entry) for entry in entries],
                by=by,
            )
        except ReviewResultError as refusal:
            raise AssessmentError(str(refusal)) from refusal
        audit.record("review.conclude", by=by, on=row, after={"people": len(entries)})


def conclude_all(reviews: Sequence[Review], *, by: User) -> tuple[int, list[str]]:
    """Each by itself; returns how many, and why the others are not."""
    faults = []
    for review in reviews:
        try:
            conclude(review, by=by)
        except AssessmentError as refusal:
            faults.append(f"{review.branch.short_name}：{refusal}")
    return len(reviews) - len(faults), faults


def result_of(entry: ReviewEntry) -> Result:
    return Result(entry.member_id, entry.grade, entry.why_ungraded, entry.opinion, entry.disposal)


def entries_of(review: Review) -> list[ReviewEntry]:
    """By name, with their people. One query."""
    entries = list(review.entries.select_related("member"))
    for entry in entries:
        entry.review = review
    return entries


def _names(entries: Sequence[ReviewEntry]) -> str:
    """The first names, and how many more."""
    first = "、".join(entry.member.name for entry in entries[:NAMED])
    return first + (f"等 {len(entries)} 人" if len(entries) > NAMED else "")


@contextmanager
def holding(
    review: Review, by: User, *states: str, right: Right = Right.REVIEW, version: int | None = None
) -> Iterator[Review]:
    """The review, locked, when it is at one of ``states`` and ``by`` has the right; for what is done beside its row."""
    with transaction.atomic():
        rows = Review.objects.select_for_update(of=("self",)).select_related("branch", "meeting")
        row = rows.filter(pk=review.pk).first()
        if row is None:
            raise AssessmentError("这次民主评议已经撤销。")
        check_may(by, right, row.branch_path)
        check_stage(row, *states)
        if version is not None and row.version != version:
            raise Conflict("这次民主评议刚被别人改过，请核对后再保存。")
        yield row


@contextmanager
def changing(
    review: Review, by: User, *states: str, right: Right = Right.REVIEW, version: int | None = None
) -> Iterator[Review]:
    """The same for what changes the review itself: saved as its next version afterwards."""
    with holding(review, by, *states, right=right, version=version) as row:
        yield row
        row.version += 1
        row.save()


def check_stage(row: Review, *states: str) -> None:
    if row.state not in states:
        allowed = "、".join(State(state).label for state in states)
        raise AssessmentError(f"这次民主评议现在是“{row.get_state_display()}”，在“{allowed}”时才能这样做。")


def check_may(by: User, right: Right, path: str) -> None:
    if not may(by, right, path):
        raise AssessmentError(NOT_ABOVE if right == Right.ASSESS else NOT_A_KEEPER)


def days_of(year: int) -> tuple[date, date]:
    """From when to when the review of a year is held."""
    return date(year, 1, 1), date(year + 1, *_LAST)


def _check_day(year: int, on: date, today: date) -> None:
    if not today.year - 1 <= year <= today.year:
        raise AssessmentError(f"可以发起 {today.year} 年度或 {today.year - 1} 年度的民主评议。")
    first, last = days_of(year)
    if not first <= on <= last:
        raise AssessmentError(f"{year} 年度的评议日期应在 {first:%Y-%m-%d} 至 {last:%Y-%m-%d} 之间。")
    if on > today + AHEAD:
        raise AssessmentError(f"评议日期最多提前 {AHEAD.days} 天确定，到时候名册还会变动。")
