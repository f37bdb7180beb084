"""New keys for what is encrypted: every column of every model, their versions in the history, and the uploads on disk.

How far it came stands in the values themselves: each token names the key that made it. So a run that was killed is
simply started again, and nothing is sealed twice. Each batch is one transaction.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q

from accounts import audit
from lib.encryption import SCHEME, Encrypted, cipher_for, forget_keys
from lib.keys import add_key, read_ring

from . import uploads

BATCH: Final = 500
Say = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Place:
    """The encrypted columns of one table: a model's own, or those of its versions, bound to the model's rows alike."""

    model: type[models.Model]
    owner: type[models.Model]
    sealed: tuple[Encrypted, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def rows(self) -> Any:
        return self.model._default_manager.order_by("pk")

    def row_of(self, row: Any) -> Any:
        """The key of the model's own row, to which its values are bound."""
        key = self.owner._meta.pk
        assert key is not None
        return getattr(row, key.attname)

    def outdated(self, prefix: str) -> Q:
        """Rows with a value that another key made."""
        found = Q(pk__in=[])
        for each in self.sealed:
            found |= ~Q(**{each.column: ""}) & ~Q(**{f"{each.column}__startswith": prefix})
        return found


def places() -> list[Place]:
    """Every table with encrypted columns, found by the models themselves."""
    found = []
    for model in apps.get_models():
        owner = getattr(model, "instance_type", model)
        sealed = tuple(each for each in vars(owner).values() if isinstance(each, Encrypted))
        if sealed:
            found.append(Place(model, owner, sealed))
    return found


def _prefix() -> str:
    return f"{SCHEME}.{read_ring(str(settings.KEYS_DIR), 'field').newest}."


def pending() -> int:
    """How many rows and files hold something that an older field key made."""
    prefix = _prefix()
    rows: int = sum(place.rows.filter(place.outdated(prefix)).count() for place in places())
    return rows + len(list(_old_files(prefix)))


def rotate_field(say: Say) -> tuple[str, int]:
    """Seal everything under the newest field key; a new key is made unless a run before left something undone.

    Returns the key's version and how many rows and files were sealed anew. Audited at both ends.
    """
    forget_keys()
    left = pending()
    if not left:
        add_key(settings.KEYS_DIR, "field")
        forget_keys()
    version = read_ring(str(settings.KEYS_DIR), "field").newest
    audit.record("keys.rotate", by=None, after={"key": "field", "version": version, "resumed": bool(left)})
    done = sum(_reseal(place, say) for place in places()) + _reseal_files(say)
    audit.record("keys.rotated", by=None, after={"key": "field", "version": version, "sealed": done})
    return version, done


def _reseal(place: Place, say: Say) -> int:
    prefix = _prefix()
    wanted = place.rows.filter(place.outdated(prefix))
    total, done, last = wanted.count(), 0, None
    while True:
        with transaction.atomic():
            batch = wanted.filter(pk__gt=last) if last is not None else wanted
            rows = list(batch.select_for_update()[:BATCH])
            _write(place, [each.column for each in place.sealed], [_resealed(place, row) for row in rows])
        if not rows:
            return done
        done, last = done + len(rows), rows[-1].pk
        say(place.label, done, max(total, done))


def _resealed(place: Place, row: Any) -> list[Any]:
    """The row's values under the newest key. Bound as before, so a value that was swapped stops the run."""
    bound_to = place.row_of(row)
    values = []
    for each in place.sealed:
        token = getattr(row, each.column)
        cipher = cipher_for(place.owner._meta.db_table, each.name)
        values.append(cipher.encrypt(cipher.decrypt(token, bound_to), bound_to) if token else "")
    return [*values, row.pk]


def _write(place: Place, columns: list[str], rows: list[list[Any]]) -> None:
    """Update many rows in one prepared statement; each ends with its key."""
    if not rows:
        return
    key = place.model._meta.pk
    assert key is not None
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(column)} = %s" for column in columns)
    where = quote(str(key.column))
    table = quote(place.model._meta.db_table)
    for row in rows:
        row[-1] = key.get_db_prep_value(row[-1], connection)
    with connection.cursor() as cursor:
        # Names of our own tables and columns; every value is a parameter.
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {where} = %s", rows)  # noqa: S608  the same


def _old_files(prefix: str) -> Iterator[tuple[Path, str, str]]:
    """Sealed files of the uploads that another key made: path, upload and part."""
    for path in sorted(uploads.folder().glob("*.*")):
        name, _, part = path.name.partition(".")
        if part in uploads.PARTS:
            with path.open("rb") as file:
                if not file.read(len(prefix)).startswith(prefix.encode()):
                    yield path, name, part


def _reseal_files(say: Say) -> int:
    found = list(_old_files(_prefix()))
    for done, (path, upload, part) in enumerate(found, start=1):
        uploads.reseal(path, upload, part)
        say("uploads", done, len(found))
    return len(found)


def add_to_ring(ring: str) -> str:
    """A new key for the backups to come ("backup"), or the entries ("audit"); those there are keep theirs.

    Returns its version. Audited; of the trail's own key the entry is the first that it signs.
    """
    with transaction.atomic():
        version = add_key(settings.KEYS_DIR, ring)
        forget_keys()
        audit.record("keys.rotated", by=None, after={"key": ring, "version": version})
    return version


def rotate_index(say: Say) -> tuple[str, int]:
    """Compute every index column anew under a new index key; while it runs nobody may write or search.

    A run that was killed goes on without another key: a row is done when its columns are what the newest key gives.
    """
    forget_keys()
    if not _is_unfinished():
        add_key(settings.KEYS_DIR, "index")
        forget_keys()
    version = read_ring(str(settings.KEYS_DIR), "index").newest
    audit.record("keys.rotate", by=None, after={"key": "index", "version": version})
    done = sum(_reindex(place, say) for place in places())
    audit.record("keys.rotated", by=None, after={"key": "index", "version": version, "indexed": done})
    return version, done


def _is_unfinished() -> bool:
    """Whether some row's index is not what the newest key gives; the last rows of a run are the ones to look at."""
    return any(
        _indexed(place, row)[:-1] != [getattr(row, column) for column in _index_columns(place)]
        for place in places()
        if _index_columns(place)
        for row in [*place.rows[:1], *place.rows.reverse()[:1]]
    )


def _index_columns(place: Place) -> list[str]:
    return [column for each in place.sealed for column in each.indexes]


def _indexed(place: Place, row: Any) -> list[Any]:
    bound_to = place.row_of(row)
    values: list[Any] = []
    for each in place.sealed:
        token = getattr(row, each.column)
        text = (
            cipher_for(place.owner._meta.db_table, each.name).decrypt(token, bound_to) if each.indexes else ""
        )
        values += [index(text) for index in each.indexes.values()]
    return [*values, row.pk]


def _reindex(place: Place, say: Say) -> int:
    columns = _index_columns(place)
    if not columns:
        return 0
    total, done, last = place.rows.count(), 0, None
    while True:
        with transaction.atomic():
            batch = place.rows.filter(pk__gt=last) if last is not None else place.rows
            rows = list(batch.select_for_update()[:BATCH])
            _write(place, columns, [_indexed(place, row) for row in rows])
        if not rows:
            return done
        done, last = done + len(rows), rows[-1].pk
        say(place.label, done, max(total, done))
