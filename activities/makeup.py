"""Study made up for (补学): noted for whoever was on leave or absent, changed, and taken back."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches.roles import Right
from members.models import Member

from . import makeup_rules, records
from .models import Activity, MakeUp

HOW_LENGTH: Final = 60


class MakeUpError(ValueError):
    """It cannot be noted; the message is for the user and belongs at ``field``."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def missed(activity: Activity) -> list[Member]:
    """Who has something to make up for, in the order of the roll."""
    rows = activity.attendances.filter(state__in=makeup_rules.MISSED).values("member")
    return list(Member.objects.filter(pk__in=rows).order_by("name_order", "number"))


def note(
    activity: Activity,
    people: Collection[Member],
    *,
    on: date,
    how: str,
    hours: Decimal | None,
    by: User,
) -> None:
    """These people made up for the record on ``on``; what was noted of them before is replaced. Audited."""
    with transaction.atomic():
        current = records.open_to(activity, by, "登记补学", Right.TAKE_ATTENDANCE)
        _check(current, people, on, how, hours)
        for member in people:
            facts: dict[str, Any] = {"on": on, "how": how.strip(), "hours": hours, "by": by}
            MakeUp.objects.update_or_create(activity=current, member=member, defaults=facts)
        after = {"people": len(people), "on": on.isoformat(), "hours": str(hours or "")}
        audit.record("activity.make_up", by=by, on=current, after=after)


def _check(activity: Activity, people: Collection[Member], on: date, how: str, hours: Decimal | None) -> None:
    if not people:
        raise MakeUpError("请勾选补学的人。", "who")
    there = {member.pk for member in missed(activity)}
    if wrong := [member.name for member in people if member.pk not in there]:
        raise MakeUpError(f"{wrong[0]}不在这次的请假、缺席名单里，不用补学。", "who")
    if not how.strip() or len(how.strip()) > HOW_LENGTH:
        raise MakeUpError(f"请写明怎样补学，不超过 {HOW_LENGTH} 个字。", "how")
    if fault := makeup_rules.fault_of(activity, on, hours):
        raise MakeUpError(fault[1], fault[0])


def drop(row: MakeUp, *, by: User) -> None:
    """It was noted by mistake. Audited."""
    with transaction.atomic():
        current = records.open_to(row.activity, by, "更正补学", Right.TAKE_ATTENDANCE)
        if MakeUp.objects.filter(pk=row.pk).delete()[0]:
            before = {"people": 1, "on": row.on.isoformat(), "hours": str(row.hours or "")}
            audit.record("activity.drop_make_up", by=by, on=current, before=before)
