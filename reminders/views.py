"""One's own to-do list, from the ledger."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from activities.assignments import AssignmentError
from activities.models import Assignment
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from reminders import ledger
from reminders.models import Reminder

PER_PAGE = 50


@dataclass(frozen=True)
class Item:
    """One line of the due list (components/due_item.html)."""

    day: int
    when: str
    is_soon: bool
    is_late: bool
    title: str
    note: str
    url: str
    action: str


@require_safe
def todo(request: AuthenticatedRequest) -> HttpResponse:
    """What is open, the earliest first; ``?state=settled`` what is done or lapsed, the latest first."""
    settled = request.GET.get("state") == "settled"
    own = Reminder.objects.visible_to(request.user)
    rows = own.exclude(state=Reminder.State.OPEN).order_by("-settled_at", "-id") if settled else own.open()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "items": [_item(row) for row in page], "settled": settled}
    return render(request, "reminders/todo.html", context)


def _item(row: Reminder) -> Item:
    days = (row.due_on - timezone.localdate()).days
    is_open = row.state == Reminder.State.OPEN
    is_late = is_open and days < 0 and row.kind in ("duty", "assignment")
    near = {0: "今天", 1: "明天"}.get(days, f"{row.due_on.month}月")
    if not is_open:
        when = str(Reminder.State(row.state).label)
    else:
        when = f"{row.due_on.month}月 已逾期" if is_late else near
    return Item(
        day=row.due_on.day,
        when=when,
        is_soon=is_open and days <= 7,
        is_late=is_late,
        title=row.title,
        note=row.detail,
        url=row.url if is_open else "",
        action="去记录" if row.kind == "duty" else "查看",
    )


@require_POST
def assignment_chase(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Remind those who have not returned it; once a day."""
    assignment: Assignment = get_visible_or_404(Assignment.objects, request.user, pk=pk)
    if not has_right(request.user, Right.ASSIGN):
        raise PermissionDenied("由发出单位和上级党组织的工作人员催办。")
    try:
        number = ledger.chase(assignment, by=request.user, today=timezone.localdate())
    except AssignmentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已催办 {number} 个党支部，提醒已写入对方待办。")
    return redirect("assignment_detail", pk)
