"""The trail of who did what: written with the change, sealed into a chain, checked by ``verify_audit``.

An entry carries an HMAC of its own contents, so an edit shows at once. The sealer links unsealed entries into a
chain every minute, so a deletion or a reordering shows too, and the head of the chain is anchored in a file outside
the database, so that even a chain rebuilt from its beginning shows.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from lib import encryption
from lib.commands import command_line

from .models import AuditEntry, AuditSeal, User

GENESIS = "0" * 64
UNSEALED_LIMIT = timedelta(minutes=10)
#: After so many seals the checker says how far it is.
TOLD_EVERY = 2000
remote_address: ContextVar[str] = ContextVar("remote_address", default="")
_added: ContextVar[Mapping[str, Any]] = ContextVar("added", default=MappingProxyType({}))


@contextmanager
def adding(**facts: Any) -> Iterator[None]:
    """Each entry made meanwhile says ``facts``, too."""
    token = _added.set(facts)
    try:
        yield
    finally:
        _added.reset(token)


def record(
    action: str,
    *,
    by: User | None,
    on: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    branch_path: str | None = None,
    denied: bool = False,
) -> AuditEntry:
    """Write one entry in the current transaction. Sensitive values must come in hashed (:func:`hashed`)."""
    entry = entry_of(action, by=by, on=on, before=before, after=after, branch_path=branch_path, denied=denied)
    entry.save(force_insert=True)
    return entry


def export_line(entry: AuditEntry, by: User | None) -> str:
    """What stands in the banner of a file that left: who took it, when, and the entry that says so."""
    who = by.name if by else entry.actor_label
    return f"导出人 {who}，{timezone.localtime():%Y-%m-%d %H:%M}，编号 {str(entry.pk)[:8]}。"


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write entries of :func:`entry_of` in the current transaction, many in one statement."""
    AuditEntry.objects.bulk_create(entries, batch_size=500)


def entry_of(
    action: str,
    *,
    by: User | None,
    on: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    branch_path: str | None = None,
    denied: bool = False,
) -> AuditEntry:
    """One signed entry, to be written by :func:`record_all`."""
    entry = AuditEntry(
        actor=by,
        actor_label=str(by) if by else nobody(),
        address=remote_address.get() or command_line.get(),
        action=action,
        object_type=on._meta.label_lower if on is not None else "",
        object_id=str(on.pk) if on is not None else "",
        object_label=str(on)[:200] if on is not None else "",
        branch_path=(getattr(on, "branch_path", "") or "") if branch_path is None else branch_path,
        outcome=AuditEntry.Outcome.DENIED if denied else AuditEntry.Outcome.DONE,
        before=dict(before or {}),
        after={**(after or {}), **_added.get()},
    )
    entry.mac = encryption.sign(_message(entry), "audit")
    return entry


def nobody() -> str:
    """Who is named where no account did it: a command says whose it is, a job is the system's."""
    return command_line.get() or "系统"


def hashed(value: object) -> str:
    """What stands in the trail for a sensitive value: equal values look equal, none can be read."""
    return f"#{encryption.blind_index('audit', str(value))[:16]}" if value not in (None, "") else ""


def _message(entry: AuditEntry) -> bytes:
    """Every column of the entry but its HMAC."""
    fields = [
        str(entry.pk),
        entry.at.astimezone(timezone.get_fixed_timezone(0)).isoformat(),
        str(entry.actor_id or ""),
        entry.actor_label,
        entry.address,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.object_label,
        entry.branch_path,
        entry.outcome,
        json.dumps(entry.before, sort_keys=True, ensure_ascii=False),
        json.dumps(entry.after, sort_keys=True, ensure_ascii=False),
    ]
    return json.dumps(fields, ensure_ascii=False).encode()


def is_genuine(entry: AuditEntry) -> bool:
    """Signed by any audit key, also one that was rotated out."""
    return encryption.is_signed(_message(entry), "audit", entry.mac)


