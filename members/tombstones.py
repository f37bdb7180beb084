"""What was deleted at somebody's wish, remembered outside the database, so that a restored backup deletes it again.

A tombstone is a file in DATA_DIR/tombstones: the member's key, the column, and a signature of the value that was there.
It holds no value, and is never part of a backup. A number entered anew since is another value, and stays.
"""

import json
from collections.abc import Iterator, Mapping
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

from .models import Member

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
    """Blank the columns of the locked ``member``, in the versions of him, too; what was there in fact.

    Call within a transaction: the file is written when it commits.
    """
    values = {name: value for name in names if (value := getattr(member, name))}
    _blank(member, list(values))
    if values:
        signed = {name: _signature(member.pk, name, value) for name, value in values.items()}
        transaction.on_commit(lambda: _write(member.pk, signed))
    return list(values)


def _blank(member: Member, names: list[str]) -> None:
    for name in names:
        sealed: Encrypted = getattr(Member, name)
        setattr(member, name, "")
        blank = {column: getattr(member, column) for column in sealed.columns()}
        Member.objects.filter(pk=member.pk).update(**blank)
        member.history.filter(id=member.pk).update(**blank)


def _message(member: UUID, name: str, value: str) -> bytes:
    return f"{member}|{name}|{value}".encode()


def _signature(member: UUID, name: str, value: str) -> str:
    return encryption.sign(_message(member, name, value), _PURPOSE)


def _write(member: UUID, signed: Mapping[str, str]) -> None:
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
                _blank(member, back)
                audit.record("tombstone.apply", by=None, on=member, after={"fields": back})
    return Applied(len(people), fields, tuple(unreadable))


def _returned(member: Member, signed: Mapping[str, str]) -> list[str]:
    """The columns that hold, now or in a version, the very value that was deleted."""
    versions = [member, *member.history.all()]
    return [
        name
        for name, signature in signed.items()
        if name in DELETABLE and any(_is_same(member.pk, name, one, signature) for one in versions)
    ]


def _is_same(member: UUID, name: str, version: Any, signature: str) -> bool:
    token = getattr(version, getattr(Member, name).column)
    if not token:
        return False
    value = encryption.decrypt(token, table=Member._meta.db_table, field=name, row=member)
    return encryption.is_signed(_message(member, name, value), _PURPOSE, signature)
