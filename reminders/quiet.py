"""When people may be disturbed: on working days, from 8 in the morning to 9 in the evening."""

from datetime import datetime, time

from django.utils import timezone

from lib.workdays import is_workday

FIRST, LAST = time(8), time(21)


def may_send(at: datetime) -> bool:
    there = timezone.localtime(at)
    return FIRST <= there.time() < LAST and is_workday(there.date())
