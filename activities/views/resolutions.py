"""决议事项 of a branch: the list of them, those due as lines of its home, and the form that finishes one."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from activities import minutes, rectification, resolutions
from activities.filters import YearFilter
from activities.models import Activity, Task
from activities.views.due import DueItem, near
from activities.views.minutes import tried
from branches.list_exports import Found, ListExport, columns, offered
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may
from lib.periods import quarter_of
from lib.templatetags.ui import chinese_date

REFUSAL: Final = "决议事项由本支部书记、记录员和上级工作人员查看。"
SOON = timedelta(days=7)
#: How far the home looks ahead when the quarter is nearly over.
AHEAD = timedelta(days=14)
#: Where the form stood: on the home, on the list, on the list of what 组织生活会 decided alone.
HOME: Final = "home"
LIST: Final = "resolutions"
RECTIFICATION: Final = "rectification"


class ResolutionFilter(YearFilter):
    """Of which meetings, too."""

    about = forms.ChoiceField(
        label="事项", required=False, choices=[("", "全部决议"), (RECTIFICATION, "组织生活会整改")]
    )

    @property
    def is_narrow(self) -> bool:
        self.is_valid()
        return self.cleaned_data.get("about") == RECTIFICATION


def _asked(user: User, data: QueryDict, pk: int) -> tuple[Branch, ResolutionFilter, list[Task]]:
    branch: Branch = get_visible_or_404(Branch.objects.all(), user, pk=pk)
    if not may(user, Right.RECORD, branch.path):
        raise PermissionDenied(REFUSAL)
    form = ResolutionFilter(data, today=timezone.localdate())
    listed = resolutions.listed(branch, form.asked_year, user, only_rectification=form.is_narrow)
    return branch, form, list(listed)


@require_safe
def resolution_list(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    branch, form, tasks = _asked(request.user, request.GET, pk)
    is_narrow = form.is_narrow
    context: dict[str, Any] = {
        "branch": branch,
        "form": form,
        "year": form.asked_year,
        "is_filtered": is_narrow or form.asked_year != today.year,
        "open": [(task, resolutions.is_late(task, today)) for task in tasks if not task.done_on],
        "done": [task for task in tasks if task.done_on],
        "is_narrow": is_narrow,
        "article": rectification.ARTICLE,
        "back": RECTIFICATION if is_narrow else LIST,
        "export": offered(request, request.user, "resolution_export", form, pk),
    }
    return render(request, "activities/resolutions.html", context)


def _found(user: User, data: QueryDict, pk: int) -> Found:
    branch, form, tasks = _asked(user, data, pk)
    today = timezone.localdate()
    rows = (_row(task, today) for task in tasks)
    return Found(rows, len(tasks), form, branch, about=f"{form.asked_year} 年")


def _row(task: Task, today: date) -> list[object]:
    activity = task.item.activity
    state = "已完成" if task.done_on else "已过期限" if resolutions.is_late(task, today) else "还没完成"
    meeting = [activity.held_on, activity.get_kind_display(), activity.branch.short_name]
    owner = task.owner.name if task.owner else ""
    return [*meeting, task.problem, task.what, owner, task.due_on, task.done_on, state]


EXPORT = ListExport(
    "resolution",
    "决议事项",
    Right.RECORD,
    columns(
        ("会议日期", "date"),
        ("会议", "text", 14),
        ("党支部", "text", 26),
        ("问题", "text", 30),
        ("事项", "text", 40),
        "责任人",
        ("完成期限", "date"),
        ("完成日期", "date"),
        "状态",
    ),
    _found,
)


@require_http_methods(["GET", "HEAD", "POST"])
def task_finish(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What is to be done, and the form: done today; sent again, open again."""
    rows = Task.objects.select_related("item__activity__branch", "owner", "done_by")
    task: Task = get_visible_or_404(rows, request.user, pk=pk)
    today, activity = timezone.localdate(), task.item.activity
    if request.method == "POST":
        if task.done_on:
            tried(request, lambda: minutes.reopen(task, by=request.user), "已改回未完成。")
        else:
            tried(request, lambda: minutes.finish(task, by=request.user, on=today), "已记为完成。")
        return _back(request, activity)
    context = {
        "task": task,
        "activity": activity,
        "branch": _keeper(activity),
        "is_late": resolutions.is_late(task, today),
        "back": HOME if request.GET.get("next") == HOME else LIST,
    }
    return render(request, "activities/task.html", context)


def _back(request: AuthenticatedRequest, activity: Activity) -> HttpResponseRedirect:
    """To where the form stood, else to the minutes."""
    asked = request.POST.get("next")
    if asked == HOME:
        return redirect(f"{reverse('home')}?branch={_keeper(activity).pk}")
    if asked in (LIST, RECTIFICATION):
        query = f"?about={RECTIFICATION}" if asked == RECTIFICATION else ""
        return redirect(reverse("resolution_list", args=[_keeper(activity).pk]) + query)
    return redirect("activity_minutes", activity.pk)


def _keeper(activity: Activity) -> Branch:
    """The branch that has the record now: its own, or the one that was merged into."""
    return Branch.objects.get(path=activity.branch_path)


def due_items(branch: Branch, today: date) -> list[tuple[date, DueItem]]:
    """Day and line of what is overdue, or due while the quarter runs, as duties are. One query."""
    until = max(quarter_of(today).end, today + AHEAD)
    return [(task.due_on, _item(task, today)) for task in resolutions.due_in(branch, until) if task.due_on]


def _item(task: Task, today: date) -> DueItem:
    due, activity = task.due_on, task.item.activity
    assert due is not None, "the list holds what has a deadline"
    is_late = resolutions.is_late(task, today)
    return DueItem(
        day=due.day,
        when=f"{due.month}月 已逾期" if is_late else near(due, today),
        is_soon=due - today <= SOON,
        is_late=is_late,
        title=task.what,
        note=f"{chinese_date(activity.held_on)}{activity.get_kind_display()}的决议事项，"
        f"责任人{task.owner.name if task.owner else '待定'}",
        url=f"{reverse('task_finish', args=[task.pk])}?next={HOME}",
        action="去办结",
    )
