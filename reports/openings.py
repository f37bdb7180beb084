"""What is open in one branch: the page a new holder of a post begins with.

``OPEN`` is the plain list of what is looked at; a room that has something to add stands above none of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse

from activities import agenda
from activities.duties import STATE_LABELS, State
from branches.models import Branch
from branches.scope import covering_ranges
from members import birthdays, health, overdue
from members.models import Member, Transfer

BIRTHDAYS_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Opening:
    """One thing to do; without ``due_on`` it has no day. ``url`` opens the page that settles it."""

    title: str
    note: str
    state: str
    due_on: date | None = None
    url: str = ""


@dataclass(frozen=True)
class Part:
    """What one room knows, under its own heading."""

    title: str
    lines: list[Opening]


def _findings(branch: Branch, today: date) -> Iterator[Opening]:
    for finding in health.findings_of(branch, today):
        if not finding.is_explained:
            yield Opening(finding.text, finding.article, finding.state)


def _duties(branch: Branch, today: date) -> Iterator[Opening]:
    for duty in agenda.open_duties(agenda.recent_duties(branch, today), today):
        state = "late" if duty.state is State.OVERDUE else "due" if duty.state is State.DUE else "todo"
        note = f"{STATE_LABELS[duty.state]}，{duty.rule.article}"
        title = f"{duty.period.short_label}{duty.title}"
        yield Opening(title, note, state, duty.due_on, agenda.record_url(duty))


def _birthdays(branch: Branch, today: date) -> Iterator[Opening]:
    for one in birthdays.between(today, today + BIRTHDAYS_AHEAD, covering_ranges([branch.path])):
        title = f"{one.name}，入党 {one.years} 周年"
        yield Opening(title, "政治生日", "todo", one.day, reverse("birthdays"))


def _letters(branch: Branch, today: date) -> Iterator[Opening]:
    """Transfers on their way, from the branch or to it."""
    found = Transfer.objects.open().filter(Q(branch=branch) | Q(target=branch))
    for transfer in found.select_related("member").order_by("pk"):
        name = transfer.member.name if transfer.member else transfer.name
        state = "late" if transfer.is_expired(today) else "todo"
        note = f"{transfer.get_kind_display()}，{transfer.get_state_display()}"
        url = reverse("transfer_detail", args=[transfer.pk])
        yield Opening(f"{name}的组织关系转接", note, state, None, url)


def _away(branch: Branch, today: date) -> Iterator[Opening]:
    """People who are away, out of touch or suspended, and what may or must be done next."""
    members = Member.objects.filter(branch=branch)
    for due in overdue.of_people(members, today, Transfer.objects.none()):
        url = reverse("member_detail", args=[due.member.pk]) if due.member else ""
        state = "late" if due.is_late else "todo"
        yield Opening(f"{due.name}：{due.title}，{due.next_step}", due.rule.article, state, due.due_on, url)


OPEN: list[tuple[str, Callable[[Branch, date], Iterator[Opening]]]] = [
    ("支部设置、班子与任期", _findings),
    ("要开的会和活动", _duties),
    ("组织关系转接", _letters),
    ("外出、失联和停止党籍", _away),
    ("30天内的政治生日", _birthdays),
]


def open_in(branch: Branch, today: date) -> list[Part]:
    """Everything open in ``branch``, heading by heading, empty ones left out."""
    found = [Part(title, list(look(branch, today))) for title, look in OPEN]
    return [part for part in found if part.lines]
