"""Every row of the project's tables, and what has changed between two looks at them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Model

from accounts.models import AuditEntry, AuditSeal
from branches.models import Branch, PathField
from tests import scenes

#: The trail notes what was tried; every attempt is another entry.
LEFT_OUT = (AuditEntry, AuditSeal)
OURS = ("accounts", "jobs", "branches", "members", "activities", "assessments", "reminders", "reports")
#: Columns that are another each time: passwords, keys and what is encrypted with them, the batch of letters.
RANDOM = (
    "password",
    "batch",
    "_cipher",
    "sha256",
    "result_file",
    "history_id",
    "Certificate.code",
    "token_hash",
    "session_key",
    "BallotCode.digest",
    "Evidence.stored",
    "Row.version",
)
NEW = "<new>"

Rows = Mapping[type[Model], Mapping[Any, Mapping[str, Any]]]


def all_rows() -> Rows:
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OURS and model not in LEFT_OUT
    ]
    some = scenes.filled()
    return {
        model: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        if model._meta.db_table in some
        else {}
        for model in models
    }


def changes(before: Rows, after: Rows) -> list[str]:
    """What was added, altered and taken away, in words; rows made meanwhile have no name of their own."""
    return sorted(_changes(before, after))


def _changes(before: Rows, after: Rows) -> Iterator[str]:
    for model, rows in after.items():
        label, old_rows = model._meta.label, before[model]
        for pk, row in rows.items():
            old = old_rows.get(pk)
            if old is None:
                yield f"{label} added: {_told(model, row, before)}"
            elif told := {name: value for name, value in row.items() if value != old[name]}:
                yield f"{label} {pk} altered: {_told(model, told, before)}"
        yield from (f"{label} {pk} taken away" for pk in old_rows.keys() - rows.keys())


def _told(model: type[Model], row: Mapping[str, Any], before: Rows) -> dict[str, str]:
    """Columns and values, without what is random and with rows made meanwhile unnamed."""
    told = {}
    # A new branch's place is made of its number, and PostgreSQL gives no number twice.
    places = {row[column] for row in before[Branch].values() for column in ("path", "order_key")}
    for field in model._meta.concrete_fields:
        name = field.attname
        if name not in row:
            continue
        related = field.related_model if field.is_relation else model if field.primary_key else None
        known = before.get(related)
        is_new = known is not None and row[name] is not None and row[name] not in known
        is_copy = name == "id" and model.__name__.startswith("Historical")
        is_new_place = isinstance(field, PathField) and row[name] not in places
        value = NEW if is_new or is_copy or is_new_place else row[name]
        told[name] = "<random>" if f"{model.__name__}.{name}".endswith(RANDOM) and value else str(value)
    return told