def _link(number: int, previous: str, mac: str) -> str:
    return hashlib.sha256(f"{number}|{previous}|{mac}".encode()).hexdigest()


def seal(limit: int = 5000) -> int:
    """Link unsealed entries, oldest first; two sealers at once cannot both win. Returns how many were linked."""
    try:
        with transaction.atomic():
            last = AuditSeal.objects.order_by("-number").first()
            number, previous = (last.number, last.hash) if last else (0, GENESIS)
            seals = []
            for entry in AuditEntry.objects.filter(seal__isnull=True).order_by("at", "id")[:limit]:
                number += 1
                previous_hash, previous = previous, _link(number, previous, entry.mac)
                seals.append(AuditSeal(number=number, entry=entry, previous=previous_hash, hash=previous))
            AuditSeal.objects.bulk_create(seals)
    except IntegrityError:
        return 0
    return len(seals)


def anchor() -> Path | None:
    """Write the head of the chain to a dated file outside the database; an existing file is never overwritten."""
    head = AuditSeal.objects.order_by("-number").first()
    if head is None:
        return None
    folder = Path(settings.DATA_DIR) / "audit"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    body = {"number": head.number, "hash": head.hash, "at": timezone.now().isoformat()}
    path = folder / f"head-{timezone.localdate():%Y%m%d}-{head.number}.json"
    if not path.exists():
        text = json.dumps({**body, "mac": encryption.sign(json.dumps(body).encode(), "anchor")})
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    return path


@dataclass(frozen=True)
class Break:
    """One thing wrong with the trail; ``where`` is a seal number, an entry id or a file name."""

    where: str
    message: str


def verify(told: Callable[[int], None] | None = None) -> Iterator[Break]:
    """Everything wrong with the trail: edits, gaps, broken links, anchors that disagree, entries left unsealed.

    ``told`` hears now and then which seal is being looked at. The keys are read anew, as another process may have
    added one.
    """
    encryption.forget_keys()
    previous, expected = GENESIS, 1
    hashes: dict[int, str] = {}
    seals = AuditSeal.objects.select_related("entry").order_by("number")
    for link in seals.iterator(chunk_size=TOLD_EVERY):
        if told and link.number % TOLD_EVERY == 0:
            told(link.number)
        if link.number != expected:
            yield Break(str(expected), f"第 {expected} 至 {link.number - 1} 号封存缺失。")
        if not is_genuine(link.entry):
            yield Break(str(link.number), f"第 {link.number} 号记录的内容与签名不符，可能被改动。")
        if link.previous != previous or link.hash != _link(link.number, link.previous, link.entry.mac):
            yield Break(str(link.number), f"第 {link.number} 号封存与前一号不衔接。")
        previous, expected = link.hash, link.number + 1
        hashes[link.number] = link.hash
    yield from _unsealed_breaks()
    yield from _anchor_breaks(hashes)


def _unsealed_breaks() -> Iterator[Break]:
    for entry in AuditEntry.objects.filter(seal__isnull=True).order_by("at").iterator():
        if not is_genuine(entry):
            yield Break(str(entry.pk), "未封存记录的内容与签名不符，可能被改动。")
        if timezone.now() - entry.at > UNSEALED_LIMIT:
            yield Break(str(entry.pk), "记录超过 10 分钟未封存，请检查后台任务是否运行。")


def _anchor_breaks(hashes: Mapping[int, str]) -> Iterator[Break]:
    folder = Path(settings.DATA_DIR) / "audit"
    for path in sorted(folder.glob("head-*.json")):
        anchor_data = json.loads(path.read_text(encoding="utf-8"))
        signature = anchor_data.pop("mac", "")
        if not encryption.is_signed(json.dumps(anchor_data).encode(), "anchor", signature):
            yield Break(path.name, f"锚定文件 {path.name} 的签名不符。")
        elif hashes.get(anchor_data["number"]) != anchor_data["hash"]:
            yield Break(path.name, f"第 {anchor_data['number']} 号封存与锚定文件 {path.name} 不符。")
