"""Notices and tasks from above (通知和任务)."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.urls import reverse

from activities.models import Assignment, AssignmentReturn
from activities.models.assignments import RETURNED

from .due import LEAD, Due, chased_subject, unchased
from .recipients import Recipients


def due(on: date, told: Recipients, of: Assignment | None = None) -> Iterator[Due]:
    """Notices and tasks from above that are not read or returned: those that end within a week or have ended, and
    those that were chased; of one assignment when given. A chase is a subject of its own, so that it comes as a
    reminder of its day.
    """
    addresses = told.of()
    soon = Q(assignment__due_on__lte=on + LEAD) | Q(chased_on__isnull=False)
    rows = AssignmentReturn.objects.waiting(on).filter(soon).select_related("assignment__issuer", "branch")
    rows = rows.filter(assignment=of) if of else rows
    for row in rows:
        address, asked = addresses.get(row.branch_id), row.assignment
        if address is None:
            continue
        for user_id in address.users:
            yield Due(
                kind="assignment",
                subject=chased_subject(f"return-{row.pk}", row.chased_on),
                named=chased_subject(f"{address.code}:return-{row.pk}", row.chased_on),
                due_on=asked.due_on,
                recipient_id=user_id,
                title=asked.title,
                detail=f"{row.branch.short_name}：{asked.issuer.short_name}的{asked.get_nature_display()}"
                + (f"，{row.chased_on:%Y-%m-%d} 催办" if row.chased_on else ""),
                url=reverse("assignment_return", args=[row.pk]),
                branch_path=address.path,
            )


def met(subjects: set[str], on: date) -> set[str]:
    """Notices and tasks among ``subjects`` that were read or returned."""
    keys = {
        subject: unchased(subject.removeprefix("return-"))
        for subject in subjects
        if subject.startswith("return-")
    }
    rows = AssignmentReturn.objects.in_state(on, *RETURNED).filter(pk__in=set(keys.values()))
    done = {str(pk) for pk in rows.values_list("pk", flat=True)} if keys else set()
    return {subject for subject, pk in keys.items() if pk in done}
