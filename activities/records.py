"""The verbs of the activity log: log, correct, withdraw. Each writes the record, its attendance and its tallies."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch, PartyGroup
from branches.roles import Right
from branches.scope import may

from . import check_ins, expected, guests, hosts, makeup_rules, partners, parts, supplements, tallies
from .attendance import (
    UNREASONED,
    Counts,
    ExpectedPerson,
    Mark,
    count,
    fault_of_exempt,
    fault_of_marks,
    fault_of_strangers,
    settled,
)
from .facts import fault_of_start
from .kinds import CONFIDENTIAL, Kind, held_by, may_also_be, split
from .models import Activity, Attendance, AttendanceChange, Campaign, Invitation, Supplement
from .refusals import RecordError

#: Kind → columns of its details (see :mod:`activities.parts`).
Details = Mapping[str, Mapping[str, Any]]
#: What a form may set; everything else is the verb's.
FACTS = (
    *("also_kinds", "title", "starts_at", "minutes", "place", "host", "recorder", "lecturer", "notes"),
    *guests.FACTS,
)


class Conflict(RecordError):
    """The record was changed meanwhile, by somebody else or by oneself elsewhere."""

    def __init__(self, current: Activity) -> None:
        super().__init__("这条记录刚改过，请核对后再提交。")
        self.current = current


def log(
    *,
    by: User | None,
    record_id: UUID,
    branch: Branch,
    kind: str,
    held_on: date,
    marks: Mapping[UUID, Mark],
    group: PartyGroup | None = None,
    campaigns: Collection[Campaign] = (),
    invitation: Invitation | None = None,
    details: Details = MappingProxyType({}),
    **facts: Any,
) -> tuple[Activity, bool]:
    """Record an activity once. Returns it, and whether this call made it. ``invitation`` says of what it is a part.

    In one transaction: the record with its counters, the attendance rows (the expected list of ``held_on``), the
    ``details`` of its kinds, the month's tally, the audit entry. The same ``record_id`` sent again returns the record
    that is there.
    """
    _check_right(by, branch.path, more_than_attendance=bool(facts or campaigns or details))
    _check(branch, kind, held_on, group)
    _check_kinds(branch, kind, facts)
    if fault := fault_of_start(held_on, facts.get("starts_at")):
        raise RecordError(fault)
    lead = invitation.activity if invitation else None
    if fault := hosts.fault_of(facts.get("host", ""), kind, branch, held_on, lead=lead):
        raise RecordError(fault)
    try:
        with transaction.atomic():
            lock(branch, *([lead.branch] if lead else []))
            people = expected.once(
                kind, branch, held_on, group, whole=lead.pk if lead else None, own=record_id
            )
            if fault := fault_of_strangers(marks, people, (kind, branch, held_on, group)):
                raise RecordError(fault)
            marks = settled(people, marks)
            counts = _counted(kind, people, marks)
            activity = Activity(
                id=record_id, branch=branch, kind=kind, held_on=held_on, group=group, entered_by=by
            )
            _fill(activity, counts, facts)
            if invitation and not Activity.objects.filter(pk=record_id).exists():
                make_part(activity, invitation)
            activity.save(force_insert=True)
            _write_attendance(activity, people, marks)
            activity.campaigns.set(campaigns)
            check_ins.settle(activity)
            parts.write(activity, details, by=by)
            tallies.refresh([activity])
            audit.record("activity.log", by=by, on=activity, after=_facts_of(activity))
    except IntegrityError:
        earlier = Activity.objects.filter(pk=record_id, branch=branch, entered_by=by).first()
        if earlier is None:
            raise RecordError("这张表单已失效，请返回后重新填写。") from None
        return earlier, False
    return activity, True


def count_heads(
    *,
    by: User | None,
    record_id: UUID,
    branch: Branch,
    kind: str,
    held_on: date,
    counts: Counts,
    group: PartyGroup | None,
    **facts: Any,
) -> Activity:
    """A record of a ledger that names nobody, as it was counted then. The caller holds the branch's lock, has checked
    the row, and makes tallies and audit entry for all rows at once.
    """
    activity = Activity(id=record_id, branch=branch, kind=kind, held_on=held_on, group=group, entered_by=by)
    activity.is_heads_only = True
    _fill(activity, counts, facts)
    activity.save(force_insert=True)
    return activity


def correct(
    activity: Activity,
    *,
    by: User | None,
    version: int,
    held_on: date,
    marks: Mapping[UUID, Mark],
    campaigns: Collection[Campaign] | None = None,
    details: Details = MappingProxyType({}),
    anew: bool = False,
    **facts: Any,
) -> Activity:
    """Change a record that is at ``version``; history keeps what it was. Raises :class:`Conflict` for the loser.

    ``anew`` asks the roster for the list again. In one transaction: the record, its attendance with what changed for
    whom, the ``details`` of its kinds (those of a kind that is not named stay), the tallies of both months, the audit
    entry.
    """
    more = bool(facts or campaigns or details or held_on != activity.held_on)
    _check(activity.branch, activity.kind, held_on, activity.group)
    _check_kinds(activity.branch, activity.kind, facts)
    with transaction.atomic():
        lock(activity.branch)
        current = Activity.objects.select_related("branch", "group").get(pk=activity.pk)
        _check_right(by, current.branch_path, more_than_attendance=more)
        if current.version != version:
            raise Conflict(current)
        if current.is_withdrawn:
            raise RecordError("这条记录已撤回，不能再修改。")
        host = facts.get("host", current.host)
        if fault := (
            partners.fault_of_new_day(current, held_on)
            or fault_of_start(held_on, facts.get("starts_at", current.starts_at), current)
            or hosts.fault_of_change(current, host, held_on)
        ):
            raise RecordError(fault)
        people = expected.for_correction(current, held_on, anew=anew)
        what = (current.kind, current.branch, held_on, current.group)
        if fault := fault_of_strangers(marks, people, what):
            raise RecordError(fault)
        marks = settled(people, marks)
        parts.guard(current, marks, by=by)
        before, old_keys = _facts_of(current), tallies.keys_of(current)
        current.held_on, current.is_heads_only = held_on, False
        current.version += 1
        _fill(current, _counted(current.kind, people, marks), facts)
        current.save()
        _rewrite_attendance(current, people, marks)
        if fault := makeup_rules.follow(current):
            raise RecordError(fault)
        if campaigns is not None:
            current.campaigns.set(campaigns)
        parts.write(current, details, by=by)
        tallies.refresh_keys(old_keys | tallies.keys_of(current))
        audit.record("activity.correct", by=by, on=current, before=before, after=_facts_of(current))
        supplements.meet(current, Supplement.How.CORRECTED, by=by)
    return current


def withdraw(activity: Activity, *, by: User | None, version: int, reason: str) -> Activity:
    """Take a record back: it stays visible with its reason and counts nowhere.

    Of something held jointly, the others stay; when the leading record goes, the first of them leads.
    """
    if not reason.strip():
        raise RecordError("请写明撤回原因。")
    with transaction.atomic():
        others = partners.of(activity)
        lock(activity.branch, *(each.branch for each in others))
        current = Activity.objects.get(pk=activity.pk)
        if by is not None and not may(by, Right.RECORD, current.branch_path):
            raise RecordError("只有本支部书记、记录员或上级工作人员可以撤回。")
        if current.version != version or partners.of(activity) != others:
            raise Conflict(current)
        if not current.is_withdrawn:
            current.withdrawn_at = timezone.now()
            current.withdrawn_reason = reason.strip()
            current.version += 1
            current.save()
            for part in (heirs := partners.hand_over(current)):
                audit.record("activity.lead", by=by, on=part, after={"lead": str(heirs[0].branch)})
            tallies.refresh([current, *heirs])
            audit.record("activity.withdraw", by=by, on=current, after={"reason": current.withdrawn_reason})
    return current


def open_to(activity: Activity, by: User, deed: str, right: Right = Right.RECORD) -> Activity:
    """The record as it stands, locked with its branch; RecordError when ``by`` cannot do ``deed`` to it."""
    lock(activity.branch)
    current = Activity.objects.select_related("branch", "group").get(pk=activity.pk)
    if not may(by, right, current.branch_path):
        taker = "、考勤员" if right == Right.TAKE_ATTENDANCE else ""
        raise RecordError(f"只有本支部书记、记录员{taker}或上级工作人员可以{deed}。")
    if current.is_withdrawn:
        raise RecordError(f"这条记录已撤回，不能再{deed}。")
    return current


def leave_out(activity: Activity, members: Collection[UUID]) -> None:
    """Take ``members`` off the roll, with what changed for whom. The caller holds the lock and saves the record."""
    people = [
        each for each in expected.for_correction(activity, activity.held_on) if each.member_id not in members
    ]
    marks = marks_of(activity)
    _count_in(activity, _counted(activity.kind, people, marks))
    _rewrite_attendance(activity, people, marks)
    if fault := makeup_rules.follow(activity):
        raise RecordError(fault)


def _check_right(by: User | None, path: str, *, more_than_attendance: bool) -> None:
    if by is None or may(by, Right.RECORD, path):
        return
    if not may(by, Right.TAKE_ATTENDANCE, path):
        raise RecordError("只有本支部书记、记录员、考勤员或上级工作人员可以登记。")
    if more_than_attendance:
        raise RecordError("考勤员只登记到会情况，其他内容请由书记或记录员填写。")


def _check(branch: Branch, kind: str, held_on: date, group: PartyGroup | None) -> None:
    if fault := fault_of_day(branch, held_on):
        raise RecordError(fault)
    if kind not in held_by(is_leaf=branch.is_leaf):
        own = "、".join(str(each.label) for each in held_by(is_leaf=False))
        raise RecordError(f"{branch.get_level_display()}本级只登记{own}，{Kind(kind).label}由党支部登记。")
    if (kind == Kind.GROUP_MEETING) != (group is not None) or (group and group.branch_id != branch.pk):
        raise RecordError("党小组会请选择本支部的党小组，其他类型不选。")


def _check_kinds(branch: Branch, kind: str, facts: Mapping[str, Any]) -> None:
    possible = may_also_be(kind, is_leaf=branch.is_leaf)
    if wrong := [each for each in split(facts.get("also_kinds", "")) if each not in possible]:
        raise RecordError(f"{Kind(kind).label}不能同时算作{wrong[0].label}：两者的应到人员不同，请分开记录。")
    if kind in CONFIDENTIAL and facts.get("notes"):
        raise RecordError(f"{Kind(kind).label}没有要点：说了什么写在谈话内容里，只有谈话人和本支部书记能看。")


def fault_of_day(branch: Branch, day: date) -> str:
    """Why nothing of ``branch`` can have been held on ``day``; empty when it can."""
    today = timezone.localdate()
    if day > today:
        return f"开展日期不能晚于今天（{today.year}年{today.month}月{today.day}日）。"
    if not branch.exists_on(day):
        return f"“{branch.short_name}”在这一天尚未成立或已撤销，请核对日期。"
    return ""


def _counted(kind: str, people: list[ExpectedPerson], marks: Mapping[UUID, Mark]) -> Counts:
    if fault := fault_of_marks(kind, people, marks) or fault_of_exempt(people, marks):
        raise RecordError(fault)
    return count(people, marks)


def make_part(activity: Activity, invitation: Invitation) -> None:
    """``activity`` becomes its branch's part of what it was invited to. The caller holds the locks of both branches."""
    if fault := partners.fault_of_part(invitation, activity.branch, activity.kind, activity.held_on):
        raise RecordError(fault)
    activity.joint_of = Activity.objects.get(pk=invitation.activity_id)
    Invitation.objects.filter(pk=invitation.pk).update(declined_at=None, reason="")


