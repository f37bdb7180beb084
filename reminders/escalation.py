"""What stays undone long after its day is told once to the staff of the organisation above."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.urls import reverse

from branches.models import Branch
from branches.scope import STEP

from .models import Reminder
from .sources.due import Due
from .sources.recipients import Recipients

#: Days after the due date, of which the branch itself is reminded on the first and then weekly.
AFTER = timedelta(days=14)
#: What the subject begins with, to be told from those of other kinds.
PREFIX = "late-"
#: What the whole organisation owes, and the one above answers for. What is late about single people stands in the lists
#: of 发展党员 and of 外出与失联, which staff have themselves.
KINDS = ("duty", "assignment", "term")


def overdue_below(on: date, recipients: Recipients) -> Iterator[Due]:
    """For each branch and day that passed, one thing due to the nearest staff above, however much the branch owes.

    Asked of the ledger, not of the rooms below: only what the branch was reminded of is told upwards. Two queries.
    """
    late = Reminder.objects.open().filter(kind__in=KINDS, due_on__lte=on - AFTER)
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    told: dict[tuple[str, date], set[int]] = defaultdict(set)
    for path, due_on, subject, user_id in late.values_list("branch_path", "due_on", "subject", "recipient"):
        found[path, due_on].add(subject)
        told[path, due_on].add(user_id)
    branches = {branch.path: branch for branch in Branch.objects.filter(path__in={path for path, _ in found})}
    staff = recipients.staff
    for (path, due_on), subjects in sorted(found.items()):
        branch = branches.get(path)
        if branch is None:
            continue
        # Who stands in for a branch without accounts knows already.
        for user_id in set(_nearest_above(staff, path)) - told[path, due_on]:
            yield Due(
                kind="escalation",
                subject=f"{PREFIX}{branch.pk}-{due_on}",
                named=f"{branch.code}:{due_on}",
                due_on=due_on,
                recipient_id=user_id,
                title=f"{branch.short_name}逾期事项"[:120],
                detail=f"{due_on.month}月{due_on.day}日到期的 {len(subjects)} 项已提醒，两周后仍未办结",
                url=reverse("branch_open" if branch.is_leaf else "branch_page", args=[branch.pk]),
                branch_path=path,
            )


def _nearest_above(granted: dict[str, set[int]], path: str) -> set[int]:
    for length in range(len(path) - STEP, 0, -STEP):
        if users := granted.get(path[:length]):
            return users
    return set()


def over(subjects: Iterable[str], on: date) -> set[str]:
    """Those of ``subjects``, no longer due, that were told upwards: the branch has done its part."""
    return {subject for subject in subjects if subject.startswith(PREFIX)}
