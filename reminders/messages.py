"""The words of a message: a digest to a person, and figures to a group. What names people stays inside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from .kinds import kind_of
from .models import Delivery, Reminder, Robot

#: Reminders about what others are reminded of: a group's figures count it once.
TOLD_TWICE = ("escalation",)
#: More than these stand behind the link to the list.
LINES = 20


@dataclass(frozen=True)
class Line:
    text: str
    url: str


@dataclass(frozen=True)
class Message:
    title: str
    lines: tuple[Line, ...]
    foot: str = ""
    #: Name and content of each; mail alone carries them.
    files: tuple[tuple[str, bytes], ...] = ()


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def message_to_person(delivery: Delivery) -> Message | None:
    """What the message is to tell and is still open, each with its form; None when nothing is."""
    open_now = Reminder.objects.open().filter(told__delivery=delivery).order_by("due_on", "kind", "subject")
    rows = list(open_now.distinct())
    if not rows:
        return None
    today = timezone.localdate()
    late = sum(_is_late(row.kind, row.due_on, today) for row in rows)
    lines = [Line(_words(row, today), absolute(row.url or reverse("todo"))) for row in rows[:LINES]]
    if len(rows) > LINES:
        lines.append(Line(f"另有 {len(rows) - LINES} 项，见待办", absolute(reverse("todo"))))
    return Message(
        f"支部簿：{_number(len(rows), late)}",
        tuple(lines),
        f"在“提醒方式”中可以调整接收渠道：{absolute(reverse('notice_choices'))}",
    )


def _words(row: Reminder, today: date) -> str:
    kind = kind_of(row.kind)
    what = kind.label if kind.names_people else row.title
    return f"{what}：{_when(row, today)}"


def _when(row: Reminder, today: date) -> str:
    due_on = row.due_on
    year = f"{due_on.year}年" if due_on.year < today.year else ""
    day = f"{year}{due_on.month}月{due_on.day}日"
    kind = kind_of(row.kind)
    if kind.is_possible:
        return f"{day}起可办理"
    if kind.is_occasion:
        return f"今天（{day}）" if due_on == today else day
    if due_on < today:
        return f"{day}已到期"
    return f"今天（{day}）到期" if due_on == today else f"{day}到期"


def _is_late(kind: str, due_on: date, today: date) -> bool:
    told = kind_of(kind)
    return due_on < today and not (told.is_possible or told.is_occasion)


def _number(number: int, late: int) -> str:
    return f"{number} 项待办，其中 {late} 项已到期" if late else f"{number} 项待办"


def message_to_group(robot: Robot, today: date) -> Message | None:
    """How many things are open below the robot's organisation, by kind; no branch and no person is named."""
    rows = Reminder.objects.open().below(robot.branch_path).exclude(kind__in=TOLD_TWICE)
    found = set(rows.values_list("kind", "subject", "due_on"))
    if not found:
        return None
    url = absolute(reverse("todo"))
    kinds = sorted({kind for kind, _, _ in found}, key=lambda kind: kind_of(kind).label)
    lines = tuple(Line(f"{kind_of(kind).label}：{_of(found, kind, today)}", url) for kind in kinds)
    late = sum(_is_late(kind, due_on, today) for kind, _, due_on in found)
    return Message(f"{robot.branch.short_name}：{_number(len(found), late)}", lines)


def _of(found: Iterable[tuple[str, str, date]], kind: str, today: date) -> str:
    days = [due_on for name, _, due_on in found if name == kind]
    return _number(len(days), sum(_is_late(kind, due_on, today) for due_on in days))
