"""An uploaded register on its way: what was decided about it, its writing, and the rows that were left out."""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from jobs import uploads
from jobs.models import Upload
from lib.sheets.intake import Table, open_table

from .columns import NEEDED, SYNONYMS, WANTED
from .comparing import Review, review
from .marking import write_wrong_rows
from .page import problem_line
from .writing import write

KIND: Final = "register"


def open_upload(upload: Upload) -> Table:
    """The table of an upload; uploads.Gone when its file is not there any more."""
    return open_table(BytesIO(uploads.read(upload, uploads.SOURCE)), SYNONYMS, NEEDED, WANTED)


def renamed_in(upload: Upload) -> frozenset[int]:
    return frozenset(upload.decisions.get("renamed", ()))


def review_of(upload: Upload, by: User) -> Review:
    return review(open_upload(upload), by, renamed_in(upload))


def decide_renames(upload: Upload, *, offered: Iterable[int], ticked: Iterable[int]) -> None:
    """Of the rows offered, let the file rename the organisations of the ticked ones only."""
    kept = (renamed_in(upload) - set(offered)) | (set(ticked) & set(offered))
    upload.decisions = {**upload.decisions, "renamed": sorted(kept)}
    Upload.objects.filter(pk=upload.pk).update(decisions=upload.decisions)


def write_now(upload: Upload, by: User) -> dict[str, int]:
    """Write a claimed upload in one transaction and keep its wrong rows; the counts of what was written."""
    table = open_upload(upload)
    with transaction.atomic():
        written = write(table, by, renamed_in(upload))
        counts = {"new": len(written.new), "changed": len(written.to_change), "wrong": len(written.wrong)}
        uploads.release(upload, Upload.State.WRITTEN, outcome=counts)
    lines = [problem_line(written.table, problem) for problem in written.errors]
    uploads.discard(upload)
    if lines:
        uploads.store(upload, uploads.REVIEW, json.dumps(lines, ensure_ascii=False).encode())
        uploads.store(upload, uploads.WRONG, _workbook(written))
    return counts


def _workbook(of: Review) -> bytes:
    content = BytesIO()
    write_wrong_rows(of, content)
    return content.getvalue()


def wrong_rows_of(upload: Upload) -> list[dict[str, Any]]:
    """What was wrong in the rows that were left out; nothing once the file has expired."""
    try:
        found: list[dict[str, Any]] = json.loads(uploads.read(upload, uploads.REVIEW))
    except uploads.Gone:
        return []
    return found


def wrong_workbook_of(upload: Upload, by: User) -> bytes:
    """The rows to correct: of what was written as they were then, else as they are now; uploads.Gone without any."""
    if uploads.has(upload, uploads.SOURCE):
        found = review_of(upload, by)
        if found.wrong:
            return _workbook(found)
    return uploads.read(upload, uploads.WRONG)
