"""停止党籍 and its restoration (教育管理条例 24): by a ground that has lasted long enough, each with its evidence."""

from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch

from . import circumstances, corrections, courses, versions
from .controls import EVIDENCE, IN_ORDER
from .membership_rules import (
    ABROAD_TOO_LONG,
    LOST,
    ONE_BRANCH,
    RESTORABLE,
    MembershipRule,
    MovementError,
    refuse_before,
)
from .models import ON_ROSTER, Circumstance, Departure, Member, Suspension
from .standing import DAY, Status

Ground = Suspension.Ground
#: The circumstance that must have lasted as long as the rule asks.
_LASTING: Final[dict[str, tuple[str, MembershipRule, str]]] = {
    Ground.LOST: (Circumstance.Kind.LOST, LOST, "失去联系6个月以上的，才能停止党籍"),
    Ground.ABROAD: (Circumstance.Kind.ABROAD, ABROAD_TOO_LONG, "出国（境）超过5年仍未返回的，才能停止党籍"),
}


def suspend(
    member: Member, ground: str, *, on: date, by: User | None, evidence: str, document: str = ""
) -> Suspension:
    """From ``on`` the person's membership is suspended: on no roster, without posts; the 隶属 stays."""
    with transaction.atomic():
        member = courses.locked(member.pk)
        before = corrections.snapshot([member.pk])
        _check(member, ground, on, evidence)
        made = Suspension.objects.create(
            member=member,
            ground=ground,
            since=on,
            status_before=member.status,
            evidence=evidence.strip()[:300],
            document=document.strip(),
            by=by,
        )
        courses.relieve(member, on=on, by=by)
        courses.turn(member, Status.SUSPENDED, on=on)
        versions.save([member], by, "停止党籍")
        corrections.note(
            before, by=by, what="suspend", reason=f"{made.get_ground_display()}：{made.evidence}"
        )
        facts = {"ground": ground, "on": on.isoformat(), "evidence": made.evidence, "document": made.document}
        audit.record("member.suspend", by=by, on=member, after=facts)
    return made


def restore(
    member: Member,
    *,
    on: date,
    by: User | None,
    evidence: str,
    document: str = "",
    branch: Branch | None = None,
) -> None:
    """From ``on`` the person is again what he was, in his branch or, when that is gone, in ``branch`` (JY-12)."""
    with transaction.atomic():
        member = courses.locked(member.pk)
        before = corrections.snapshot([member.pk])
        place = branch or member.branch
        since = _check_restoration(member, place, on, evidence)
        row = Suspension.objects.filter(member=member, until=None).first()
        status = row.status_before if row else courses.underlying(member)
        if place.pk != member.branch_id:
            courses.settle(member, place, on=on)
        courses.turn(member, status, on=on)
        Suspension.objects.filter(member=member, until=None).update(
            until=max(on - DAY, since), ended_evidence=evidence.strip()[:300], ended_document=document.strip()
        )
        rested_on = _LASTING[row.ground][0] if row and row.ground in _LASTING else Circumstance.Kind.LOST
        kinds = {Circumstance.Kind.LOST, Circumstance.Kind(rested_on)}
        circumstances.end_all(member, on=on, evidence=evidence, kinds=tuple(kinds))
        member.lost_on = None
        versions.save([member], by, "恢复党籍")
        corrections.note(before, by=by, what="restore", reason=evidence)
        facts = {"on": on.isoformat(), "evidence": evidence, "document": document, "status": status}
        audit.record("member.restore", by=by, on=member, after=facts)


def _check(member: Member, ground: str, on: date, evidence: str) -> None:
    if on > (today := timezone.localdate()):
        raise MovementError(f"停止党籍的日期不能晚于今天（{today}）", IN_ORDER)
    if not evidence.strip():
        raise MovementError("停止党籍须写明依据，如查找经过、支部大会决议", EVIDENCE)
    if member.status not in ON_ROSTER:
        raise MovementError(f"{member.name}是{member.status_label}，不能停止党籍", LOST)
    if (earliest := courses.earliest_change(member)) and on <= earliest:
        said = f"{member.name}的组织关系 {earliest} 才到本校，日期须晚于这一天"
        raise MovementError(said, IN_ORDER, earliest=earliest + DAY)
    if ground not in _LASTING:
        return
    kind, rule, sentence = _LASTING[ground]
    lasting = Circumstance.objects.filter(member=member, kind=kind, until=None).first()
    since = lasting.since if lasting else member.lost_on if ground == Ground.LOST else None
    if since is None:
        label = Circumstance.Kind(kind).label
        raise MovementError(f"没有登记{member.name}从哪天起{label}，请先登记", rule)
    refuse_before(rule, since, on, sentence)


def _check_restoration(member: Member, place: Branch, on: date, evidence: str) -> date:
    """Since when the person has been suspended."""
    if member.status == Status.LEFT:
        last = member.departures.filter(annulled_at=None).first()
        how = last.get_kind_display() if last else "离开"
        way = "请办理转入" if last and last.kind == Departure.Kind.TRANSFERRED else "原则上不能恢复党籍"
        raise MovementError(f"{member.name}已{how}，{way}", RESTORABLE, "登记有误的，请撤销那条登记。")
    if member.status != Status.SUSPENDED:
        raise MovementError(f"{member.name}没有停止党籍，不需要恢复", RESTORABLE)
    if on > (today := timezone.localdate()):
        raise MovementError(f"恢复日期不能晚于今天（{today}）", IN_ORDER)
    since = courses.since_of(member)
    if on < since:
        said = f"{member.name} {since} 停止党籍，此前不能恢复"
        raise MovementError(said, RESTORABLE, earliest=since)
    if not evidence.strip():
        raise MovementError("恢复党籍须按规定程序，写明依据", RESTORABLE)
    if not place.is_leaf or not place.exists_on(on):
        said = f"“{place.short_name}”在 {on} 不能编入党员，请选择另一个党支部"
        raise MovementError(said, ONE_BRANCH)
    return since
