"""What study that was made up must agree with: the record it makes up for, also after a correction of that."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils import timezone

from . import hours
from .models import Activity, Attendance

#: Who was not there has something to make up for; of the exempt nothing was asked.
MISSED: Final = (Attendance.State.LEAVE, Attendance.State.ABSENT)


def fault_of(activity: Activity, on: date, studied: Decimal | None) -> tuple[str, str] | None:
    """The field that is wrong and why; None when all is right."""
    today = timezone.localdate()
    if on < activity.held_on:
        return "on", f"补学日期不能早于活动日期（{activity.held_on}）。"
    if on > today:
        return "on", f"补学日期不能晚于今天（{today}）。"
    if studied is None:
        return None
    if not counts_hours(activity):
        return "hours", f"{activity.kinds_in_words}不计学习学时，学时请不填；补了什么写在“怎样补学”里。"
    if studied <= 0:
        return "hours", "学时应大于 0；不计学时的可以不填。"
    if not activity.minutes:
        return "hours", "这次活动没有写起止时间，请先在记录中补上，或者不填学时。"
    most = hours.of_minutes(activity.minutes, hours.Rules.held())
    if studied > most:
        return "hours", f"补学不能超过这次活动的 {most.normalize():f} 学时。"
    return None


def counts_hours(activity: Activity) -> bool:
    """Whether being there adds to anybody's study hours."""
    return not set(hours.STUDY_KINDS).isdisjoint(activity.kinds)


def follow(activity: Activity) -> str:
    """After a correction: who came has nothing to make up for; why what is left cannot stand, empty when it can."""
    missed = activity.attendances.filter(state__in=MISSED).values("member")
    activity.make_ups.exclude(member__in=missed).delete()
    for row in activity.make_ups.select_related("member"):
        if fault := fault_of(activity, row.on, row.hours):
            return f"{row.member.name}已登记补学（{row.line}），与更正后的记录不符：{fault[1]}"
    return ""
