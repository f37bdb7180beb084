"""What happened to one object, from its history rows and from the audit trail, as a page can show it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, cast

from django.db.models import Field, ForeignKey, Model

from accounts.models import AuditEntry
from accounts.wording import action_label

LENGTH = 100
OUTSIDE = "（不在您的范围内）"

#: Names of related rows by primary key; a row the reader may not see is left out.
Names = Callable[["ForeignKey[Any, Any]", set[Any]], dict[Any, str]]
#: How a page shows the value of a column that it does not show in clear.
Masks = Mapping[str, Callable[[Any], str]]


@dataclass(frozen=True)
class Deed:
    at: datetime
    by: str
    what: str
    refused: bool


@dataclass(frozen=True)
class Change:
    at: datetime
    by: str
    field: str
    old: str
    new: str


def deeds(obj: Model) -> list[Deed]:
    """What the audit trail says was done to ``obj``, newest first."""
    entries = AuditEntry.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
    return [
        Deed(
            at=entry.at,
            by=entry.actor_label,
            what=action_label(entry.action),
            refused=entry.outcome == AuditEntry.Outcome.DENIED,
        )
        for entry in entries.order_by("-at", "-id")[:LENGTH]
    ]


def changes(obj: Model, names: Names, masks: Masks) -> list[Change]:
    """Field by field, newest first. Columns that no form edits are left out, the encrypted ones among them."""
    if not hasattr(obj, "history"):
        return []
    records = list(obj.history.select_related("history_user")[:LENGTH])
    found = [
        (newer, cast("Field[Any, Any]", obj._meta.get_field(delta.field)), delta.old, delta.new)
        for newer, older in pairwise(records)
        for delta in newer.diff_against(older).changes
    ]
    labels = _labels(found, names)
    return [
        Change(
            at=record.history_date,
            by=str(record.history_user or "系统"),
            field=str(getattr(field, "verbose_name", field.name)),
            old=_shown(field, old, labels, masks),
            new=_shown(field, new, labels, masks),
        )
        for record, field, old, new in found
    ]


def _labels(found: Iterable[tuple[Any, Any, Any, Any]], names: Names) -> dict[str, dict[Any, str]]:
    """One query for each foreign key that changed."""
    wanted: dict[str, tuple[Any, set[Any]]] = {}
    for _, field, old, new in found:
        if isinstance(field, ForeignKey):
            wanted.setdefault(field.name, (field, set()))[1].update({old, new} - {None})
    return {name: names(field, keys) for name, (field, keys) in wanted.items()}


def _shown(field: "Field[Any, Any]", value: Any, labels: dict[str, dict[Any, str]], masks: Masks) -> str:
    if value is None or value == "":
        return "（空）"
    if field.name in masks:
        return masks[field.name](value)
    if isinstance(field, ForeignKey):
        return labels[field.name].get(value, OUTSIDE)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
