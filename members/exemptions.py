"""Exemptions from taking part for reasons of age or health: written down, ended, withdrawn (教育管理条例 23, JY-07).

They free of duties, never of the vote. Records that are saved already stay as they are. The audit trail keeps the days
of an exemption and nothing of anybody's health.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may

from . import courses
from .models import ON_ROSTER, Exemption, Member, MembershipSpell

NOTE_LENGTH: Final = 60
ARTICLE: Final = "党员教育管理工作条例第二十三条：年老、生病、行动不便的党员，参加活动不作硬性要求"
REFUSAL: Final = "免于要求由本支部书记、记录员或上级工作人员登记。"


class ExemptionError(ValueError):
    """It cannot be written down; the message is for the user and belongs at ``field``."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def grant(
    member: Member, *, since: date, until: date | None, ground: str, note: str, by: User | None
) -> Exemption:
    """Write down that nothing is asked of ``member`` from ``since`` on. Audited, without the reason."""
    with transaction.atomic():
        member = courses.locked(member.pk)
        _check_right(member, by)
        _check(member, since, until, note)
        made = Exemption(member=member, since=since, until=until, ground=ground, by=by)
        made.note = note.strip()
        made.save(force_insert=True)
        audit.record("exemption.grant", by=by, on=member, after=_days(made))
    return made


def end(exemption: Exemption, *, on: date, by: User | None) -> None:
    """``on`` is the last day; an end that was set can be set anew."""
    with transaction.atomic():
        row = _held(exemption, by)
        if on < row.since:
            raise ExemptionError(f"最后一天不能早于开始的日期（{row.since}）。", "until")
        _refuse_overlap(row.member, row.since, on, but=row)
        before, row.until = _days(row), on
        row.save(update_fields=["until"])
        audit.record("exemption.end", by=by, on=row.member, before=before, after=_days(row))


def withdraw(exemption: Exemption, *, by: User | None) -> None:
    """It was written down by mistake: it is deleted, and what it said of somebody's health with it. Audited."""
    with transaction.atomic():
        row = _held(exemption, by)
        audit.record("exemption.withdraw", by=by, on=row.member, before=_days(row))
        row.delete()


def months_of(people: Sequence[UUID] | QuerySet[Any, Any], year: int) -> dict[UUID, int]:
    """Person → in how many months of ``year`` nothing was asked of him, be it for a day. One query."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    found: dict[UUID, set[int]] = defaultdict(set)
    rows = Exemption.objects.filter(member__in=people).during(first, last)
    for member_id, since, until in rows.values_list("member", "since", "until"):
        end = min(until or last, last)
        found[member_id].update(range(max(since, first).month, end.month + 1))
    return {member_id: len(months) for member_id, months in found.items()}


def may_keep(user: User, member: Member) -> bool:
    return may(user, Right.RECORD, member.branch_path)


def _held(exemption: Exemption, by: User | None) -> Exemption:
    member = courses.locked(exemption.member_id)
    _check_right(member, by)
    row = Exemption.objects.select_for_update(of=("self",)).select_related("member").filter(pk=exemption.pk)
    if (found := row.first()) is None:
        raise ExemptionError("这条登记已经撤销。")
    return found


def _check_right(member: Member, by: User | None) -> None:
    if by is not None and not may_keep(by, member):
        raise ExemptionError(REFUSAL)


def _check(member: Member, since: date, until: date | None, note: str) -> None:
    if until and until < since:
        raise ExemptionError(f"最后一天不能早于开始的日期（{since}）。", "until")
    if len(note.strip()) > NOTE_LENGTH:
        raise ExemptionError(f"说明不超过 {NOTE_LENGTH} 个字。", "note")
    if member.status not in ON_ROSTER:
        raise ExemptionError(f"{member.name}是{member.status_label}，没有应参加的活动，不用登记免于要求。")
    spells = MembershipSpell.objects.filter(
        member=member, branch=member.branch, kind=MembershipSpell.Kind.BELONGING
    )
    if not spells.on(since).exists():
        first = spells.order_by("-since").values_list("since", flat=True).first()
        told = f"（{first} 起）" if first else ""
        raise ExemptionError(f"开始的日期不能早于{member.name}编入本支部的日期{told}。", "since")
    _refuse_overlap(member, since, until)


def _refuse_overlap(member: Member, since: date, until: date | None, but: Exemption | None = None) -> None:
    others = Exemption.objects.filter(member=member).filter(Q(until__isnull=True) | Q(until__gte=since))
    if until:
        others = others.filter(since__lte=until)
    if but:
        others = others.exclude(pk=but.pk)
    if other := others.order_by("since").first():
        said = f"与已登记的免于要求（{other.days}）重叠，请先结束或撤销那一条。"
        raise ExemptionError(said, "until" if but else "since")


def _days(row: Exemption) -> dict[str, Any]:
    return {"since": row.since.isoformat(), "until": row.until.isoformat() if row.until else ""}
