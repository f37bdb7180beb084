"""Duties of organisational life (义务)."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from activities import agenda, duties
from activities.agenda import record_page, record_url
from activities.duties import MET, OPEN, PRESSING, Duty, State
from branches.tree import whole_tree
from reminders.models import Chase

from .due import Due, chased_subject, unchased
from .recipients import Recipients


class _Words(NamedTuple):
    """What is said of all branches that held as much of a duty: made once, because a province has thousands of them."""

    code: str
    label: str
    why: str
    page: str


def _words(duty: Duty) -> _Words:
    period, rule = duty.period, duty.rule
    why = f"{duty.reason}（{rule.article}）"
    return _Words(f"{rule.name}:{period.code}", period.short_label, why, record_page(rule))


def due(on: date, told: Recipients) -> Iterator[Due]:
    """Duties of this and the last quarter that are overdue or end within a week, and those that were chased.

    A chase is a subject of its own, so that it comes as a reminder of its day.
    """
    addresses = told.of()
    _, ending_from = agenda.recent(on)
    rows = Chase.objects.filter(on__range=(ending_from, on)).order_by("on")
    chased = dict(rows.values_list("subject", "on"))
    words: dict[tuple[object, ...], _Words] = {}
    for duty in _recent(on, OPEN if chased else PRESSING):
        if duty.branch_id not in addresses:
            continue
        day = chased.get(duty.subject) if chased else None
        if duty.state is State.TODO and not day:
            continue
        address = addresses[duty.branch_id]
        who = f"{address.code}/{duty.group_name}" if duty.group_name else address.code
        asked = (id(duty.rule), duty.period, duty.held, duty.state)
        said = words.get(asked) or words.setdefault(asked, _words(duty))
        for user_id in address.users:
            yield Due(
                kind="duty",
                subject=chased_subject(f"{duty.who}:{said.code}", day),
                named=chased_subject(f"{who}:{said.code}", day),
                due_on=duty.due_on,
                recipient_id=user_id,
                title=f"{said.label}{duty.title}",
                detail=f"{duty.branch_name}：{said.why}" + (f"，{day:%Y-%m-%d} 催办" if day else ""),
                url=record_url(duty, said.page),
                branch_path=address.path,
            )


def met(subjects: set[str], on: date) -> set[str]:
    """Those of ``subjects`` that were due and are now met."""
    held = {duty.subject for duty in _recent(on, MET)}
    return {subject for subject in subjects if unchased(subject) in held}


def _recent(on: date, only: frozenset[State]) -> list[Duty]:
    period, ending_from = agenda.recent(on)
    return duties.evaluate(whole_tree(), period, on, ending_from=ending_from, only=only)
