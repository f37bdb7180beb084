"""Files handed in for an import: kept encrypted, for as long as the import takes and no longer.

What lies in the uploads folder is sealed for one upload and one part of it: the workbook itself (`SOURCE`), what was
found in it (`REVIEW`), and the rows to correct (`WRONG`).
"""

import hashlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib import encryption, file_names, files

from .models import Job, Upload

SOURCE: Final = "source"
REVIEW: Final = "review"
WRONG: Final = "wrong"
PARTS: Final = (SOURCE, REVIEW, WRONG)
KEEP: Final = timedelta(days=7)
STUCK_AFTER: Final = timedelta(minutes=30)


class Gone(Exception):
    """The file is no longer there: written, given up or expired."""


def keep(owner: User, kind: str, name: str, content: bytes) -> Upload:
    """Take a file in, under its name made fit to be shown."""
    upload = Upload(
        kind=kind,
        owner=owner,
        name=file_names.clean(name) or "文件",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    with transaction.atomic():
        upload.save(force_insert=True)
        store(upload, SOURCE, content)
        audit.record("upload.keep", by=owner, on=upload, after={"kind": kind, "sha256": upload.sha256})
    return upload


def store(upload: Upload, part: str, content: bytes) -> None:
    """Write a part, sealed, safely on the disk before it takes its name."""
    files.write(_path(upload, part), _cipher(part).seal(content, upload.pk))


def reseal(path: Path, upload: str, part: str) -> None:
    """Seal a file anew under the newest key; one that was deleted meanwhile stays away."""
    with suppress(FileNotFoundError):
        content = _cipher(part).unseal(path.read_bytes(), upload)
        files.write(path, _cipher(part).seal(content, upload))


def read(upload: Upload, part: str) -> bytes:
    """The content of a part; Gone when it is not there any more."""
    try:
        sealed = _path(upload, part).read_bytes()
    except FileNotFoundError:
        raise Gone from None
    return _cipher(part).unseal(sealed, upload.pk)


def has(upload: Upload, part: str) -> bool:
    return _path(upload, part).is_file()


def discard(upload: Upload, *parts: str) -> None:
    for part in parts or PARTS:
        _path(upload, part).unlink(missing_ok=True)


def drop(upload: Upload, *, by: User) -> None:
    """Give an upload up: the file goes at once, the trail stays."""
    with transaction.atomic():
        audit.record("upload.drop", by=by, on=upload)
        Upload.objects.filter(pk=upload.pk).delete()
    discard(upload)


def claim(upload: Upload) -> bool:
    """Turn an upload to writing; of two who try, one may."""
    waiting = Upload.objects.filter(pk=upload.pk, state__in=(Upload.State.OPEN, Upload.State.FAILED))
    if not waiting.update(state=Upload.State.WRITING, changed_at=timezone.now()):
        return False
    upload.state = Upload.State.WRITING
    return True


def release(upload: Upload, state: str, **facts: Any) -> None:
    """Say how the writing ended."""
    upload.state = state
    Upload.objects.filter(pk=upload.pk).update(state=state, changed_at=timezone.now(), **facts)


def sweep() -> int:
    """Delete the files of what is over or too old, and free what a killed process left in writing."""
    now = timezone.now()
    alive = Job.objects.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING))
    stuck = Upload.objects.filter(state=Upload.State.WRITING, changed_at__lt=now - STUCK_AFTER)
    stuck.exclude(job__in=alive).update(state=Upload.State.FAILED, changed_at=now)
    kept = set(Upload.objects.filter(created_at__gte=now - KEEP).values_list("pk", flat=True))
    names = {f"{pk.hex}.{part}" for pk in kept for part in PARTS}
    swept = 0
    for path in folder().glob("*"):
        if path.name not in names and path.stat().st_mtime < (now - STUCK_AFTER).timestamp():
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def folder() -> Path:
    return Path(settings.DATA_DIR) / "uploads" / "imports"


def _path(upload: Upload, part: str) -> Path:
    return folder() / f"{upload.pk.hex}.{part}"


def _cipher(part: str) -> encryption.FieldCipher:
    return encryption.cipher_for(Upload._meta.db_table, part)
