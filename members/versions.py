"""History rows for many members at once: copied inside the database, where Python would make an object of each."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from django.db import connection, models
from django.db.models import Value
from django.utils import timezone

from accounts.models import User
from lib.among import among
from lib.encryption import Encrypted, cipher_for

from .models import Member

CREATED: Literal["+"] = "+"
CHANGED: Literal["~"] = "~"
REMOVED: Literal["-"] = "-"
#: What a later version may say differently without anybody having edited the person.
_ASIDE = frozenset({"account", "branch_path"})
BATCH = 500


def keep(members: Sequence[UUID], kind: Literal["+", "~", "-"], by: User | None, reason: str) -> None:
    """Copy the rows as they are now into the history, as django-simple-history would write them one by one."""
    history = Member.history.model
    columns = [column.attname for column in history.tracked_fields]
    added = {
        "history_date": Value(timezone.now(), output_field=models.DateTimeField()),
        "history_type": Value(kind, output_field=models.CharField()),
        "history_user_id": Value(by.pk if by else None, output_field=models.BigIntegerField()),
        "history_change_reason": Value(reason[:100] or None, output_field=models.CharField()),
    }
    rows = (
        Member.objects.filter(among("pk", members)).order_by().annotate(**added).values_list(*columns, *added)
    )
    select, parameters = rows.query.get_compiler(connection=connection).as_sql()
    quoted = ", ".join(connection.ops.quote_name(name) for name in (*columns, *added))
    table = connection.ops.quote_name(history._meta.db_table)
    with connection.cursor() as cursor:
        # Names of our own columns and a statement the ORM wrote; every value is a parameter.
        cursor.execute(f"INSERT INTO {table} ({quoted}) {select}", parameters)


def save(members: Sequence[Member], by: User | None, reason: str) -> None:
    """Write whole rows in few statements, with their history (``bulk_update`` takes minutes for thousands of rows)."""
    columns = [column.name for column in Member._meta.concrete_fields if not column.primary_key]
    Member.objects.bulk_create(
        members, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=columns
    )
    keys = [member.pk for member in members]
    for start in range(0, len(keys), BATCH):
        keep(keys[start : start + BATCH], CHANGED, by, reason)


def changed_since(known: Mapping[UUID, int]) -> set[UUID]:
    """Of people with a version each, those whose facts were changed by a later one. Two queries for each 500."""
    facts = [column.attname for column in Member.history.model.tracked_fields if column.name not in _ASIDE]
    found: set[UUID] = set()
    people = list(known)
    for start in range(0, len(people), 500):
        keys = people[start : start + 500]
        since = min(known[pk] for pk in keys)
        rows = Member.history.filter(among("id", keys), history_id__gte=since).order_by("history_id")
        before: dict[UUID, tuple[object, ...]] = {}
        for number, *values in rows.values_list("history_id", *facts):
            pk = values[facts.index("id")]
            if number < known[pk]:
                continue
            if before.setdefault(pk, tuple(values)) != tuple(values):
                found.add(pk)
    return found


def hand_over(source: UUID, kept: UUID) -> list[int]:
    """Let the versions of one person be another's, what is encrypted in them too; returns which they were."""
    keys = list(Member.history.filter(id=source).order_by("history_id").values_list("history_id", flat=True))
    _rename(keys, source, kept)
    return keys


def give_back(keys: Sequence[int], kept: UUID, source: UUID) -> None:
    _rename(keys, kept, source)


def _rename(keys: Sequence[int], old: UUID, new: UUID) -> None:
    """An encrypted value is bound to its person, so it is sealed anew."""
    rows = list(Member.history.filter(history_id__in=list(keys), id=old))
    sealed = [each for each in vars(Member).values() if isinstance(each, Encrypted)]
    for row in rows:
        row.id = new
        for each in sealed:
            if token := getattr(row, each.column):
                cipher = cipher_for(Member._meta.db_table, each.name)
                setattr(row, each.column, cipher.encrypt(cipher.decrypt(token, old), new))
    Member.history.bulk_update(rows, ["id", *(each.column for each in sealed)], batch_size=100)
