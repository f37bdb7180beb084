"""Leaving: death, expulsion, removal, resignation, cancelled probation, transfer out; and what was entered by mistake.

Each departure needs its evidence. From its day on the person is on no roster; posts, seats, station duties, a running
development, what was noted about being away, and a letter on its way end with it.
"""

from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from . import circumstances, corrections, courses, versions
from .controls import CLOSED, EVIDENCE, IN_ORDER, STANDING, Cited
from .membership_rules import (
    CANCELLED,
    EXPELLED,
    LEFT_BY_ITSELF,
    LOST_REMOVED,
    RESIGNED,
    RESTORABLE,
    TRANSFERRING,
    MovementError,
    refuse_before,
)
from .models import Departure, Development, Member, Suspension, Transfer, TransferStep
from .standing import DAY, Status

Kind = Departure.Kind
#: Which statuses a kind of departure can end.
_ENDS: Final[dict[str, tuple[str, ...]]] = {
    Kind.TRANSFERRED: (Status.FULL, Status.PROBATIONARY),
    Kind.DIED: (Status.FULL, Status.PROBATIONARY, Status.SUSPENDED),
    Kind.EXPELLED: (Status.FULL, Status.SUSPENDED),
    Kind.LOST: (Status.SUSPENDED,),
    Kind.BY_ITSELF: (Status.FULL, Status.PROBATIONARY),
    Kind.STRUCK_OFF: (Status.FULL, Status.SUSPENDED),
    Kind.RESIGNED: (Status.FULL, Status.PROBATIONARY, Status.SUSPENDED),
    Kind.PROBATION_CANCELLED: (Status.PROBATIONARY,),
}
_RULES: Final[dict[str, Cited]] = {
    Kind.TRANSFERRED: TRANSFERRING,
    Kind.DIED: STANDING,
    Kind.EXPELLED: EXPELLED,
    Kind.LOST: LOST_REMOVED,
    Kind.BY_ITSELF: LEFT_BY_ITSELF,
    Kind.STRUCK_OFF: LEFT_BY_ITSELF,
    Kind.RESIGNED: RESIGNED,
    Kind.PROBATION_CANCELLED: CANCELLED,
}
SHORTEST_EVIDENCE = 2
ENDED_BY_LEAVING = "离开"


def depart(
    member: Member,
    kind: str,
    *,
    on: date,
    by: User | None,
    evidence: str,
    document: str = "",
    since: date | None = None,
    transfer: Transfer | None = None,
) -> Departure:
    """Let ``member`` leave with ``on`` as the first day off the roster. Audited; a past quarter gets a correction.

    ``since`` is when somebody who left by himself stopped taking part (JY-18).
    """
    with transaction.atomic():
        member = courses.locked(member.pk)
        before, course = corrections.snapshot([member.pk]), courses.written(member)
        _check(member, kind, on, evidence, since)
        facts = {"kind": kind, "on": on, "evidence": evidence.strip()[:300], "document": document.strip()}
        place = {"branch": member.branch, "branch_path": member.branch_path}
        made = Departure.objects.create(
            member=member, course=course, transfer=transfer, by=by, **place, **facts
        )
        courses.relieve(member, on=on, by=by)
        Development.objects.open().filter(member=member).update(
            closed_on=on, outcome=_outcome(kind), reason=made.get_kind_display()
        )
        courses.uproot(member, on=on)
        courses.turn(member, Status.LEFT, on=on)
        circumstances.end_all(member, on=on, evidence=f"{made.get_kind_display()}：{made.evidence}")
        _end_suspension(member, on)
        if transfer is None:
            _stop_transfer(member, on, by)
        versions.save([member], by, made.get_kind_display())
        corrections.note(before, by=by, what="depart", reason=f"{made.get_kind_display()}：{made.evidence}")
        audit.record("member.depart", by=by, on=member, after={**facts, "on": on.isoformat()})
    return made


def annul(departure: Departure, reason: str, *, by: User | None, document: str = "") -> None:
    """Take back a departure that was entered by mistake: the roster is again what it was, with a dated correction.

    Posts and seats are not given back of themselves: they brought rights, so whoever gives them decides anew.
    """
    if len(reason.strip()) < SHORTEST_EVIDENCE:
        raise MovementError("请写明为什么撤销这条登记", EVIDENCE)
    with transaction.atomic():
        row = Departure.objects.select_for_update(of=("self",)).get(pk=departure.pk)
        member = courses.locked(row.member_id)
        if row.annulled_at or member.status != Status.LEFT or courses.gone_since(member) != row.on:
            raise MovementError("这条登记已经撤销，或者此后该人员已重新转入，不能再撤销", CLOSED)
        before = corrections.snapshot([member.pk])
        courses.rewrite(member, row.course)
        _reopen(row)
        versions.save([member], by, "撤销离开登记")
        row.annulled_at = timezone.now()
        row.annulled_why = f"{reason.strip()} {document.strip()}".strip()[:300]
        row.save(update_fields=["annulled_at", "annulled_why"])
        if row.transfer:
            _reopen_transfer(row.transfer, by, reason)
        corrections.note(before, by=by, what="annul", reason=row.annulled_why)
        audit.record("member.annul", by=by, on=member, before={"kind": row.kind}, after={"reason": reason})


