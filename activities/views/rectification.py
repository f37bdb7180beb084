"""The rectification list of a branch: what is open, and ticking what is done."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from activities import rectification
from activities.filters import YearFilter
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may

REFUSAL = "整改清单由本支部书记、记录员和上级工作人员查看。"


@require_safe
def rectification_list(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    branch: Branch = get_visible_or_404(Branch.objects.leaves(), request.user, pk=pk)
    if not may(request.user, Right.RECORD, branch.path):
        raise PermissionDenied(REFUSAL)
    today = timezone.localdate()
    form = YearFilter(request.GET, today=today)
    tasks = list(rectification.listed(branch, form.asked_year))
    context: dict[str, Any] = {
        "branch": branch,
        "form": form,
        "year": form.asked_year,
        "is_filtered": form.asked_year != today.year,
        "open": [(task, rectification.is_late(task, today)) for task in tasks if not task.done_on],
        "done": [task for task in tasks if task.done_on],
        "article": rectification.ARTICLE,
        "back": rectification.BACK,
    }
    return render(request, "activities/rectification.html", context)
