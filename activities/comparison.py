"""Two versions of a record side by side: what is stored now, and what somebody typed meanwhile."""

from typing import Any
from uuid import UUID

from . import facts, parts
from .attendance import Mark
from .attendance_form import AttendanceForm
from .facts import Change
from .models import Activity


def side_by_side(stored: Activity, form: AttendanceForm) -> list[Change]:
    """What differs: ``before`` is stored, ``after`` was typed. Facts first, then people."""
    now = facts.values_of(stored)
    typed: dict[str, Any] = {**now, **form.facts_sent, "held_on": form.cleaned_data["held_on"]}
    typed["title"] = typed["title"] or form.occasion.label
    if form.campaigns is not None:
        typed["campaigns"] = [campaign.name for campaign in form.campaigns]
    return facts.changes(
        facts.described(now) | parts.words_of(stored),
        facts.described(typed) | form.parts.words(stored),
    ) + _people(stored, form)


def is_same(stored: Activity, form: AttendanceForm) -> bool:
    """Whether the form would leave the record as it is."""
    return not side_by_side(stored, form) and not form.parts.would_change(stored)


def _people(stored: Activity, form: AttendanceForm) -> list[Change]:
    rows = stored.attendances.order_by("member__name_order").values_list(
        "member", "member__name", "state", "reason"
    )
    names: dict[UUID, str] = {}
    now: dict[UUID, Mark] = {}
    for member, name, state, reason in rows:
        names[member], now[member] = name, Mark(state, reason)
    names |= {person.member_id: person.name for person in form.roll.people}
    typed = form.marks
    return [
        Change(name, facts.mark_in_words(now.get(member)), facts.mark_in_words(typed.get(member)))
        for member, name in names.items()
        if now.get(member) != typed.get(member)
    ]
