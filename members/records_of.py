"""Which people have records of any kind beyond being on the roster: attendance, posts, duties, whatever is above.

Rooms above hang their rows on people by foreign keys; the models themselves say which, so nothing is imported upwards.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Q

from . import snapshots
from .circumstances import FROM_ROSTER
from .models import (
    Circumstance,
    DistinctPair,
    ImportedRow,
    Member,
    MembershipSpell,
    RosterCorrection,
    StatusPeriod,
)

#: What every enrolled person has, and what is kept only about the record itself.
NO_RECORDS: Final = (MembershipSpell, StatusPeriod, ImportedRow, DistinctPair, RosterCorrection)
#: What the roster itself says besides, until somebody adds to it.
AS_ENROLLED: Final = {Circumstance: Q(evidence=FROM_ROSTER, until=None, contacted_on=None)}


def relations() -> Iterator[Any]:
    """Every foreign key to a person, hidden ones too; versions of other rows are none."""
    for relation in Member._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and not hasattr(relation.related_model, "instance_type"):
            yield relation


def remove_for(people: Sequence[UUID]) -> None:
    """Delete what people have who have no records; an imported row stays, without its person."""
    for relation in relations():
        model, column = relation.related_model, relation.field.name
        rows = model._default_manager.filter(**{f"{column}__in": people})
        if model is ImportedRow:
            rows.update(member=None)
        elif model in NO_RECORDS or model in AS_ENROLLED:
            rows.delete()


def found_for(people: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Person → what there is, in words. One query for each kind of record and 500 people."""
    found: dict[UUID, list[str]] = {}
    for relation in relations():
        model, column = relation.related_model, relation.field.name
        if model in NO_RECORDS:
            continue
        for keys in snapshots.in_batches(people):
            rows = model._default_manager.filter(**{f"{column}__in": keys}).order_by()
            rows = rows.exclude(AS_ENROLLED[model]) if model in AS_ENROLLED else rows
            for pk in rows.values_list(column, flat=True).distinct():
                words = found.setdefault(pk, [])
                label = str(model._meta.verbose_name)
                if label not in words:
                    words.append(label)
    for keys in snapshots.in_batches(people):
        holders = Member.objects.filter(pk__in=keys, account__isnull=False)
        for pk in holders.values_list("pk", flat=True):
            found.setdefault(pk, []).append("账号")
    return found
