"""The facts of a record in words: for its page, for its history, and for two versions side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from . import guests
from .attendance import Mark
from .kinds import split
from .models import Activity, Attendance

SEPARATOR = "；"
NOTES = "要点"
ALSO = "同时算作"
JOINT = "联合开展"
GUESTS = "列席"
LABELS = {
    "title": "主题",
    "place": "地点",
    "host": "主持人",
    "recorder": "记录人",
    "lecturer": "主讲人",
    "notes": NOTES,
}
_ANY_DAY = date(2000, 1, 1)
#: People sign in before a meeting begins, and the record stands open by then.
_BEFORE = timedelta(hours=1)


def fault_of_start(day: date, starts_at: time | None, record: Activity | None = None) -> str:
    """Why nothing can have begun then; empty when it can. ``record`` keeps the beginning it has."""
    now = timezone.localtime()
    if starts_at is None or (record and (record.held_on, record.starts_at) == (day, starts_at)):
        return ""
    if day != now.date() or datetime.combine(day, starts_at) <= now.replace(tzinfo=None) + _BEFORE:
        return ""
    return f"今天还没到 {starts_at:%H:%M}，请核对日期和开始时间。"


def ends_at(starts_at: time | None, minutes: int | None) -> time | None:
    """When it ended; None when that is not known."""
    if starts_at is None or not minutes:
        return None
    return (datetime.combine(_ANY_DAY, starts_at) + timedelta(minutes=minutes)).time()


def minutes_between(starts_at: time, ends_at: time) -> int:
    start, end = datetime.combine(_ANY_DAY, starts_at), datetime.combine(_ANY_DAY, ends_at)
    return int((end - start).total_seconds() // 60)


def hours(starts_at: time | None, minutes: int | None) -> str:
    """14:30 至 16:00, or 14:30 when the end is not known."""
    if starts_at is None:
        return ""
    end = ends_at(starts_at, minutes)
    return f"{starts_at:%H:%M} 至 {end:%H:%M}" if end else f"{starts_at:%H:%M}"


def topics_of(title: str, label: str) -> list[str]:
    """The topics a title is made of; none where it only repeats the kind."""
    return [topic for topic in title.split(SEPARATOR) if topic and topic != label]


def described(values: Mapping[str, Any]) -> dict[str, str]:
    """Label → words for the facts of a record, of one of its versions or of a form; every label is there.

    ``campaigns`` are names, ``joint`` the words for what it is a part of.
    """
    words = {
        "日期": f"{values['held_on']:%Y-%m-%d}",
        "时间": hours(values.get("starts_at"), values.get("minutes")),
    }
    words[ALSO] = "、".join(str(kind.label) for kind in split(values.get("also_kinds") or ""))
    words[JOINT] = values.get("joint") or ""
    words |= {label: values.get(name) or "" for name, label in LABELS.items()}
    words[GUESTS] = guests.in_words(values.get("guests"), values.get("guest_heads"))
    words["专题活动"] = "、".join(sorted(values.get("campaigns", ())))
    return words


def values_of(activity: Activity) -> dict[str, Any]:
    """What :func:`described` asks, of a record as it is stored."""
    names = ("held_on", "starts_at", "minutes", "also_kinds", *LABELS, *guests.FACTS)
    return {
        **{name: getattr(activity, name) for name in names},
        "campaigns": [campaign.name for campaign in activity.campaigns.all()],
        "joint": led_by(activity.joint_of.branch.short_name) if activity.joint_of else "",
    }


def led_by(name: str) -> str:
    """Of something held jointly, for a branch that does not lead it."""
    return f"由“{name}”牵头联合开展"


def lateness(activity: Activity) -> str:
    """How long after it was held the record was entered, as a fact: 当天, 3 天内, 12 天后."""
    days = (timezone.localdate(activity.entered_at) - activity.held_on).days
    if days <= 0:
        return "活动当天"
    return "活动后 3 天内" if days <= 3 else f"活动后 {days} 天"


def mark_in_words(mark: Mark | None) -> str:
    """到会, 请假（因公）; 未列入 for somebody who is not on the list."""
    if mark is None or not mark.state:
        return "未列入"
    label = Attendance.State(mark.state).label
    return f"{label}（{mark.reason}）" if mark.reason else str(label)


@dataclass(frozen=True)
class Change:
    """One thing that differs between two versions of a record."""

    label: str
    before: str
    after: str


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """What differs, in the order of ``after``."""
    return [
        Change(label, before.get(label, ""), words)
        for label, words in after.items()
        if before.get(label, "") != words
    ]
