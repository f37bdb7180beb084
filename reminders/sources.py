"""What is due, gathered from the rooms below and addressed to whom it concerns."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse

from activities import duties, minutes
from activities.agenda import record_url
from activities.duties import Duty, State
from activities.models import Assignment, AssignmentReturn, Task
from activities.models.assignments import RETURNED
from branches.models import Branch, RoleGrant
from branches.roles import STAFF, Role
from branches.scope import STEP, Range, covering_ranges
from lib.periods import Period, quarter_of
from members import birthdays, celebrations

from .models import Key

BIRTHDAY_LEAD = timedelta(days=7)
BIRTHDAY_KEPT = timedelta(days=7)
TASK_LEAD = timedelta(days=7)
#: Who is told for a branch: its secretary; where nobody has that account, the next who has one.
TOLD = (Role.SECRETARY, Role.RECORDER, Role.COMMITTEE_STAFF, Role.ORGANIZATION_STAFF)


@dataclass(frozen=True)
class Due:
    """One thing due to one person. ``subject`` is stable from day to day; ``url`` opens the page that settles it.

    ``named`` is the subject for whoever does not know our keys: with the branch's code and the group's name.
    """

    kind: str
    subject: str
    named: str
    due_on: date
    recipient_id: int
    title: str
    detail: str
    url: str
    branch_path: str

    @property
    def key(self) -> Key:
        return (self.kind, self.subject, self.due_on, self.recipient_id)


def duties_due(on: date) -> Iterator[Due]:
    """Duties of this and the last quarter that are overdue or end within a week."""
    addresses = _addresses(on)
    for duty in _open_duties(on):
        if duty.state not in (State.DUE, State.OVERDUE) or duty.branch_id not in addresses:
            continue
        address = addresses[duty.branch_id]
        who = f"{address.code}/{duty.group_name}" if duty.group_name else address.code
        for user_id in address.users:
            yield Due(
                kind="duty",
                subject=duty.subject,
                named=f"{who}:{duty.rule.kind.value}:{duty.period.code}",
                due_on=duty.due_on,
                recipient_id=user_id,
                title=f"{duty.period.short_label}{duty.title}",
                detail=f"{duty.branch_name}：{duty.reason}（{duty.rule.article}）",
                url=record_url(duty),
                branch_path=address.path,
            )


def birthdays_due(on: date) -> Iterator[Due]:
    """Political birthdays of the next seven days and of the last seven, about which nothing was done yet."""
    addresses = _addresses(on)
    found = birthdays.between(on - BIRTHDAY_KEPT, on + BIRTHDAY_LEAD)
    done = celebrations.done_about(found)
    for birthday in found:
        settled = done[birthday.key].is_settled or birthday.is_opted_out or not birthday.stays
        if settled or birthday.branch_id not in addresses:
            continue
        address = addresses[birthday.branch_id]
        for user_id in address.users:
            yield Due(
                kind="political_birthday",
                subject=f"{birthday.member_number}:{birthday.day.year}",
                named=f"{address.code}:{birthday.member_number}:{birthday.day.year}",
                due_on=birthday.day,
                recipient_id=user_id,
                title=f"{birthday.name}政治生日",
                detail=f"{birthday.branch_name}：{birthday.day.month}月{birthday.day.day}日，{birthday.title}",
                url=f"{reverse('birthdays_month', args=[f'{birthday.day:%Y-%m}'])}?branch={birthday.branch_id}",
                branch_path=address.path,
            )


def tasks_due(on: date) -> Iterator[Due]:
    """Tasks of a meeting that are overdue or end within a week: to the branch, and to whoever has to do them."""
    addresses = _addresses(on)
    tasks = minutes.open_tasks().filter(due_on__lte=on + TASK_LEAD)
    rows = tasks.select_related("item__activity__branch", "owner")
    for task in rows:
        activity = task.item.activity
        address = addresses.get(activity.branch_id)
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
                detail=f"{activity.branch.short_name}：{activity.held_on.month}月{activity.held_on.day}日"
                f"{activity.get_kind_display()}的决议事项，责任人{task.owner.name if task.owner else '待定'}",
                url=reverse("activity_minutes", args=[activity.pk]) if is_told else reverse("me"),
                branch_path=address.path,
            )


def assignments_due(on: date, of: Assignment | None = None) -> Iterator[Due]:
    """Notices and tasks from above that are not read or returned: those that end within a week or have ended, and
    those that were chased; of one assignment when given. A chase is a subject of its own, so that it comes as a
    reminder of its day.
    """
    addresses = _addresses(on)
    soon = Q(assignment__due_on__lte=on + TASK_LEAD) | Q(chased_on__isnull=False)
    rows = AssignmentReturn.objects.waiting(on).filter(soon).select_related("assignment__issuer", "branch")
    rows = rows.filter(assignment=of) if of else rows
    for row in rows:
        address, asked = addresses.get(row.branch_id), row.assignment
        if address is None:
            continue
        chased = f"@{row.chased_on}" if row.chased_on else ""
        for user_id in address.users:
            yield Due(
                kind="assignment",
                subject=f"return-{row.pk}{chased}",
                named=f"{address.code}:return-{row.pk}{chased}",
                due_on=asked.due_on,
                recipient_id=user_id,
                title=asked.title,
                detail=f"{row.branch.short_name}：{asked.issuer.short_name}的{asked.get_nature_display()}"
                + (f"，{row.chased_on:%Y-%m-%d} 催办" if row.chased_on else ""),
                url=reverse("assignment_return", args=[row.pk]),
                branch_path=address.path,
            )


def met_subjects(subjects: set[str], on: date) -> set[str]:
    """Those of ``subjects`` that were due and are now met."""
    met_duties = {duty.subject for duty in _open_duties(on) if duty.is_met} & subjects
    return met_duties | _celebrated(subjects) | _finished(subjects) | _returned(subjects, on)


def _returned(subjects: set[str], on: date) -> set[str]:
    """Notices and tasks among ``subjects`` that were read or returned."""
    keys = {
        subject: subject.removeprefix("return-").partition("@")[0]
        for subject in subjects
        if subject.startswith("return-")
    }
    rows = AssignmentReturn.objects.in_state(on, *RETURNED).filter(pk__in=set(keys.values()))
    done = {str(pk) for pk in rows.values_list("pk", flat=True)} if keys else set()
    return {subject for subject, pk in keys.items() if pk in done}


def _finished(subjects: set[str]) -> set[str]:
    """Tasks among ``subjects`` that were done."""
    keys = [subject.removeprefix("task-") for subject in subjects if subject.startswith("task-")]
    done = Task.objects.filter(pk__in=keys, done_on__isnull=False) if keys else Task.objects.none()
    return {f"task-{pk}" for pk in done.values_list("pk", flat=True)}


def _celebrated(subjects: set[str]) -> set[str]:
    """Political birthdays among ``subjects`` of which a greeting or a way of marking them is on record."""
    parted = [subject.split(":") for subject in subjects]
    asked = {(parts[0], int(parts[1])) for parts in parted if len(parts) == 2 and parts[1].isdecimal()}
    if not asked:
        return set()
    done = celebrations.done({year for _, year in asked}, {number for number, _ in asked})
    return {f"{number}:{year}" for number, year in asked if done[number, year].is_settled}


def _open_duties(on: date) -> list[Duty]:
    this = quarter_of(on)
    return duties.evaluate(_everything(), Period(this.previous().start, this.end), on)


def _everything() -> tuple[Range, ...]:
    """The whole tree: the ledger works for everybody, scope is applied when it is read."""
    return covering_ranges(Branch.objects.filter(parent=None).values_list("path", flat=True))


@dataclass(frozen=True)
class Address:
    """Whom to tell what is due to a branch."""

    code: str
    path: str
    users: tuple[int, ...]


def _addresses(on: date) -> dict[int, Address]:
    """Every branch that stands on ``on``, and the accounts that are told for it. Two queries."""
    granted: dict[tuple[str, str], set[int]] = defaultdict(set)
    grants = RoleGrant.objects.on(on).filter(role__in=TOLD, user__is_active=True)
    for role, path, user_id in grants.values_list("role", "branch_path", "user"):
        granted[role, path].add(user_id)
    standing = Branch.objects.existing_on(on).values_list("pk", "code", "path")
    return {pk: Address(code, path, _told(granted, path)) for pk, code, path in standing}


def _told(granted: Mapping[tuple[str, str], set[int]], path: str) -> tuple[int, ...]:
    """Those of the first role of :data:`TOLD` that anybody holds: staff also for what is above, the nearest first."""
    for role in TOLD:
        highest = STEP if role in STAFF else len(path)
        for length in range(len(path), highest - 1, -STEP):
            if users := granted.get((role, path[:length])):
                return tuple(sorted(users))
    return ()
