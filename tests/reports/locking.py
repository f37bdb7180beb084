"""When the quarter of the tests is locked, and what is otherwise since."""

from datetime import date

from lib.periods import Period
from reports.closing import adjustments, files, periods, tables
from reports.management.asking import asked_of
from tests import scenes

THIRD, TODAY = Period.quarter(2026, 3), date(2026, 10, 8)
LATER = "2026-10-09 09:00 +0800"


#: What locking wrote into files, by the name it gave them.
_files = {}


def locked(by):
    """The third quarter locked by ``by``: counted once, then laid down again with its files."""
    closing = scenes.once(("locked", by and by.pk), lambda: periods.close(THIRD, by=by, today=TODAY))
    for file in closing.files.all():
        if file.stored in _files:
            files.write(file.stored, _files[file.stored])
        else:
            _files[file.stored] = files.path_of(file).read_bytes()
    return closing


def compared(closing, branch, reader=None, only=None):
    asked = tables.asked_of(asked_of(closing.period, None), branch)
    kept = list(closing.tables.filter(branch=branch).order_by("pk"))
    return adjustments.of(kept, asked, closing.closed_at, reader, only)