def lock(*branches: Branch) -> None:
    """Records of one branch are written one after another, so that its tallies see each other.

    Several are locked in one order, so that no two verbs wait for each other.
    """
    rows = Branch.objects.select_for_update().only("pk").filter(pk__in={branch.pk for branch in branches})
    list(rows.order_by("pk"))


def _fill(activity: Activity, counts: Counts, facts: Mapping[str, Any]) -> None:
    for name in FACTS:
        if name in facts:
            setattr(activity, name, facts[name])
    activity.title = activity.title or Kind(activity.kind).label
    # A record of a branch that was merged into another keeps the place it went to.
    activity.branch_path = activity.branch_path or activity.branch.path
    activity.org_path = place_on(activity.branch, activity.held_on)
    limit = activity.held_on + timedelta(days=settings.ON_TIME_DAYS)
    activity.is_on_time = timezone.localdate(activity.entered_at) <= limit
    _count_in(activity, counts)


def _count_in(activity: Activity, counts: Counts) -> None:
    activity.expected, activity.present = counts.expected, counts.present
    activity.on_leave, activity.absent = counts.on_leave, counts.absent


def place_on(branch: Branch, day: date) -> str:
    """The branch's path on ``day``; the present one for a day before its first placement."""
    return branch.placements.on(day).values_list("path", flat=True).first() or branch.path


