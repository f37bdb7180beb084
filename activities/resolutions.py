"""What the meetings of a branch decided to have done (决议事项): the list of them, and those that are due."""

from datetime import date

from django.db.models import F, Q, QuerySet

from accounts.models import User
from branches.models import Branch
from lib.periods import Period

from . import minutes
from .kinds import Kind
from .models import Activity, Task


def listed(branch: Branch, year: int, user: User, *, only_rectification: bool = False) -> QuerySet[Task]:
    """Those open of meetings until the year's end, the urgent first; then those done in the year, the latest first."""
    period = Period.year(year)
    meetings = Activity.objects.valid().kept_by(branch).filter(held_on__lte=period.end)
    if only_rectification:
        meetings = meetings.of_kind(Kind.ORGANIZATION_LIFE_MEETING)
    wanted = Q(done_on=None) | Q(done_on__range=(period.start, period.end))
    tasks = Task.objects.visible_to(user).filter(wanted, item__activity__in=meetings)
    order = (F("done_on").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "pk")
    return tasks.select_related("item__activity__branch", "owner").order_by(*order)


def due_in(branch: Branch, until: date) -> QuerySet[Task]:
    """What is open and due by ``until``, in the branch and those merged into it, the most urgent first."""
    tasks = minutes.open_tasks().filter(item__activity__branch_path=branch.path, due_on__lte=until)
    return tasks.select_related("item__activity__branch", "owner")


def is_late(task: Task, today: date) -> bool:
    return task.done_on is None and task.due_on is not None and task.due_on < today
