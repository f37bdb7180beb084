"""Details written with their record, read with it, and told as of each of its versions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from accounts.models import User
from activities.attendance import Mark
from activities.kinds import Kind
from activities.models import Activity, Attendance, Details

from .base import Name, Part, as_it_is
from .registry import PARTS, parts_of

Values = Mapping[str, Mapping[str, Any]]


def row_of(activity: Activity, part: type[Part]) -> Any:
    return part.model._default_manager.filter(activity=activity).first()


def rows_of(activity: Activity) -> list[tuple[type[Part], Any]]:
    """The details of a record, in the order of its kinds. One query for each kind that has some."""
    found = [(part, row_of(activity, part)) for part in parts_of(activity.kinds)]
    return [(part, row) for part, row in found if row is not None]


def words_of(
    activity: Activity, name: Name = as_it_is, *, printed: bool = False, kept: bool = True
) -> dict[str, str]:
    """Label → words of what is known; ``printed`` leaves out what no paper may say, ``kept=False`` what is for those
    who keep the record.
    """
    words: dict[str, str] = {}
    for part, row in rows_of(activity):
        left_out = (part.unprinted if printed else frozenset()) | (frozenset() if kept else part.for_keepers)
        words |= {
            label: text for label, text in part.words(row, name).items() if text and label not in left_out
        }
    return words


def guard(activity: Activity, marks: Mapping[UUID, Mark], *, by: User | None) -> None:
    """Refuse a correction that a kind of the record does not take; before anything is written."""
    came = {member for member, mark in marks.items() if mark.state == Attendance.State.PRESENT}
    for part in parts_of(activity.kinds):
        part.guard(activity, came, by)


def write(activity: Activity, sent: Values, *, by: User | None) -> None:
    """Write what was sent for the record's kinds; what it is no longer takes its details along. In the transaction of
    the record's verb, after the attendance.
    """
    kinds = activity.kinds
    for kind, part in PARTS.items():
        if kind not in sent and (kind in kinds or activity.version == 1):
            continue
        # A record that has just been made says nothing yet.
        row = row_of(activity, part) if activity.version > 1 else None
        if kind not in kinds:
            if row is not None:
                _say(row, activity, by)
                row.delete()
        else:
            _write(part, activity, row, dict(sent[kind]), by)


def _write(
    part: type[Part], activity: Activity, row: Details | None, values: dict[str, Any], by: User | None
) -> None:
    values = part.settle(activity, row, values, by)
    now = row or part.model(activity=activity)
    changed = {name: value for name, value in values.items() if getattr(now, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(now, name, value)
    _say(now, activity, by)
    now.save(force_insert=row is None)


def _say(row: Any, activity: Activity, by: User | None) -> None:
    row.version, row._history_user = activity.version, by


def words_by_version(
    activity: Activity, kinds: Iterable[Kind], name: Name = as_it_is, *, kept: bool = True
) -> dict[int, dict[str, str]]:
    """Version → all words as of it, for the versions at which they changed. One query for each of ``kinds``, all that
    the record ever was, that has details.
    """
    changes: dict[int, dict[str, str]] = defaultdict(dict)
    for part in parts_of(kinds):
        history: Any = part.model.history  # type: ignore[attr-defined]
        for row in history.filter(activity=activity.pk).order_by("history_id"):
            words = part.words(row, name)
            words = words if kept else {label: words[label] for label in words.keys() - part.for_keepers}
            changes[row.version] |= dict.fromkeys(words, "") if row.history_type == "-" else words
    found: dict[int, dict[str, str]] = {}
    words_then: dict[str, str] = {}
    for version in sorted(changes):
        words_then = words_then | changes[version]
        found[version] = words_then
    return found
