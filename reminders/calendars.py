"""Each person's reminders as a calendar (RFC 5545) under a secret address, which can be made anew at any time."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts import audit, counting
from accounts.models import User

from .kinds import kind_of
from .models import CalendarFeed, Reminder

TOKEN_BYTES = 32
#: The longest line, in bytes; what is longer goes on in the next one, after a blank.
LINE_BYTES = 75
#: How often a feed may be fetched, and an address may ask for what is not there, in so many seconds.
ASKED, WRONG, SECONDS = 30, 30, 600


def reset(user: User, *, by: User) -> str:
    """A new secret, returned this once; the address of the old one is none any more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        feed, _ = CalendarFeed.objects.update_or_create(user=user, defaults={"token_hash": _hash(token)})
        audit.record("calendar.reset", by=by, on=feed)
    return token


def close(user: User, *, by: User) -> None:
    with transaction.atomic():
        for feed in CalendarFeed.objects.filter(user=user):
            audit.record("calendar.close", by=by, on=feed)
            feed.delete()


def reader_of(token: str) -> User | None:
    """Whose feed it is; None for one that was guessed or made anew since, and for a closed account."""
    feeds = CalendarFeed.objects.filter(token_hash=_hash(token), user__is_active=True)
    feed = feeds.select_related("user").first()
    return feed.user if feed else None


def may_ask(whose: str, limit: int) -> bool:
    """False after ``limit`` times in ten minutes."""
    return counting.times("calendar", whose, SECONDS) <= limit


def _hash(token: str) -> str:
    """The secret is random and long: a plain hash cannot be turned round, and is found by an index."""
    return hashlib.sha256(token.encode()).hexdigest()


def feed_of(user: User) -> str:
    """What is open, each on its day; of what may name people only the kind."""
    rows = Reminder.objects.visible_to(user).open().order_by("due_on", "pk")
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Branchbook//ZH", "X-WR-CALNAME:支部簿待办")
    lines = [*head, *(line for row in rows for line in _event(row)), "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(row: Reminder) -> Iterable[str]:
    kind = kind_of(row.kind)
    url = f"{settings.SITE_URL}{row.url or reverse('todo')}"
    return (
        "BEGIN:VEVENT",
        f"UID:reminder-{row.pk}@branchbook",
        f"DTSTAMP:{row.created_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{row.due_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{row.due_on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(kind.label if kind.names_people else row.title)}{kind.word}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())


def _folded(line: str) -> Iterator[str]:
    """Broken between characters, never inside one."""
    part, size = "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > LINE_BYTES:
            yield part
            part, size = " ", 1
        part, size = part + sign, size + width
    yield part
