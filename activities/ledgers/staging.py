"""An uploaded ledger on its way: its check, its writing, and the rows that were left out as a workbook."""

from io import BytesIO
from typing import Final

from django.db import transaction

from accounts.models import User
from jobs import uploads
from jobs.models import Upload
from lib.sheets.writing import annotate_workbook, marked

from .reading import open_ledger
from .writing import Review, review, write

KIND: Final = "ledger"


def review_of(upload: Upload, by: User) -> Review:
    """uploads.Gone when its file is not there any more."""
    return review(open_ledger(BytesIO(uploads.read(upload, uploads.SOURCE))), by)


def write_now(upload: Upload, by: User) -> dict[str, int]:
    """Write a claimed upload in one transaction and keep its wrong rows; the counts of what was written."""
    table = open_ledger(BytesIO(uploads.read(upload, uploads.SOURCE)))
    with transaction.atomic():
        written = write(table, by, source=upload.name)
        counts = {"new": len(written.new), "unchanged": len(written.unchanged), "wrong": len(written.wrong)}
        uploads.release(upload, Upload.State.WRITTEN, outcome=counts)
    uploads.discard(upload)
    if written.wrong:
        uploads.store(upload, uploads.WRONG, wrong_rows(written))
    return counts


def wrong_rows(of: Review) -> bytes:
    """Only the wrong rows, in the file's own columns; corrected, they can be taken in like the file itself."""
    content = BytesIO()
    rows = (marked(entry.row, entry.errors, {}) for entry in of.wrong)
    annotate_workbook(content, of.table.sheet, of.table.header, rows)
    return content.getvalue()


def wrong_workbook_of(upload: Upload, by: User) -> bytes:
    """The rows to correct: of what was written as they were then, else as they are now; uploads.Gone without any."""
    if uploads.has(upload, uploads.SOURCE) and (found := review_of(upload, by)).wrong:
        return wrong_rows(found)
    return uploads.read(upload, uploads.WRONG)
