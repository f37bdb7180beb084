"""The verbs of 换届: each step in its order, with its date; the last brings the term and the posts. Audited."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from activities import records
from activities.models import Activity, Candidate, Election
from branches import temporary, terms
from branches.models import Branch
from branches.roles import Right
from branches.scope import may, may_restructure
from branches.terms import TermError
from lib import reasons
from members import posts, rosters
from members.branch_rules import COMMITTEE_LEAST
from members.models import Member, Post
from members.posts import PostError

from . import reading, steps
from .reading import Outcome
from .steps import Step

Title = Post.Title
OF_A_TERM = (Title.SECRETARY, Title.DEPUTY, Title.COMMITTEE)


class ElectionError(ValueError):
    """The step cannot be taken; the message is for the user."""


@dataclass(frozen=True)
class Seat:
    """What somebody elected becomes."""

    member: UUID
    title: str
    duty: str = ""


def begin(branch: Branch, *, on: date, number: str, by: User) -> Election:
    """The branch asks its superior to hold an election."""
    if not branch.is_leaf:
        raise ElectionError("这里办理党支部换届，其他党组织请在任期中登记。")
    _check_who(branch.path, steps.BY_KEY["request"], by)
    if reason := temporary.refusal(branch, "elect"):
        raise ElectionError(reason)
    _check_day("请示换届", on, None)
    if fault := records.fault_of_day(branch, on):
        raise ElectionError(fault)
    if (term := branch.terms.order_by("-elected_on").first()) and on <= term.elected_on:
        raise ElectionError(
            f"本届 {term.elected_on:%Y-%m-%d} 才当选，请示换届的日期应在这以后。以前的换届请上级在任期中补记。"
        )
    with transaction.atomic():
        records.lock(branch)
        if branch.elections.running().exists():
            raise ElectionError("本支部已有正在办理的换届，请在那里继续。")
        made = Election.objects.create(
            branch=branch, branch_path=branch.path, requested_on=on, request_number=number
        )
        audit.record("election.begin", by=by, on=made, after={"requested_on": on.isoformat()})
    return made


def reply(election: Election, *, on: date, number: str, seats: int, by: User) -> None:
    """The superior agrees and says how many are to be elected."""
    with _taking(election, "reply", on, by) as row:
        full = rosters.full_members_on(row.branch, on).count()
        if fault := steps.fault_of_seats(seats, full):
            raise ElectionError(fault)
        row.replied_on, row.reply_number, row.seats = on, _number(number, "reply"), seats


def nominate(election: Election, *, on: date, people: Sequence[UUID], by: User) -> None:
    """The candidates: full members of the branch (选举条例 5), enough of them (13)."""
    with _taking(election, "nominate", on, by) as row:
        chosen = set(people)
        electable = rosters.full_members_on(row.branch, on).filter(pk__in=chosen)
        if len(found := set(electable.values_list("pk", flat=True))) < len(chosen):
            raise ElectionError(
                f"{_first_of(chosen - found)}当天不是本支部正式党员，不能作候选人（选举条例第五条）。"
            )
        if fault := steps.fault_of_candidates(row.seats, len(chosen)):
            raise ElectionError(fault)
        row.nominated_on = on
        row.candidates.all().delete()
        Candidate.objects.bulk_create(Candidate(election=row, member_id=pk) for pk in sorted(chosen))


def agree(election: Election, *, on: date, number: str, by: User) -> None:
    """The superior has looked at the candidates and agrees to them."""
    with _taking(election, "agree", on, by) as row:
        if gone := reading.candidates_gone(row, on):
            raise ElectionError(
                f"候选人“{gone[0]}”当天不是本支部正式党员（选举条例第五条），请支部退回“提出候选人”重新登记。"
            )
        row.agreed_on, row.agreement_number = on, _number(number, "agree")


def hold(election: Election, *, meeting: Activity, by: User) -> None:
    """The votes were taken at ``meeting``, and stand in its minutes."""
    with _taking(election, "meeting", meeting.held_on, by) as row:
        if meeting.branch_id != row.branch_id or meeting.is_withdrawn:
            raise ElectionError("请选择本支部的党员大会。")
        row.meeting = meeting
        if fault := reading.result_of(row).fault:
            raise ElectionError(fault)


def report(election: Election, *, on: date, by: User) -> None:
    """The branch has told its superior who was elected."""
    with _taking(election, "report", on, by) as row:
        row.reported_on = on


def approve(
    election: Election,
    *,
    on: date,
    number: str,
    filed_on: date | None,
    seats: Sequence[Seat],
    reason: str = "",
    by: User,
) -> None:
    """The superior approves: the term begins with the meeting, the posts with the approval; who left is relieved.

    ``reason`` says why somebody is appointed otherwise than is normally so (支部条例 20, 23).
    """
    with _taking(election, "approve", on, by) as row:
        result = reading.result_of(row)
        if fault := result.fault or _fault_of(seats, row, reading.seated(row, result, on)):
            raise ElectionError(fault)
        if filed_on:
            _check_day("委员备案", filed_on, row.reported_on, "报告选举结果")
        row.approved_on, row.approval_number, row.filed_on = on, _number(number, "approve"), filed_on
        assert row.meeting is not None
        try:
            row.term = terms.elect(row.branch, row.meeting.held_on, by=by)
            _fill_posts(row.branch, seats, on, reason, by)
        except (TermError, PostError) as refusal:
            raise ElectionError(str(refusal)) from refusal


def file(election: Election, *, on: date, by: User) -> None:
    """The members of the committee are filed with the superior, where that was not said with the approval."""
    with _taking(election, "file", on, by, after="report") as row:
        row.filed_on = on


def step_back(election: Election, key: str, *, by: User) -> None:
    """Take back the step ``key``, taken last and by mistake; not the request, and nothing once it is approved."""
    with transaction.atomic():
        row = _locked(election)
        step = steps.last_of(row)
        if not row.is_running or step.key == "request":
            raise ElectionError("没有可以退回的步骤。换届已经批准的，请在任期中更正。")
        if step.key != key:
            raise ElectionError("这一步刚才已经退回，或者又办了下一步，请看现在的进度。")
        _check_who(row.branch_path, step, by)
        before = {"step": step.key, "on": str(step.done_on(row))}
        setattr(row, step.column, None)
        if step.number_column:
            setattr(row, step.number_column, "")
        if step.key == "reply":
            row.seats = 0
        if step.key == "nominate":
            row.candidates.all().delete()
        row.save()
        audit.record("election.step_back", by=by, on=row, before=before)


def withdraw(election: Election, why: str, *, by: User) -> None:
    """The election is given up: it was begun by mistake, or will be held anew."""
    why = why.strip()
    if fault := reasons.fault(why, "撤销原因"):
        raise ElectionError(fault)
    with transaction.atomic():
        row = _locked(election)
        if not row.is_running:
            raise ElectionError("这次换届已经办结或者撤销。")
        if not may(by, Right.KEEP_BRANCHES, row.branch_path) and row.replied_on:
            raise ElectionError("上级已经批复，由上级党组织的工作人员撤销。")
        _check_who(row.branch_path, steps.BY_KEY["request"], by)
        row.withdrawn_at, row.withdrawn_why = timezone.now(), why
        row.save()
        audit.record("election.withdraw", by=by, on=row, after={"why": why})


@contextmanager
def _taking(election: Election, key: str, on: date, by: User, *, after: str = "") -> Iterator[Election]:
    """The election, locked, when ``key`` is its next step and the day may be; saved and audited afterwards.

    The day is not before that of the step ``after``, which is the one taken last.
    """
    step = steps.BY_KEY[key]
    with transaction.atomic():
        row = _locked(election)
        _check_who(row.branch_path, step, by)
        if (due := steps.next_of(row)) is not step:
            raise ElectionError(_out_of_turn(row, step, due))
        before = steps.BY_KEY[after] if after else steps.last_of(row)
        _check_day(step.title, on, before.done_on(row), before.title)
        if fault := records.fault_of_day(row.branch, on):
            raise ElectionError(fault)
        yield row
        row.save()
        audit.record(f"election.{key}", by=by, on=row, after=_facts(row, step))


def _out_of_turn(row: Election, step: Step, due: Step | None) -> str:
    if due is None:
        return "这次换届已经办结或者撤销。"
    if step.done_on(row):
        return f"“{step.title}”已经办过，请看现在的进度。"
    return f"现在该办“{due.title}”（{due.article}），还没有轮到“{step.title}”。"


def _locked(election: Election) -> Election:
    rows = Election.objects.select_for_update(of=("self",)).select_related("branch", "meeting")
    return rows.get(pk=election.pk)


def _check_who(path: str, step: Step, by: User) -> None:
    if step.above and not may_restructure(by, path):
        raise ElectionError(f"“{step.title}”由上级党组织的工作人员登记。")
    if not step.above and not may(by, Right.RECORD, path):
        raise ElectionError(f"“{step.title}”由党支部登记。")


def _check_day(title: str, on: date, earliest: date | None, before: str = "请示换届") -> None:
    if on > timezone.localdate():
        raise ElectionError(f"“{title}”的日期不能晚于今天。")
    if earliest and on < earliest:
        raise ElectionError(f"“{title}”的日期不能早于“{before}”的 {earliest:%Y-%m-%d}。")


def _number(number: str, key: str) -> str:
    if not (number := number.strip()):
        step = steps.BY_KEY[key]
        raise ElectionError(f"请填写“{step.title}”的文号，如“文学院党〔2026〕5号”（{step.article}）。")
    return number


def _facts(row: Election, step: Step) -> dict[str, Any]:
    facts: dict[str, Any] = {"on": str(step.done_on(row))}
    if number := step.number(row):
        facts["number"] = number
    if step.key == "reply":
        facts["seats"] = row.seats
    if step.key == "nominate":
        facts["candidates"] = row.candidates.count()
    return facts


def _first_of(people: set[UUID]) -> str:
    member = Member.objects.filter(pk__in=people).order_by("name_order").first()
    return f"“{member.name}”" if member else "所选的人"


def _fault_of(seats: Sequence[Seat], row: Election, elected: Sequence[Outcome]) -> str:
    """Why the posts cannot be given out like this; empty when they can."""
    people = {outcome.member_id for outcome in elected}
    if {seat.member for seat in seats} != people or len(seats) != len(people):
        return "请给每位当选的人确定一项职务。"
    held = [seat.title for seat in seats]
    if held.count(Title.SECRETARY) != 1:
        return "书记为1名，请核对。"
    if held.count(Title.DEPUTY) > 1:
        return "副书记必要时可以设1名（支部条例第二十条），请核对。"
    if not steps.has_committee(row) and Title.COMMITTEE in held:
        return "不设支委会的，只有书记和副书记。"
    if steps.has_committee(row) and len(seats) < COMMITTEE_LEAST:
        return f"当选 {len(seats)} 人，支委会至少 {COMMITTEE_LEAST} 人，请先补选（支部条例第二十条）。"
    return ""


def _fill_posts(branch: Branch, seats: Sequence[Seat], on: date, reason: str, by: User) -> None:
    """Whoever keeps his post keeps it, with the same duty; the others' posts end the day before."""
    wanted = {(seat.member, seat.title): seat for seat in seats}
    held = Post.objects.open().filter(branch=branch, title__in=OF_A_TERM).select_related("grant", "member")
    for post in held:
        seat = wanted.get((post.member_id, post.title))
        if seat and seat.duty in ("", post.duty):
            wanted.pop((post.member_id, post.title))
        elif on <= post.since:
            raise PostError(
                f"{post.member.name}现任的{post.get_title_display()}自 {post.since:%Y-%m-%d} 起，"
                "批准日期应在这以后。请核对批准日期，或先在职务中更正。"
            )
        else:
            posts.end(post, on=on - timedelta(days=1), by=by)
    people: Mapping[UUID, Member] = Member.objects.select_related("account").in_bulk(
        [seat.member for seat in wanted.values()]
    )
    for seat in wanted.values():
        member = people[seat.member]
        unusual = posts.what_is_unusual(member, branch, seat.title, on)
        posts.appoint(
            member,
            branch,
            seat.title,
            since=on,
            by=by,
            duty=seat.duty,
            reason=reason if unusual else "",
        )
