"""What is due, gathered from the rooms below and addressed to whom it concerns."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from activities import duties
from activities.agenda import record_url
from activities.duties import Duty, State
from branches.models import Branch, RoleGrant
from branches.roles import Role
from branches.scope import Range, covering_ranges
from lib.periods import Period, quarter_of
from members import birthdays, celebrations

BIRTHDAY_LEAD = timedelta(days=7)
BIRTHDAY_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """One thing due to one person. ``subject`` is stable from day to day; ``url`` opens the page that settles it."""

    kind: str
    subject: str
    due_on: date
    recipient_id: int
    title: str
    detail: str
    url: str
    branch_path: str


def duties_due(on: date) -> Iterator[Due]:
    """Duties of this and the last quarter that are overdue or end within a week, to the branch's secretary."""
    secretaries = _secretaries(on)
    for duty in _open_duties(on):
        if duty.state not in (State.DUE, State.OVERDUE):
            continue
        for user_id, path in secretaries[duty.branch_id]:
            yield Due(
                kind="duty",
                subject=duty.subject,
                due_on=duty.due_on,
                recipient_id=user_id,
                title=f"{duty.period.short_label}{duty.title}",
                detail=f"{duty.branch_name}：{duty.reason}（{duty.rule.article}）",
                url=record_url(duty),
                branch_path=path,
            )


def birthdays_due(on: date) -> Iterator[Due]:
    """Political birthdays of the next seven days and of the last seven, about which nothing was done yet."""
    secretaries = _secretaries(on)
    found = birthdays.between(on - BIRTHDAY_KEPT, on + BIRTHDAY_LEAD)
    done = celebrations.done_about(found)
    for birthday in found:
        if done[birthday.key].is_settled or birthday.is_opted_out or not birthday.stays:
            continue
        for user_id, path in secretaries[birthday.branch_id]:
            yield Due(
                kind="political_birthday",
                subject=f"{birthday.member_number}:{birthday.day.year}",
                due_on=birthday.day,
                recipient_id=user_id,
                title=f"{birthday.name}政治生日",
                detail=f"{birthday.branch_name}：{birthday.day.month}月{birthday.day.day}日，{birthday.title}",
                url=f"{reverse('birthdays_month', args=[f'{birthday.day:%Y-%m}'])}?branch={birthday.branch_id}",
                branch_path=path,
            )


def met_subjects(subjects: set[str], on: date) -> set[str]:
    """Those of ``subjects`` that were due and are now met."""
    met_duties = {duty.subject for duty in _open_duties(on) if duty.is_met} & subjects
    return met_duties | _celebrated(subjects)


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


def _secretaries(on: date) -> dict[int, list[tuple[int, str]]]:
    """Branch → the accounts of its secretary on ``on``."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    grants = RoleGrant.objects.on(on).filter(role=Role.SECRETARY, user__is_active=True)
    for branch_id, user_id, path in grants.values_list("branch", "user", "branch_path"):
        found[branch_id].append((user_id, path))
    return found
