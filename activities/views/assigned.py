"""What is asked of a branch from above, as lines of its home and its page."""

from datetime import date

from django.urls import reverse

from activities import returns
from activities.models import AssignmentReturn
from branches.models import Branch

from .due import DueItem, near


def due_items(branch: Branch, today: date) -> list[tuple[date, DueItem]]:
    """Day and line of what the branch has still to read or return, the earliest first. One query."""
    return [(row.assignment.due_on, _item(row, today)) for row in returns.open_of(branch.path, today)]


def _item(row: AssignmentReturn, today: date) -> DueItem:
    asked = row.assignment
    is_late = asked.due_on < today
    wanted = f"要求开展{asked.get_kind_display()}" if asked.kind else asked.get_nature_display()
    return DueItem(
        day=asked.due_on.day,
        when=f"{asked.due_on.month}月 已逾期" if is_late else near(asked.due_on, today),
        is_soon=(asked.due_on - today).days <= 7,
        is_late=is_late,
        title=asked.title,
        note=f"{asked.issuer.short_name}，{wanted}"
        + ("，仍可报送" if is_late and not asked.is_notice else ""),
        url=reverse("assignment_return", args=[row.pk]),
        action="去看" if asked.is_notice else "去报送",
    )
