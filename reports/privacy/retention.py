"""What is deleted by itself when its time is over, by the terms of the register.

Results of jobs go each minute (jobs.running), values before an import after 30 days (members.batches), files of
evidence without a row each night (activities.evidence). The audit trail is never deleted: PIPL 56 asks for three years.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import SignedIn
from activities.models import LeaveRequest
from branches.models import Suggestion
from members import tombstones
from members.models import Member, StatusPeriod
from reports.closing import files

from .register import BY_CODE

#: A file is written before its row.
ORPHANED_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True)
class Expiry:
    """``count`` tells how many are over at a time, ``expire`` deletes or blanks them and tells how many."""

    code: str
    title: str
    count: Callable[[datetime], int]
    expire: Callable[[datetime], int]


def _bound(code: str, now: datetime) -> datetime:
    days = BY_CODE[code].days
    assert days is not None
    return now - timedelta(days=days)


def _old_sessions(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=now)


def _ended(now: datetime) -> QuerySet[SignedIn]:
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gte=now)
    return SignedIn.objects.filter(~Exists(live))


def _expire_sessions(now: datetime) -> int:
    number = _old_sessions(now).count()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return number


def _attempts(now: datetime) -> list[QuerySet[Any]]:
    bound = _bound("attempts", now)
    return [
        model.objects.filter(attempt_time__lt=bound) for model in (AccessAttempt, AccessFailureLog, AccessLog)
    ]


def _reasons(now: datetime) -> QuerySet[LeaveRequest]:
    day = timezone.localtime(_bound("leave", now)).date()
    return LeaveRequest.objects.filter(on__lt=day).exclude(reason="")


def _suggestions(now: datetime) -> QuerySet[Suggestion]:
    return Suggestion.objects.filter(answered_at__lt=_bound("suggestions", now))


def _left(now: datetime) -> QuerySet[Member]:
    """Who left more than a year ago and of whom the row or a version still says how to reach him."""
    day = timezone.localtime(_bound("contact", now)).date()
    says = ~Q(phone_cipher="", landline_cipher="", address_cipher="")
    versions = Member.history.model.objects.filter(says, id=OuterRef("pk"))
    left = StatusPeriod.objects.filter(
        member=OuterRef("pk"), status=StatusPeriod.Status.LEFT, since__lt=day, until=None
    )
    return Member.objects.filter(Exists(left)).filter(says | Exists(versions))


def _expire_contacts(now: datetime) -> int:
    """After a restore it does so again by itself, so nothing is remembered outside the database."""
    people = list(_left(now).select_for_update(of=("self",)))
    for member in people:
        tombstones.blank(member)
    return len(people)


def _orphans(now: datetime) -> list[Path]:
    """What lies in the folder and is named neither by a locked period nor by what goes out to subscribers."""
    known = {stored for model in files.KEEPERS for stored in model.objects.values_list("stored", flat=True)}
    oldest = (now - ORPHANED_AFTER).timestamp()
    return [
        path
        for path in files.folder().glob("*")
        if path.is_file() and path.name not in known and path.stat().st_mtime < oldest
    ]


def _delete_orphans(now: datetime) -> int:
    found = _orphans(now)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _deleted(rows: QuerySet[Any]) -> int:
    """How many of the rows asked for went; what hangs on them is not counted."""
    number = rows.count()
    rows.delete()
    return number


EXPIRIES: Final = (
    Expiry("sessions", "到期的会话", lambda now: _old_sessions(now).count(), _expire_sessions),
    Expiry(
        "signed_in", "已结束的登录设备", lambda now: _ended(now).count(), lambda now: _deleted(_ended(now))
    ),
    Expiry(
        "attempts",
        "登录失败",
        lambda now: sum(rows.count() for rows in _attempts(now)),
        lambda now: sum(_deleted(rows) for rows in _attempts(now)),
    ),
    Expiry(
        "leave",
        "满一年的请假原因",
        lambda now: _reasons(now).count(),
        lambda now: _reasons(now).update(reason=""),
    ),
    Expiry(
        "suggestions",
        "答复满三年的意见建议",
        lambda now: _suggestions(now).count(),
        lambda now: _deleted(_suggestions(now)),
    ),
    Expiry("contact", "离开满一年的联系方式", lambda now: _left(now).count(), _expire_contacts),
    Expiry("closings", "没有登记的锁定文件", lambda now: len(_orphans(now)), _delete_orphans),
)


def due(now: datetime) -> dict[str, int]:
    """Code → how many are over at ``now``; changes nothing."""
    return {one.code: one.count(now) for one in EXPIRIES}


def run(now: datetime) -> dict[str, int]:
    """Delete them; code → how many went. Audited when any did."""
    with transaction.atomic():
        gone = {one.code: one.expire(now) for one in EXPIRIES}
        if any(gone.values()):
            audit.record("privacy.expire", by=None, after=gone)
    return gone
