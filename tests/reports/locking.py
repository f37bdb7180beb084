"""When the quarter of the tests is locked, and what is otherwise since."""

from datetime import date

from lib.periods import Period
from reports.closing import adjustments, tables
from reports.management.asking import asked_of

THIRD, TODAY = Period.quarter(2026, 3), date(2026, 10, 8)
LATER = "2026-10-09 09:00 +0800"


def compared(closing, branch, reader=None, only=None):
    asked = tables.asked_of(asked_of(closing.period, None), branch)
    kept = list(closing.tables.filter(branch=branch).order_by("pk"))
    return adjustments.of(kept, asked, closing.closed_at, reader, only)
