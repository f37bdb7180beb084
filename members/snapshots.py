"""The dated rows of people as they stood, to be put back: spells, status periods, seats in party groups.

An import that is undone and a merge that is taken back restore them exactly, whatever was derived in between.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import NoneType
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Max

from branches.models import Branch
from lib.among import among
from lib.dated import Dated

from .models import GroupMembership, Member, MembershipSpell, StatusPeriod

#: SQLite takes so many parameters in a statement and no more.
BATCH: Final = 500
KINDS: Final[dict[str, type[Dated]]] = {
    "spells": MembershipSpell,
    "statuses": StatusPeriod,
    "seats": GroupMembership,
}
#: What is no fact of the row itself: its key, whose it is, and where its branch stands now.
_ASIDE: Final = frozenset({"id", "member_id", "branch_path"})

#: What JSON has itself.
_AS_IT_IS: Final = (str, int, bool, NoneType)

T = TypeVar("T")
Rows = dict[str, list[dict[str, Any]]]


def all_of(model: type[Dated]) -> Any:
    """The rows of one of several models, whose fields no type can tell."""
    return model._default_manager


def in_batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def taken(people: Sequence[UUID]) -> dict[UUID, Rows]:
    """The dated rows of each person, ready for JSON. Three queries for each 500 people."""
    found: dict[UUID, Rows] = {pk: {name: [] for name in KINDS} for pk in people}
    for keys in in_batches(people):
        for name, model in KINDS.items():
            rows = all_of(model).filter(among("member", keys)).order_by("since", "pk")
            for row in rows.values():
                found[row["member_id"]][name].append({key: _plain(value) for key, value in row.items()})
    return found


def _plain(value: Any) -> Any:
    return value if isinstance(value, _AS_IT_IS) else str(value)


def digests_of(people: Sequence[UUID]) -> dict[UUID, str]:
    """For each person one text, equal as long as the dated rows say the same, whatever their keys are.

    Three queries for each 500 people.
    """
    found: dict[UUID, dict[str, list[Any]]] = {pk: {name: [] for name in KINDS} for pk in people}
    for keys in in_batches(people):
        for name, model in KINDS.items():
            facts = [each.attname for each in model._meta.concrete_fields if each.attname not in _ASIDE]
            rows = all_of(model).filter(among("member", keys)).order_by("since", "pk")
            for pk, *values in rows.values_list("member_id", *facts):
                found[pk][name].append(dict(zip(facts, values, strict=True)))
    return {
        pk: hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()
        for pk, rows in found.items()
    }


def put_back(kept: Mapping[UUID, Rows]) -> None:
    """Make the dated rows of these people what they were: those drawn since go, the others say what they said."""
    for name, model in KINDS.items():
        rows = [row for each in kept.values() for row in each[name]]
        keys = {row["id"] for row in rows}
        for people in in_batches(list(kept)):
            there = all_of(model).filter(member__in=people)
            extra = [pk for pk in there.values_list("pk", flat=True) if pk not in keys]
            all_of(model).filter(pk__in=extra).delete()
        write(model, rows)


def write(model: type[Dated], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as `taken` gives them, by their keys; one without a key is a new one."""
    paths: dict[int, str] = {}
    if any(column.name == "branch_path" for column in model._meta.concrete_fields):
        paths = dict(Branch.objects.values_list("pk", "path"))
    columns = [column.name for column in model._meta.concrete_fields if not column.primary_key]
    made = []
    for row in rows:
        values = {name: _value(name, value) for name, value in row.items()}
        if paths:
            values["branch_path"] = paths[row["branch_id"]]
        made.append(model(**values))
    all_of(model).bulk_create((row for row in made if row.pk is None), batch_size=BATCH)
    all_of(model).bulk_create(
        (row for row in made if row.pk is not None),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=columns,
    )


def _value(name: str, value: Any) -> Any:
    if name in ("since", "until"):
        return date.fromisoformat(value) if value else None
    return UUID(value) if name == "member_id" else value


def rows_of(model: type[Dated], people: Iterable[UUID]) -> list[dict[str, Any]]:
    """The rows of a few people, ready for JSON."""
    rows = all_of(model).filter(member__in=list(people)).order_by("pk")
    return [{key: _plain(value) for key, value in row.items()} for row in rows.values()]


def versions_of(people: Sequence[UUID]) -> dict[UUID, int]:
    """The last history row of each person. One query for each 500."""
    found: dict[UUID, int] = {}
    for keys in in_batches(people):
        rows = Member.history.filter(among("id", keys)).order_by().values_list("id")
        found |= dict(rows.annotate(last=Max("history_id")))
    return found
