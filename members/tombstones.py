"""What was deleted at somebody's wish, remembered outside the database, so that a restored backup deletes it again.

A tombstone is a file in DATA_DIR/tombstones: the member's key, the column, and a signature of each value that was
there, in the row, in its versions and in what imports and merges keep to be undone. It holds no value, and is never
part of a backup. A number entered anew since is another value, and stays.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from lib import encryption
from lib.encryption import Encrypted

from .models import ImportedRow, Member, Merge

#: What may be deleted: it serves to reach somebody, and no rule asks to keep it.
DELETABLE: Final = ("phone", "landline", "address")
_PURPOSE: Final = "tombstone"


@dataclass(frozen=True)
class Applied:
    """``unreadable``: names of files that nobody of ours wrote, or that were changed."""

    members: int
    fields: int
    unreadable: tuple[str, ...]


def folder() -> Path:
    return Path(settings.DATA_DIR) / "tombstones"


def clear(member: Member, names: tuple[str, ...] = DELETABLE) -> list[str]:
    """Blank the columns of the locked ``member`` wherever they are kept; returns which held anything.

    Call within a transaction: the file is written when it commits.
    """
    values = {name: found for name, found in _values(member, names).items() if found}
    blank(member, tuple(values))
    if values:
        signed = {name: [_signature(member.pk, name, one) for one in found] for name, found in values.items()}
        transaction.on_commit(lambda: _write(member.pk, signed))
    return list(values)


def _values(member: Member, names: Iterable[str]) -> dict[str, set[str]]:
    """Column → each value that is kept of it: now, in a version, or to undo an import or a merge."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for name, values in found.items():
        column, table = getattr(Member, name).column, Member._meta.db_table
        tokens = {getattr(version, column) for version in (member, *member.history.all())} - {""}
        values.update(encryption.decrypt(one, table=table, field=name, row=member.pk) for one in tokens)
    for _row, _state, places in _undoable(member):
        for facts in places:
            for name, values in found.items():
                values.update({facts.get(name) or ""} - {""})
    return found


def _undoable(member: Member) -> Iterator[tuple[ImportedRow | Merge, dict[str, Any], list[dict[str, Any]]]]:
    """What can still be undone of him: the row, what it keeps, and where in it his facts stand."""
    for row in member.imported_rows.exclude(before_cipher=""):
        state = json.loads(row.before)
        yield row, state, [state["facts"]]
    for done in member.merges.exclude(before_cipher=""):
        state = json.loads(done.before)
        yield done, state, [state["kept"], state["source"], state["filled"]]


def blank(member: Member, names: tuple[str, ...] = DELETABLE) -> None:
    """The same without remembering it."""
    for name in names:
        sealed: Encrypted = getattr(Member, name)
        setattr(member, name, "")
        columns = {column: getattr(member, column) for column in sealed.columns()}
        Member.objects.filter(pk=member.pk).update(**columns)
        member.history.filter(id=member.pk).update(**columns)
    for row, state, places in _undoable(member):
        for facts in places:
            facts.update({name: "" for name in names if name in facts})
        row.before = json.dumps(state, ensure_ascii=False)
        row.save(update_fields=["before_cipher"])


def _message(member: UUID, name: str, value: str) -> bytes:
    return f"{member}|{name}|{value}".encode()


def _signature(member: UUID, name: str, value: str) -> str:
    return encryption.sign(_message(member, name, value), _PURPOSE)


def _write(member: UUID, signed: Mapping[str, list[str]]) -> None:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / f"{timezone.localdate():%Y%m%d}-{uuid4().hex}.json"
    path.touch(mode=0o600)
    body = {"member": str(member), "fields": signed, "at": timezone.now().isoformat()}
    path.write_text(json.dumps(body), encoding="utf-8")


def _read() -> Iterator[tuple[Path, dict[str, Any] | None]]:
    for path in sorted(folder().glob("*.json")):
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            body["member"], body["fields"] = UUID(body["member"]), dict(body["fields"])
            # Older files have one signature a column.
            for name, signed in body["fields"].items():
                body["fields"][name] = [signed] if isinstance(signed, str) else list(signed)
        except (ValueError, KeyError, TypeError):
            yield path, None
        else:
            yield path, body


def apply(*, is_dry: bool = False) -> Applied:
    """Delete again what a restored backup brought back. Audited, once for each member."""
    people: set[UUID] = set()
    fields, unreadable = 0, []
    for path, body in _read():
        if body is None:
            unreadable.append(path.name)
            continue
        with transaction.atomic():
            member = Member.objects.select_for_update(of=("self",)).filter(pk=body["member"]).first()
            back = [] if member is None else _returned(member, body["fields"])
            if member is None or not back:
                continue
            people.add(member.pk)
            fields += len(back)
            if not is_dry:
                blank(member, tuple(back))
                audit.record("tombstone.apply", by=None, on=member, after={"fields": back})
    return Applied(len(people), fields, tuple(unreadable))


def _returned(member: Member, signed: Mapping[str, list[str]]) -> list[str]:
    """The columns of which a value that was deleted is there again."""
    return [
        name
        for name, values in _values(member, [name for name in signed if name in DELETABLE]).items()
        if any(_is_same(member.pk, name, value, signature) for value in values for signature in signed[name])
    ]


def _is_same(member: UUID, name: str, value: str, signature: str) -> bool:
    return encryption.is_signed(_message(member, name, value), _PURPOSE, signature)
