"""One's own to-do list, from the ledger."""

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
from reminders.items import item_of
from reminders.models import Reminder

PER_PAGE = 50


@require_safe
def todo(request: AuthenticatedRequest) -> HttpResponse:
    """What is open, the earliest first; ``?state=settled`` what is done or lapsed, the latest first."""
    today, settled = timezone.localdate(), request.GET.get("state") == "settled"
    own = Reminder.objects.visible_to(request.user)
    rows = own.exclude(state=Reminder.State.OPEN).order_by("-settled_at", "-id") if settled else own.open()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "items": [item_of(row, today) for row in page], "settled": settled}
    return render(request, "reminders/todo.html", context)


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
