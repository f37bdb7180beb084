"""The rows of all tables in one order and one spelling, whichever database they are in.

A row is a JSON list of its columns' values; a table is its rows by primary key, one a line, and its SHA-256 that of the
lines. So a table of SQLite and one of PostgreSQL that hold the same have the same checksum.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models
from django.db.models.functions import Collate

#: Sessions stay out: who had signed out would be signed in again by a restore.
LEFT_OUT: Final = frozenset({"django_session", "accounts_signedin"})
BATCH: Final = 2000
Model = type[models.Model]
#: Values of these come and go as JSON has them.
PLAIN: Final = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.FloatField,
)


@dataclass(frozen=True)
class TableSum:
    """What a table came to: its rows and the SHA-256 of their lines."""

    name: str
    rows: int
    sha256: str


def backed_up() -> dict[str, Model]:
    """The model of every table that belongs into a backup, by the table's name."""
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT
    }
    return dict(sorted(found.items()))


def columns_of(model: Model) -> list[str]:
    """In the order of their names: a column that came later stands elsewhere in an older database."""
    return sorted(str(field.column) for field in model._meta.concrete_fields)


def lines(model: Model) -> Iterator[bytes]:
    """Each row as its line, by primary key."""
    key = model._meta.pk
    assert key is not None
    names = {str(field.column): field.attname for field in model._meta.concrete_fields}
    # PostgreSQL would order texts by the language.
    is_text = connection.vendor == "postgresql" and isinstance(key, models.CharField)
    rows = (
        model._base_manager.order_by(Collate("pk", "C") if is_text else "pk")
        .values_list(*(names[column] for column in columns_of(model)))
        .iterator(chunk_size=BATCH)
    )
    for row in rows:
        text = json.dumps(row, default=_spell, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        yield text.encode() + b"\n"


def _spell(value: Any) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case UUID():
            return value.hex
        case Decimal():
            return str(value)
        case bytes() | memoryview():
            return b64encode(value).decode()
    raise TypeError(type(value).__name__)


def sum_of(name: str, model: Model) -> TableSum:
    """What the table comes to as it is in the database now."""
    digest, count = hashlib.sha256(), 0
    for line in lines(model):
        digest.update(line)
        count += 1
    return TableSum(name, count, digest.hexdigest())


def fill(model: Model, rows: Iterable[list[Any]]) -> None:
    """Write rows as `lines` spelled them into an empty table, in the current transaction."""
    fields = sorted(model._meta.concrete_fields, key=lambda field: str(field.column))
    readers = [_reader(field) for field in fields]
    ready = (
        [
            value if read is None or value is None else read(value)
            for read, value in zip(readers, row, strict=True)
        ]
        for row in rows
    )
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(fields))
            # Names of our own tables and columns; every value is a parameter.
            statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  the same
            while batch := list(islice(ready, BATCH)):
                cursor.executemany(statement, batch)


def _reader(field: Any) -> Callable[[Any], Any] | None:
    """What makes a column's value of what stood in the line; None where nothing is to be made."""
    target = field.target_field if field.is_relation else field
    if isinstance(target, PLAIN):
        return None
    return lambda value: target.get_db_prep_save(target.to_python(value), connection)


def empty(model: Model) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608  our own table


def count_on(written: Iterable[Model]) -> None:
    """Let the numbers of new rows go on behind those that were written."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(written)):
            cursor.execute(statement)
