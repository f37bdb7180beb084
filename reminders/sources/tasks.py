"""What a meeting decided that somebody does (决议事项)."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from activities import minutes
from activities.models import Task
from lib.templatetags.ui import chinese_date

from .due import LEAD, Due
from .recipients import Recipients


def due(on: date, told: Recipients) -> Iterator[Due]:
    """Tasks of a meeting that are overdue or end within a week: to the branch, and to whoever has to do them."""
    # By path: what a branch left open when it was merged goes on in the one that took its people.
    addresses = {address.path: address for address in told.of().values()}
    tasks = minutes.open_tasks().filter(due_on__lte=on + LEAD)
    rows = tasks.select_related("item__activity__branch", "owner")
    for task in rows:
        activity = task.item.activity
        address = addresses.get(activity.branch_path)
        if address is None or task.due_on is None:
            continue
        owner = task.owner.account_id if task.owner else None
        for user_id in {*address.users, *([owner] if owner else [])}:
            is_told = user_id in address.users
            yield Due(
                kind="task",
                subject=f"task-{task.pk}",
                named=f"{address.code}:task-{task.pk}",
                due_on=task.due_on,
                recipient_id=user_id,
                title=task.what[:120],
                detail=f"{activity.branch.short_name}：{chinese_date(activity.held_on)}"
                f"{activity.get_kind_display()}的决议事项，责任人{task.owner.name if task.owner else '待定'}",
                url=reverse("task_finish", args=[task.pk]) if is_told else reverse("me"),
                branch_path=address.path,
            )


def met(subjects: set[str], on: date) -> set[str]:
    """Tasks among ``subjects`` that were done."""
    keys = [subject.removeprefix("task-") for subject in subjects if subject.startswith("task-")]
    done = Task.objects.filter(pk__in=keys, done_on__isnull=False) if keys else Task.objects.none()
    return {f"task-{pk}" for pk in done.values_list("pk", flat=True)}
