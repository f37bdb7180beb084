"""Reminders as lines of a due list (components/due_item.html)."""

from datetime import date

from accounts.models import User
from activities.views.due import DueItem, near
from branches.models import Branch

from .kinds import kind_of
from .models import Reminder

#: What the home of a branch works out by itself, or shows in a place of its own.
AT_HOME_ALREADY = ("duty", "assignment", "task", "political_birthday", "escalation")


def item_of(row: Reminder, today: date) -> DueItem:
    kind, is_open = kind_of(row.kind), row.state == Reminder.State.OPEN
    is_late = is_open and kind.is_owed and row.due_on < today
    if not is_open:
        when = str(Reminder.State(row.state).label)
    else:
        year = f"{row.due_on.year}年" if row.due_on.year < today.year else ""
        when = f"{year}{row.due_on.month}月 已逾期" if is_late else year + near(row.due_on, today)
    return DueItem(
        day=row.due_on.day,
        when=when,
        is_soon=is_open and (row.due_on - today).days <= 7,
        is_late=is_late,
        title=row.title,
        note=row.detail,
        url=row.url if is_open else "",
        action=kind.action,
    )


def items_at_home(user: User, branch: Branch, today: date) -> list[tuple[date, DueItem]]:
    """What one is reminded of on account of ``branch`` beside its meetings and tasks. One query."""
    rows = Reminder.objects.visible_to(user).open().filter(branch_path=branch.path)
    rows = rows.exclude(kind__in=AT_HOME_ALREADY).order_by("due_on", "pk")
    return [(row.due_on, item_of(row, today)) for row in rows]
