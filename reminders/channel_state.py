"""How each channel does: whether it is set up, when it last sent, and what has not gone out and why."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Max, OuterRef, Subquery

from accounts.models import AuditEntry

from . import choices
from .first_steps import TESTED
from .models import Delivery, Robot

Channel = Delivery.Channel
#: The name of a server in a reason.
_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)? ?", re.ASCII)


@dataclass(frozen=True)
class ChannelState:
    """``error`` is why the latest message that has not gone out has not, ``error_on`` the day it was for; empty and
    None when everything has. ``tested_at`` is of mail alone.
    """

    channel: str
    label: str
    is_on: bool
    last_sent: datetime | None
    error: str
    error_on: date | None
    tested_at: datetime | None = None


def look() -> list[ChannelState]:
    """Of every channel there is. Four queries."""
    states = (Delivery.State.WAITING, Delivery.State.FAILED)
    failed = Delivery.objects.filter(channel=OuterRef("channel"), state__in=states).exclude(last_error="")
    failed = failed.order_by("-day", "-created_at")
    rows = Delivery.objects.order_by().values("channel")
    rows = rows.annotate(
        last_sent=Max("sent_at"),
        error=Subquery(failed.values("last_error")[:1]),
        error_on=Subquery(failed.values("day")[:1]),
    )
    found: dict[str, Any] = {row["channel"]: row for row in rows}
    is_open = choices.open_channels()
    if Robot.objects.filter(is_on=True).exists():
        is_open.add(Channel.ROBOT.value)
    tested = AuditEntry.objects.filter(action=TESTED).aggregate(last=Max("at"))["last"]
    return [
        ChannelState(
            channel=channel.value,
            label=channel.label,
            is_on=channel.value in is_open,
            last_sent=row.get("last_sent"),
            error=_HOST.sub("服务器", row.get("error") or ""),
            error_on=row.get("error_on"),
            tested_at=tested if channel is Channel.MAIL else None,
        )
        for channel in Channel
        for row in (found.get(channel.value, {}),)
    ]