def _rewrite_attendance(activity: Activity, people: list[ExpectedPerson], marks: Mapping[UUID, Mark]) -> None:
    """Replace the attendance rows and keep, for each person, what this version changed."""
    before = marks_of(activity)
    activity.attendances.all().delete()
    _write_attendance(activity, people, marks)
    after = marks_of(activity)
    unmarked = Mark("")
    AttendanceChange.objects.bulk_create(
        AttendanceChange(
            activity=activity,
            version=activity.version,
            member_id=member,
            state_before=before.get(member, unmarked).state,
            reason_before=before.get(member, unmarked).reason,
            state_after=after.get(member, unmarked).state,
            reason_after=after.get(member, unmarked).reason,
        )
        for member in before.keys() | after.keys()
        if before.get(member) != after.get(member)
    )


def marks_of(activity: Activity) -> dict[UUID, Mark]:
    """Person → mark, as the record has it now."""
    rows = activity.attendances.values_list("member", "state", "reason")
    return {member: Mark(state, reason) for member, state, reason in rows}


def _write_attendance(activity: Activity, people: list[ExpectedPerson], marks: Mapping[UUID, Mark]) -> None:
    Attendance.objects.bulk_create(
        Attendance(
            activity=activity,
            member_id=person.member_id,
            state=marks[person.member_id].state,
            reason="" if marks[person.member_id].state in UNREASONED else marks[person.member_id].reason,
            may_vote=person.may_vote,
        )
        for person in people
        if person.member_id in marks
    )


def _facts_of(activity: Activity) -> dict[str, Any]:
    return {
        "kind": activity.kind,
        "also": [kind.value for kind in split(activity.also_kinds)],
        "title": activity.title,
        "held_on": activity.held_on.isoformat(),
        "place": activity.place,
        "expected": activity.expected,
        "present": activity.present,
        "on_leave": activity.on_leave,
        "absent": activity.absent,
        "version": activity.version,
        **parts.words_of(activity, printed=True),
    }
