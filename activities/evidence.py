"""The verbs of evidence: add a file to a record, take it away; and where its content lies."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib import file_names, files, scanning
from lib.attachments.accepting import Accepted, accept
from lib.attachments.kinds import ENDINGS, Refused

from . import supplements, talks
from .kinds import CONFIDENTIAL
from .models import Activity, Evidence, Supplement
from .records import open_to
from .refusals import RecordError

ADD: Final = "添加材料"
REMOVE: Final = "移除材料"
THUMBNAIL: Final = ".thumbnail"
#: A file that no row names is one that is being written, until it is this old.
ORPHANED_AFTER: Final = timedelta(days=1)

logger = logging.getLogger(__name__)


class AlreadyThere(RecordError):
    """The record has this very file."""

    def __init__(self) -> None:
        super().__init__("这份材料已经在这条记录里，没有重复添加。")


@dataclass
class Added:
    """What became of several files: how many were taken, and of each other its name and why it was not."""

    number: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def add_each(activity: Activity, chosen: Iterable[File[Any]], *, by: User, is_again: bool = False) -> Added:
    """Each file for itself: one that is not taken keeps no other from being taken.

    ``is_again`` is for what may be sent a second time: a file that is there already is no fault then.
    """
    found = Added()
    for file in chosen:
        try:
            add(activity, file, by=by)
        except AlreadyThere as known:
            if not is_again:
                found.refused.append((_shown_name(file), str(known)))
        except RecordError as error:
            found.refused.append((_shown_name(file), str(error)))
        except OSError:
            logger.exception("A file could not be written.")
            found.refused.append((_shown_name(file), "服务器没有存下，请稍后再添加。"))
        else:
            found.number += 1
    return found


def _shown_name(file: File[Any]) -> str:
    return file_names.clean(file.name or "") or "文件"


def add(activity: Activity, file: File[Any], *, by: User) -> Evidence:
    """Attach a file to a record under its name made fit to be shown. Audited.

    RecordError says what is wrong with the file, or that there is no room for it. What others handed in with it is not
    touched by that: each file is one transaction.
    """
    with transaction.atomic():
        _check_room(_open(activity, by, ADD), 0)
    accepted = _accepted(file)
    stored = secrets.token_hex(16)
    try:
        with transaction.atomic():
            current = _open(activity, by, ADD)
            _check_room(current, len(accepted.content))
            if current.evidence.filter(sha256=accepted.sha256).exists():
                raise AlreadyThere
            row = _row(current, accepted, file.name or "")
            row.stored, row.added_by = stored, by
            row.save(force_insert=True)
            _store(row, accepted)
            audit.record("evidence.add", by=by, on=current, after=_told(row, current))
            supplements.meet(current, Supplement.How.EVIDENCE, by=by)
    except BaseException:
        discard(stored)
        raise
    return row


def _open(activity: Activity, by: User, deed: str) -> Activity:
    """The record as for every verb; of a talk only to those who may read what was said."""
    current = open_to(activity, by, deed)
    if current.kind in CONFIDENTIAL and not talks.may_read(by, current):
        raise RecordError(f"谈话的材料由谈话人或本支部书记{deed.removesuffix('材料')}。")
    return current


def _told(row: Evidence, activity: Activity) -> dict[str, str]:
    """What the trail keeps of a file: of a talk not even its name."""
    name = {} if activity.kind in CONFIDENTIAL else {"file": row.name}
    return {**name, "sha256": row.sha256}


def _accepted(file: File[Any]) -> Accepted:
    if file.size > settings.EVIDENCE_FILE_MB << 20:
        raise RecordError(f"文件超过 {settings.EVIDENCE_FILE_MB} MB，请缩小或拆开后再添加。")
    content = file.read()
    try:
        scanning.check(content)
        return accept(content)
    except Refused as refusal:
        raise RecordError(str(refusal)) from None


def _check_room(activity: Activity, size: int) -> None:
    most, year = settings.EVIDENCE_RECORD_FILES, activity.held_on.year
    if activity.evidence.count() >= most:
        raise RecordError(f"每条记录最多 {most} 份材料，已经满了。请先移除用不着的。")
    of_year = Evidence.objects.filter(activity__branch=activity.branch, activity__held_on__year=year)
    used = of_year.aggregate(size=Sum("size"))["size"] or 0
    if used + size > settings.EVIDENCE_BRANCH_MB << 20:
        raise RecordError(
            f"本支部 {year} 年的材料合计不能超过 {settings.EVIDENCE_BRANCH_MB} MB，已经没有空间。"
            "请先移除用不着的，或请系统管理员调大。"
        )


def _row(activity: Activity, accepted: Accepted, name: str) -> Evidence:
    endings = ENDINGS[accepted.kind]
    row = Evidence(
        activity=activity,
        branch_path=activity.branch_path,
        kind=accepted.kind,
        name=file_names.clean(name, endings) or f"材料{endings[0]}",
        size=len(accepted.content),
        sha256=accepted.sha256,
    )
    if picture := accepted.picture:
        row.width, row.height = picture.width, picture.height
        if picture.dhash is not None:
            parts = (picture.dhash >> shift & 0xFFFF for shift in (48, 32, 16, 0))
            row.dhash_1, row.dhash_2, row.dhash_3, row.dhash_4 = parts
    return row


def _store(row: Evidence, accepted: Accepted) -> None:
    files.write(path_of(row), accepted.content)
    if accepted.picture:
        files.write(thumbnail_of(row), accepted.picture.thumbnail)


def remove(row: Evidence, *, by: User) -> None:
    """Take a file away for good; its content goes when that is committed. Audited, once."""
    with transaction.atomic():
        current = _open(row.activity, by, REMOVE)
        if found := Evidence.objects.filter(pk=row.pk).first():
            found.delete()
            audit.record("evidence.delete", by=by, on=current, before=_told(row, current))


@receiver(post_delete, sender=Evidence)
def _forget(instance: Evidence, **kwargs: Any) -> None:
    """Whatever deletes a row, one of its record included, takes the content along."""
    transaction.on_commit(lambda: discard(instance.stored))


def discard(stored: str) -> None:
    (folder() / stored).unlink(missing_ok=True)
    (folder() / f"{stored}{THUMBNAIL}").unlink(missing_ok=True)


def sweep() -> int:
    """Delete what no row names and a killed process or a restored database left behind."""
    known = set(Evidence.objects.values_list("stored", flat=True))
    oldest = (timezone.now() - ORPHANED_AFTER).timestamp()
    swept = 0
    for path in folder().glob("*"):
        if path.name.removesuffix(THUMBNAIL) not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def folder() -> Path:
    return Path(settings.DATA_DIR) / "evidence"


def path_of(row: Evidence) -> Path:
    return folder() / row.stored


def thumbnail_of(row: Evidence) -> Path:
    return folder() / f"{row.stored}{THUMBNAIL}"
