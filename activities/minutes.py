"""The verbs of the minutes: keep an item of the agenda, take it away, tick what was decided, say that all is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches import temporary
from members import rosters
from members.models import Member
from members.voting import RULES, Rule, Vote

from . import party_first as party_first_marks
from . import supplements
from .kinds import CONFIDENTIAL
from .models import Activity, AgendaItem, Attendance, Supplement, Talk, Task
from .pasting import Pasted
from .records import open_to
from .refusals import RecordError
from .voting import Ballot, Turnout, Verdict, fault_of_ballot, fault_of_turnout, judge, votes_of

#: What all verbs below do to a record, in their refusals.
WRITE: Final = "写纪要"
#: Votes that branches without members of their own do not take, by their name in :mod:`branches.temporary`.
DEEDS: Final = {Vote.ADMISSION: "admit", Vote.ELECTION: "elect"}


class ItemConflict(RecordError):
    """The item was changed meanwhile; ``current`` is what it says now, None when it was taken away."""

    def __init__(self, current: AgendaItem | None) -> None:
        super().__init__(
            "这项议题刚改过，请核对后再保存。" if current else "这项议题刚被删去，请返回纪要重新添加。"
        )
        self.current = current


@dataclass(frozen=True)
class TaskLine:
    """What is to be done, as a form sends it; ``pk`` of one that is there already."""

    what: str
    owner: UUID | None = None
    due_on: date | None = None
    pk: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class Judged:
    """A ballot and how it went."""

    ballot: Ballot
    verdict: Verdict


@dataclass(frozen=True)
class Item:
    """An item of the agenda, ready to be shown; ``fault`` is why the votes cannot stand any more."""

    row: AgendaItem
    number: int
    ballots: Sequence[Judged]
    tasks: Sequence[Task]
    turnout: Turnout
    fault: str

    @property
    def party_first(self) -> str:
        """Whether the party organisation discussed it first, where that was said."""
        return party_first_marks.in_words(self.row)

    @property
    def rule(self) -> Rule | None:
        return RULES[Vote(self.row.vote)] if self.row.vote else None


@dataclass(frozen=True)
class Piece:
    """Something that full minutes contain. Photos are none: a record without any is complete."""

    title: str
    is_there: bool
    lack: str


def turnout_of(activity: Activity) -> Turnout:
    """Those who may vote, of the attendance as it stands. One query."""
    counted = activity.attendances.filter(may_vote=True).aggregate(
        expected=Count("pk"), present=Count("pk", filter=Q(state=Attendance.State.PRESENT))
    )
    return Turnout(counted["expected"], counted["present"])


def agenda_of(activity: Activity) -> list[Item]:
    """The items in their order, with verdicts and tasks. Four queries, one when there are none."""
    rows = list(activity.agenda.prefetch_related("tasks__owner"))
    turnout = turnout_of(activity) if rows else Turnout(0, 0)
    return [_item(row, number, turnout) for number, row in enumerate(rows, start=1)]


def _item(row: AgendaItem, number: int, everybody: Turnout) -> Item:
    turnout = everybody.without(row.uncounted)
    rule = RULES[Vote(row.vote)] if row.vote else None
    ballots = [Ballot.of(kept) for kept in row.ballots]
    fault = _fault_of_votes(rule, turnout, ballots) if rule and ballots else ""
    judged = [Judged(ballot, judge(rule, turnout, ballot)) for ballot in ballots] if rule else []
    return Item(row, number, judged, list(row.tasks.all()), turnout, fault)


def _fault_of_votes(rule: Rule, turnout: Turnout, ballots: Iterable[Ballot]) -> str:
    faults = [fault_of_turnout(rule, turnout), *(fault_of_ballot(rule, turnout, each) for each in ballots)]
    return next(filter(None, faults), "")


def pieces(activity: Activity, agenda: Sequence[Item]) -> list[Piece]:
    """What full minutes contain, and what of it is there."""
    if activity.kind in CONFIDENTIAL:
        return _pieces_of_talk(activity)
    voted = [item for item in agenda if item.rule]
    tasks = [task for item in agenda for task in item.tasks]
    said = all(item.row.proceedings or item.row.decision for item in agenda)
    found = [
        Piece("时间和地点", bool(activity.starts_at and activity.place), "请在原记录中补上开始时间和地点。"),
        Piece("主持和记录", bool(activity.host and activity.recorder), "请在原记录中补上主持人和记录人。"),
        Piece("到会情况", activity.expected > 0, "请在原记录中登记到会情况。"),
        Piece("议题与讨论", bool(agenda) and said, "请写出各项议题的讨论情况或决议。"),
    ]
    if voted:
        has_votes = all(item.ballots and not item.fault for item in voted)
        found.append(Piece("表决票数", has_votes, "有表决的议题还没有票数，或票数与到会情况不符。"))
    if tasks:
        assigned = all(task.owner_id and task.due_on for task in tasks)
        found.append(Piece("责任人和期限", assigned, "有决议事项还没有责任人或期限。"))
    return found


def _pieces_of_talk(activity: Activity) -> list[Piece]:
    """What was said is sealed; that something was written is all that is asked."""
    has_content = Talk.objects.filter(activity=activity).exclude(content_cipher="").exists()
    return [
        Piece("时间和地点", bool(activity.starts_at and activity.place), "请在原记录中补上开始时间和地点。"),
        Piece("谈话人", activity.present > 1, "请在原记录中选上谈话的人。"),
        Piece("谈话内容", has_content, "请谈话人或本支部书记在原记录中补上谈话内容。"),
    ]


def is_complete(activity: Activity, found: Iterable[Piece]) -> bool:
    """Somebody said so, and it still is."""
    return activity.completed_at is not None and all(piece.is_there for piece in found)


def owners_of(activity: Activity) -> list[tuple[UUID, str]]:
    """Whom a task may be given to: the branch's people of that day, or the organisation's committee. One query."""
    asked = rosters.branch_members_on if activity.branch.is_leaf else rosters.committee_on
    people = asked(activity.branch, activity.held_on)
    return list(people.values_list("pk", "name"))


def keep_item(
    activity: Activity,
    *,
    by: User,
    item_id: UUID,
    version: int,
    title: str,
    vote: str = "",
    proceedings: str = "",
    decision: str = "",
    ballots: Sequence[Ballot] = (),
    uncounted: int = 0,
    uncounted_reason: str = "",
    tasks: Sequence[TaskLine] = (),
    party_first: str = "",
    party_first_on: date | None = None,
) -> AgendaItem:
    """Write an item; ``version`` is 0 for a new one. The same new item sent again is the one that is there.

    Raises RecordError with the rule and its article when the votes cannot be, :class:`ItemConflict` for the loser of
    two edits. In one transaction with its tasks. Audited.
    """
    with transaction.atomic():
        _open_agenda(activity, by)
        current = AgendaItem.objects.filter(pk=item_id, activity=activity).first()
        if current and not version:
            return current
        if version and (current is None or current.version != version):
            raise ItemConflict(current)
        item = current or _new_item(activity, item_id, vote)
        _check_votes(activity, item.vote, ballots, uncounted, uncounted_reason)
        item.title, item.proceedings, item.decision = title, proceedings, decision
        item.ballots = [ballot.as_kept() for ballot in ballots]
        item.uncounted, item.uncounted_reason = uncounted, uncounted_reason
        item.party_first, item.party_first_on = party_first_marks.checked(
            activity, party_first, party_first_on
        )
        item.version += bool(current)
        try:
            with transaction.atomic():
                item.save(force_insert=current is None)
        except IntegrityError:
            raise RecordError("这张表单已失效，请返回纪要重新添加。") from None
        _write_tasks(activity, item, tasks)
        audit.record("minutes.write", by=by, on=activity, after={"item": item.title, "version": item.version})
        supplements.meet(activity, Supplement.How.MINUTES, by=by)
    return item


def fault_of_vote(activity: Activity, vote: str) -> str:
    """Why this meeting takes no such vote; empty when it does. Guests of a functional branch elect and admit nobody."""
    if vote and vote not in votes_of(activity.kind):
        return f"{activity.get_kind_display()}不作这类表决。"
    return temporary.refusal(activity.branch, DEEDS[Vote(vote)]) if vote and Vote(vote) in DEEDS else ""


def _new_item(activity: Activity, item_id: UUID, vote: str) -> AgendaItem:
    if fault := fault_of_vote(activity, vote):
        raise RecordError(fault)
    return AgendaItem(pk=item_id, activity=activity, vote=vote, position=_next_position(activity))


def _open_agenda(activity: Activity, by: User) -> None:
    """The record as for every verb, and what was said at it may be read by those who keep the record."""
    open_to(activity, by, WRITE)
    if activity.kind in CONFIDENTIAL:
        raise RecordError(f"{activity.get_kind_display()}不写议题：说了什么写在原记录的谈话内容里。")


def _next_position(activity: Activity) -> int:
    return (activity.agenda.aggregate(last=Max("position"))["last"] or 0) + 1


def _check_votes(
    activity: Activity, vote: str, ballots: Sequence[Ballot], uncounted: int, uncounted_reason: str
) -> None:
    if not vote or not ballots:
        return
    if activity.is_heads_only:
        raise RecordError("这条记录来自台账，只有人数，没有名单，不能登记票数。请先在原记录中补上到会名单。")
    if len(ballots) > 1 and vote != Vote.ELECTION:
        raise RecordError("一项议题只登记一次表决，只有选举按人分别登记；其他人或事项请另写一项议题。")
    rule, everybody = RULES[Vote(vote)], turnout_of(activity)
    if uncounted and not (rule.may_leave_out and uncounted_reason.strip()):
        raise RecordError("不计入应到会的人数要写明是哪些人、什么理由；一般表决没有不计入的人。")
    if uncounted > everybody.expected - everybody.present:
        missing = everybody.expected - everybody.present
        raise RecordError(f"不计入应到会的 {uncounted} 人，多于没有到会的 {missing} 人，请核对。")
    if fault := _fault_of_votes(rule, everybody.without(uncounted), ballots):
        raise RecordError(fault)


def _write_tasks(activity: Activity, item: AgendaItem, lines: Sequence[TaskLine]) -> None:
    """Tasks that are not named any more are taken away, unless they are done."""
    known = {task.pk: task for task in item.tasks.all()}
    owners = {pk for pk, _ in owners_of(activity)} if any(line.owner for line in lines) else set()
    kept: set[int] = set()
    for line in lines:
        task = known.get(line.pk) if line.pk else Task(item=item)
        if task is None:
            raise ItemConflict(item)
        if line.due_on and line.due_on < activity.held_on:
            raise RecordError(f"“{line.what}”的期限早于开会的日期，请核对。")
        if line.owner and line.owner not in owners and line.owner != task.owner_id:
            raise RecordError(f"“{line.what}”的责任人当天不是本支部的党员，请另选。")
        task.what, task.owner_id, task.due_on = line.what, line.owner, line.due_on
        task.problem = line.problem
        task.save()
        kept.add(task.pk)
    gone = [task for pk, task in known.items() if pk not in kept]
    if any(task.done_on for task in gone):
        raise RecordError("已完成的决议事项不能删去。")
    Task.objects.filter(pk__in=[task.pk for task in gone]).delete()


def remove_item(item: AgendaItem, *, by: User, version: int) -> None:
    """Take an item away; its history stays. Not when something it decided has been done. Audited."""
    with transaction.atomic():
        open_to(item.activity, by, WRITE)
        current = AgendaItem.objects.filter(pk=item.pk).first()
        if current is None or current.version != version:
            raise ItemConflict(current)
        if current.tasks.filter(done_on__isnull=False).exists():
            raise RecordError("这项议题有已完成的决议事项，不能删去。")
        current.delete()
        audit.record("minutes.delete", by=by, on=item.activity, before={"item": item.title})


def paste(activity: Activity, pasted: Sequence[Pasted], *, by: User) -> int:
    """Add the items of a pasted text behind those that are there; returns their number. Audited."""
    if not pasted:
        raise RecordError("没有粘贴内容。")
    with transaction.atomic():
        _open_agenda(activity, by)
        for position, each in enumerate(pasted, start=_next_position(activity)):
            item = AgendaItem(activity=activity, title=each.title, position=position)
            item.proceedings, item.decision = each.proceedings, each.decision
            item.save(force_insert=True)
        audit.record("minutes.paste", by=by, on=activity, after={"items": len(pasted)})
        supplements.meet(activity, Supplement.How.MINUTES, by=by)
    return len(pasted)


def finish(task: Task, *, by: User, on: date) -> None:
    """Say that a task is done. Audited."""
    activity = task.item.activity
    if on < activity.held_on or on > timezone.localdate():
        raise RecordError("完成日期应在开会那天到今天之间。")
    with transaction.atomic():
        open_to(activity, by, WRITE)
        changed = Task.objects.filter(pk=task.pk, done_on=None).update(done_on=on, done_by=by)
        if changed:
            audit.record(
                "minutes.finish", by=by, on=activity, after={"task": task.what, "on": on.isoformat()}
            )


def reopen(task: Task, *, by: User) -> None:
    """A task that was ticked by mistake. Audited."""
    with transaction.atomic():
        open_to(task.item.activity, by, WRITE)
        Task.objects.filter(pk=task.pk).update(done_on=None, done_by=None)
        audit.record("minutes.reopen", by=by, on=task.item.activity, after={"task": task.what})


def complete(activity: Activity, *, by: User) -> None:
    """资料齐全. Refused with what is missing. Audited."""
    with transaction.atomic():
        current = open_to(activity, by, WRITE)
        lacks = [piece.lack for piece in pieces(current, agenda_of(current)) if not piece.is_there]
        if lacks:
            raise RecordError("".join(lacks))
        Activity.objects.filter(pk=current.pk).update(completed_at=timezone.now())
        audit.record("minutes.complete", by=by, on=activity)
        supplements.meet(activity, Supplement.How.MINUTES, by=by)


def open_tasks() -> QuerySet[Task]:
    """Tasks of valid records that are not done, the most urgent first."""
    tasks = Task.objects.filter(done_on=None, item__activity__withdrawn_at=None)
    return tasks.select_related("item__activity").order_by(F("due_on").asc(nulls_last=True), "pk")


def tasks_of(member: Member) -> QuerySet[Task]:
    """What one has to do oneself."""
    return open_tasks().filter(owner=member)
