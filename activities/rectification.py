"""The rectification list of 组织生活会 (支部条例 17): what it found, what is done about it, by whom, until when.

Its items are what the meeting decided, each with the problem it answers: they come back as to-dos like any other.
"""

from datetime import date
from typing import Final

from django.db.models import F, Q, QuerySet

from branches.models import Branch
from lib.periods import Period

from .kinds import Kind
from .models import Activity, Task

ARTICLE: Final = "支部条例第十七条：会后制定整改措施，逐一整改落实"
#: Where the page is named in a form that comes back to it.
BACK: Final = "rectification"


def asks_problems(activity: Activity) -> bool:
    """Whether what is decided there answers problems that were found."""
    return Kind.ORGANIZATION_LIFE_MEETING in activity.kinds


def listed(branch: Branch, year: int) -> QuerySet[Task]:
    """The items of the year's meetings, and those of earlier ones that are still open, the open and urgent first."""
    period = Period.year(year)
    meetings = Activity.objects.valid().of_kind(Kind.ORGANIZATION_LIFE_MEETING).filter(branch=branch)
    earlier = Q(item__activity__held_on__lt=period.start, done_on=None)
    tasks = Task.objects.filter(item__activity__in=meetings.filter(held_on__lte=period.end))
    tasks = tasks.filter(earlier | Q(item__activity__held_on__gte=period.start))
    order = (F("done_on").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "pk")
    return tasks.select_related("item__activity", "owner").order_by(*order)


def is_late(task: Task, today: date) -> bool:
    return task.done_on is None and task.due_on is not None and task.due_on < today
