"""Who is away, and how: floating, abroad, lost contact, kept after graduation; and who has a term to mend his ways.

Each is noted with its evidence, and the record of the member says the same (失去联系日期, 流动党员, 外出流向). What
follows from it, and when at the earliest, is in :mod:`members.overdue`.
"""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from . import courses, versions
from .controls import CLOSED, EVIDENCE, IN_ORDER, ONCE, STANDING
from .membership_rules import (
    FLOATING,
    KEPT,
    KEPT_LONGEST,
    RECTIFIED,
    RESTORABLE,
    MembershipRule,
    MovementError,
    refuse_before,
)
from .models import ON_ROSTER, Circumstance, Contact, Member
from .standing import DAY, Status

Kind = Circumstance.Kind
FROM_ROSTER = "花名册"


def begin(
    member: Member,
    kind: str,
    *,
    since: date,
    by: User | None,
    evidence: str,
    document: str = "",
    place: str = "",
    is_fixed_place: bool = False,
    due_on: date | None = None,
) -> Circumstance:
    """Note that ``member`` is in the circumstance since that day."""
    with transaction.atomic():
        member = courses.locked(member.pk)
        _check(member, kind, since, evidence, place)
        _check_term(kind, since, due_on, evidence)
        row = Circumstance(
            member=member,
            kind=kind,
            since=since,
            place=place.strip(),
            is_fixed_place=is_fixed_place,
            due_on=due_on,
            evidence=evidence.strip()[:300],
            document=document.strip(),
            by=by,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            said = f"{member.name}已登记{row.get_kind_display()}，请先结束原来的"
            raise MovementError(said, ONCE) from error
        _mirror(member, row, holds=True)
        versions.save([member], by, str(row.get_kind_display()))
        facts = {"kind": kind, "since": since.isoformat(), "evidence": row.evidence, "place": row.place}
        audit.record("circumstance.begin", by=by, on=member, after=facts)
    return row


def end(row: Circumstance, *, on: date, by: User | None, evidence: str) -> None:
    """It is over with ``on`` as its last day: found again, come back, transferred."""
    if on > (today := timezone.localdate()):
        raise MovementError(f"结束日期不能晚于今天（{today}）", IN_ORDER)
    if on < row.since:
        raise MovementError(f"结束日期不能早于开始日期（{row.since}）", IN_ORDER, earliest=row.since)
    if not evidence.strip():
        raise MovementError("请写明结束的依据，如本人说明、返校报到", EVIDENCE)
    with transaction.atomic():
        member = courses.locked(row.member_id)
        if member.status == Status.SUSPENDED and row.kind == Kind.LOST:
            said = f"{member.name}已停止党籍，重新取得联系的，请办理恢复党籍"
            raise MovementError(said, RESTORABLE)
        if not Circumstance.objects.filter(pk=row.pk, until=None).update(
            until=on, ended_evidence=evidence.strip()[:300]
        ):
            raise MovementError("这条登记已经结束", CLOSED)
        _mirror(member, row, holds=False)
        versions.save([member], by, f"{row.get_kind_display()}结束")
        audit.record("circumstance.end", by=by, on=member, after={"kind": row.kind, "on": on.isoformat()})


def contact(row: Circumstance, *, on: date, by: User | None, note: str) -> Contact:
    """The organisation was in touch with the person on ``on``."""
    if on > (today := timezone.localdate()):
        raise MovementError(f"联系日期不能晚于今天（{today}）", IN_ORDER)
    if on < row.since:
        raise MovementError(f"联系日期不能早于外出日期（{row.since}）", IN_ORDER, earliest=row.since)
    if not note.strip():
        raise MovementError("请写明怎样联系、本人近况如何", EVIDENCE)
    with transaction.atomic():
        held = Circumstance.objects.select_for_update().get(pk=row.pk)
        if held.until is not None:
            raise MovementError("这条登记已经结束", CLOSED)
        made = Contact.objects.create(circumstance=held, on=on, note=note.strip()[:300], by=by)
        held.contacted_on = max(on, held.contacted_on or on)
        held.save(update_fields=["contacted_on"])
        audit.record("circumstance.contact", by=by, on=held.member, after={"on": on.isoformat()})
    return made


def end_all(member: Member, *, on: date, evidence: str, kinds: Iterable[str] = Kind.values) -> None:
    """End what is noted before ``on``. The caller saves the member."""
    for row in Circumstance.objects.filter(member=member, until=None, kind__in=list(kinds)):
        row.until, row.ended_evidence = max(row.since, on - DAY), evidence.strip()[:300]
        row.save(update_fields=["until", "ended_evidence"])
        _mirror(member, row, holds=False)


def align(members: Iterable[Member], *, by: User | None) -> None:
    """Let the circumstances say what the roster file says of losing contact and of floating."""
    today = timezone.localdate()
    for member in members:
        _align(member, Kind.LOST, member.lost_on, "", today, by)
        _align(member, Kind.FLOATING, today if member.is_floating else None, member.floating_to, today, by)


def _align(member: Member, kind: str, since: date | None, place: str, today: date, by: User | None) -> None:
    running = Circumstance.objects.filter(member=member, kind=kind, until=None).first()
    if since is None and running:
        running.until, running.ended_evidence = max(running.since, today), FROM_ROSTER
        running.save(update_fields=["until", "ended_evidence"])
    elif since and running:
        running.place = place or running.place
        if kind == Kind.LOST:
            running.since = since
        running.save(update_fields=["place", "since"])
    elif since:
        Circumstance.objects.create(
            member=member, kind=kind, since=min(since, today), place=place, evidence=FROM_ROSTER, by=by
        )


def _mirror(member: Member, row: Circumstance, *, holds: bool) -> None:
    if row.kind == Kind.LOST:
        member.lost_on = row.since if holds else None
    if row.kind == Kind.FLOATING:
        member.is_floating, member.floating_to = holds, row.place if holds else ""


def _check(member: Member, kind: str, since: date, evidence: str, place: str) -> None:
    label = Kind(kind).label
    today = timezone.localdate()
    if since > today:
        raise MovementError(f"开始日期不能晚于今天（{today}）", IN_ORDER)
    if member.status not in ON_ROSTER:
        raise MovementError(f"{member.name}是{member.status_label}，不登记{label}", STANDING)
    if not evidence.strip():
        raise MovementError(f"登记{label}须写明依据，如本人申请、查找经过", EVIDENCE)
    if kind in (Kind.FLOATING, Kind.ABROAD) and not place.strip():
        raise MovementError(f"登记{label}须写明去向", EVIDENCE)
    if kind == Kind.FLOATING:
        refuse_before(FLOATING, since, today, "外出满6个月且没有转移组织关系的，才是流动党员")


def _check_term(kind: str, since: date, due_on: date | None, evidence: str) -> None:
    """Kept after graduation, or given time to mend: not longer than the rule allows."""
    if kind not in (Kind.KEPT, Kind.RECTIFYING):
        return
    label = Kind(kind).label
    if due_on is None or due_on < since:
        raise MovementError(f"登记{label}须写明期限，不能早于开始日期", EVIDENCE)
    if kind == Kind.RECTIFYING:
        _not_after(RECTIFIED, since, due_on, "限期改正不超过1年")
        return
    _not_after(KEPT_LONGEST, since, due_on, "保留组织关系连同延长不超过3年")
    if due_on > KEPT.reached_on(since) and "延长" not in evidence:
        said = f"毕业生组织关系保留一般不超过2年，最晚到 {KEPT.reached_on(since)}"
        raise MovementError(said, KEPT, "确需延长的，在依据里写明延长的原因。")


def _not_after(rule: MembershipRule, since: date, due_on: date, sentence: str) -> None:
    if due_on > (last := rule.reached_on(since)):
        raise MovementError(f"{sentence}，最晚到 {last}", rule)
