"""Staff remind branches of what they have not held: now, instead of on the ledger's next day, and not every day.

A chase is a reminder of its own day, as one of a task is (:func:`reminders.ledger.chase`); it goes once it is met.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from accounts import audit
from accounts.models import User
from activities import agenda
from activities.duties import Duty
from branches.roles import Right
from branches.scope import has_right, may

from . import ledger
from .models import Chase
from .sources.recipients import Recipients

#: Whoever was reminded within these days is not reminded again unless one says so.
PAUSE: Final = timedelta(days=3)


class ChaseError(ValueError):
    """Nobody can be reminded; the message is for the user."""


@dataclass(frozen=True)
class Chased:
    """``duties`` and ``branches`` reminded now; ``left`` duties of which one reminded days ago."""

    duties: int
    branches: int
    left: int


def may_chase(user: User) -> bool:
    return has_right(user, Right.ASSIGN)


def latest(subjects: Collection[str]) -> dict[str, Chase]:
    """Duty → when its branch was last reminded. One query."""
    rows = Chase.objects.filter(subject__in=list(subjects)).select_related("by").order_by("on")
    return {row.subject: row for row in rows}


def open_among(found: Sequence[Duty], today: date) -> list[Duty]:
    """What one may still remind of: not met, asked, begun, and no older than what branches are reminded of anyway."""
    _, ending_from = agenda.recent(today)
    return [
        duty
        for duty in found
        if duty.is_required and not duty.is_met and duty.opens_on <= today and duty.period.end >= ending_from
    ]


def chase(found: Sequence[Duty], *, again: bool, by: User, today: date) -> Chased:
    """Remind the branches of their open duties among ``found``, as far as ``by`` is over them. Audited."""
    if not may_chase(by):
        raise ChaseError("由组织部门和上级党组织的工作人员催办。")
    addresses = Recipients(today).of()
    mine = [
        duty
        for duty in open_among(found, today)
        if duty.branch_id in addresses and may(by, Right.ASSIGN, addresses[duty.branch_id].path)
    ]
    told = [duty for duty in mine if addresses[duty.branch_id].users]
    if not told:
        why = "名单上的党支部都没有账号，收不到提醒。" if mine else "名单上没有可以催办的义务。"
        raise ChaseError(why)
    before = latest([duty.subject for duty in told])
    recent = {subject for subject, row in before.items() if row.on > today - PAUSE}
    chosen = [duty for duty in told if again or duty.subject not in recent]
    if not chosen:
        raise ChaseError(f"名单上的 {len(told)} 项 {PAUSE.days} 天内都催办过。确要再催，请勾选后再提交。")
    with transaction.atomic():
        Chase.objects.bulk_create(
            [
                Chase(subject=duty.subject, branch_path=addresses[duty.branch_id].path, on=today, by=by)
                for duty in chosen
            ],
            ignore_conflicts=True,
            batch_size=500,
        )
        ledger.tell_now({duty.subject for duty in chosen}, today)
        audit.record("duty.chase", by=by, after={"duties": len(chosen)})
    return Chased(len(chosen), len({duty.branch_id for duty in chosen}), len(told) - len(chosen))
