"""How a record came to say what it says: its versions, each with who, when and what changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps

from . import facts, guests, parts
from .attendance import Mark
from .facts import Change
from .kinds import Kind, split
from .models import Activity, AttendanceChange
from .sight import Sight

WHY_WITHDRAWN = "撤回原因"
PEOPLE = ("主持人", "记录人", "主讲人")


@dataclass(frozen=True)
class Version:
    """One version, the latest first in a list; ``title`` says what was done."""

    number: int
    title: str
    by: str
    at: datetime
    changes: list[Change]


def of(activity: Activity, sight: Sight) -> list[Version]:
    """The versions of a record, as far as the reader may see them. Four queries, and one for each kind with details."""
    kept = _last_of_each(activity)
    people = _people(activity, sight)
    campaigns, leads = _campaigns(kept.values()), _leads(kept.values())
    details = parts.words_by_version(activity, _kinds(kept.values()), sight.name, kept=sight.sees_notes)
    told: dict[str, str] = {}
    found: list[Version] = []
    words: dict[str, str] = {}
    for number, row in sorted(kept.items()):
        told = details.get(number, told)
        now = _words(row, campaigns[row.pk], leads.get(row.joint_of_id, ""), sight) | told
        changed = facts.changes(words or {**now, WHY_WITHDRAWN: ""}, now)
        words = now
        found.append(
            Version(
                number=number,
                title=_title(number, withdrawn=row.withdrawn_at is not None),
                by=sight.name(row.history_user.name) if row.history_user else "系统",
                at=row.history_date,
                changes=[c for c in changed if sight.sees_notes or c.label != facts.NOTES] + people[number],
            )
        )
    return found[::-1]


def _last_of_each(activity: Activity) -> dict[int, Any]:
    """Version → its last history row: writing the campaigns of a record makes one more row of the same version."""
    rows = activity.history.select_related("history_user").order_by("history_id")
    return {row.version: row for row in rows}


def _kinds(rows: Iterable[Any]) -> list[Kind]:
    """Every kind the record was in one of its versions."""
    return list(dict.fromkeys(kind for row in rows for kind in (Kind(row.kind), *split(row.also_kinds))))


def _campaigns(rows: Iterable[Any]) -> dict[int, list[str]]:
    """History row → the names of its campaigns."""
    links: Any = apps.get_model("activities", "HistoricalActivity_campaigns")
    found: dict[int, list[str]] = defaultdict(list)
    for row, name in links.objects.filter(history__in=rows).values_list("history", "campaign__name"):
        found[row].append(name)
    return found


def _leads(rows: Iterable[Any]) -> dict[UUID, str]:
    """Leading record → the words for being a part of it."""
    wanted = {row.joint_of_id for row in rows} - {None}
    if not wanted:
        return {}
    found = Activity.objects.filter(pk__in=wanted).values_list("pk", "branch__short_name")
    return {pk: facts.led_by(name) for pk, name in found}


def _words(row: Any, campaigns: list[str], joint: str, sight: Sight) -> dict[str, str]:
    """A row's facts, told from the withdrawal too."""
    values = {
        field: getattr(row, field)
        for field in ("held_on", "starts_at", "minutes", "also_kinds", *facts.LABELS, *guests.FACTS)
    }
    if not sight.sees_names:
        values |= guests.counted(values)
    words = facts.described({**values, "campaigns": campaigns, "joint": joint})
    words |= {label: sight.name(words[label]) for label in PEOPLE}
    return {**words, WHY_WITHDRAWN: row.withdrawn_reason}


def _title(number: int, *, withdrawn: bool) -> str:
    if number == 1:
        return "登记"
    return "撤回" if withdrawn else "修改"


def _people(activity: Activity, sight: Sight) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = defaultdict(list)
    changed: list[AttendanceChange] = list(activity.attendance_changes.select_related("member"))
    for row in changed:
        before, after = Mark(row.state_before, row.reason_before), Mark(row.state_after, row.reason_after)
        if not sight.sees_reasons:
            before, after = Mark(before.state), Mark(after.state)
        words = (facts.mark_in_words(before), facts.mark_in_words(after))
        found[row.version].append(Change(sight.name(row.member.name), *words))
    return found