def _check(member: Member, kind: str, on: date, evidence: str, since: date | None) -> None:
    label = Kind(kind).label
    if on > (today := timezone.localdate()):
        raise MovementError(f"生效日期不能晚于今天（{today}）", IN_ORDER)
    if len(evidence.strip()) < SHORTEST_EVIDENCE:
        raise MovementError(f"{label}须写明依据，如处分决定、死亡证明、回执", EVIDENCE)
    if member.status not in _ENDS[kind]:
        said = f"{member.name}是{member.status_label}，不能{label}"
        raise MovementError(said, _RULES[kind], _instead(member, kind))
    if (earliest := courses.earliest_change(member)) and on <= earliest:
        said = f"{member.name}的组织关系 {earliest} 才到本校，生效日期须晚于这一天"
        raise MovementError(said, IN_ORDER, earliest=earliest + DAY)
    if kind == Kind.LOST:
        _check_lost(member, on)
    if kind == Kind.BY_ITSELF:
        if since is None:
            said = "请写明从哪天起连续不参加组织生活、不交纳党费或不做党所分配的工作"
            raise MovementError(said, LEFT_BY_ITSELF)
        refuse_before(LEFT_BY_ITSELF, since, on, "连续6个月才能认定为自行脱党")


def _check_lost(member: Member, on: date) -> None:
    suspended = Suspension.objects.filter(member=member, until=None).first()
    since = suspended.since if suspended else courses.since_of(member)
    if suspended and suspended.ground != Suspension.Ground.LOST:
        how = suspended.get_ground_display()
        raise MovementError(f"{member.name}因{how}停止党籍，不是失去联系，不能按失联除名", LOST_REMOVED)
    refuse_before(LOST_REMOVED, since, on, "停止党籍满2年仍无法取得联系的，才能除名")


def _instead(member: Member, kind: str) -> str:
    if kind == Kind.EXPELLED and member.status == Status.PROBATIONARY:
        return "预备党员请选“取消预备党员资格”。"
    if kind == Kind.LOST:
        return "失去联系6个月以上的，先停止党籍。"
    if member.status == Status.LEFT:
        return f"已经离开的人员，按规定程序恢复或重新转入（{RESTORABLE.article}）。"
    return ""


def _outcome(kind: str) -> str:
    """How a running development ends with the departure."""
    is_cancelled = kind == Kind.PROBATION_CANCELLED
    return Development.Outcome.CANCELLED if is_cancelled else Development.Outcome.ENDED


def _end_suspension(member: Member, on: date) -> None:
    """A suspension lasts until the departure; one that began later than it never held."""
    open_ones = Suspension.objects.filter(member=member, until=None)
    open_ones.filter(since__gte=on).delete()
    open_ones.update(until=on - DAY, ended_evidence=ENDED_BY_LEAVING)


def _stop_transfer(member: Member, on: date, by: User | None) -> None:
    for running in Transfer.objects.open().filter(member=member):
        running.state, running.reason = Transfer.State.WITHDRAWN, "该人员已离开"
        running.save(update_fields=["state", "reason"])
        TransferStep.objects.create(transfer=running, code="withdraw", on=on, by=by, note=running.reason)


def _reopen(row: Departure) -> None:
    """What the departure alone had ended goes on."""
    suspended = Suspension.objects.filter(member=row.member, until=row.on - DAY)
    suspended.filter(ended_evidence=ENDED_BY_LEAVING).update(until=None, ended_evidence="")
    Development.objects.filter(
        member=row.member,
        closed_on=row.on,
        outcome=_outcome(row.kind),
        reason=row.get_kind_display(),
    ).update(closed_on=None, outcome="", reason="")


def _reopen_transfer(transfer: Transfer, by: User | None, reason: str) -> None:
    transfer.state, transfer.accepted_on = Transfer.State.SENT, None
    transfer.save(update_fields=["state", "accepted_on"])
    today = timezone.localdate()
    TransferStep.objects.create(transfer=transfer, code="annul", on=today, by=by, note=reason[:200])
