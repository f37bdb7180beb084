"""Lease, send, mark: how a message leaves once and is tried again, whatever it tells.

What holds when a process is killed at any point, or two run at once: a message goes through a lease that only one
process can take. Killed before the sending, it is sent when the lease has run out. Killed between the sending and the
mark, it is sent a second time, with the same Message-ID (mail), or with the same words within the time in which WeCom
drops repetitions. So mail is never lost, and at the worst comes twice after a kill. What fails is tried again with
growing pauses, then stands as failed, with the reason, where staff see it.
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.utils import timezone

from .channels import Unsent
from .models import Leased, LeasedQuerySet

logger = logging.getLogger(__name__)

#: Minutes to wait after each attempt that failed; after the last the message has failed.
PAUSES: Final = (1, 5, 15, 60, 240, 1440, 1440)
State = Leased.State
Row = TypeVar("Row", bound=Leased)


def take(rows: LeasedQuerySet[Row], at: datetime) -> Row | None:
    """Lease one of ``rows`` that is ready; None when there is none. Whoever changes it from free to leased has it."""
    ready = rows.waiting().free(at).filter(next_at__lte=at)
    for pk in ready.order_by("next_at", "pk").values_list("pk", flat=True)[:20]:
        lease = uuid.uuid4()
        until = at + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
        if rows.order_by().waiting().free(at).filter(pk=pk).update(lease=lease, leased_until=until):
            return rows.get(pk=pk)
    return None


def drain(
    take: Callable[[datetime], Row | None],
    send: Callable[[Row], bool],
    seconds: float,
    may_send: Callable[[datetime], bool],
) -> int:
    """Send what ``take`` finds for about ``seconds``, as long as one may. Returns how many went out."""
    until, sent = time.monotonic() + seconds, 0
    while time.monotonic() < until and may_send(now := timezone.now()):
        row = take(now)
        if row is None:
            break
        sent += send(row)
    return sent


def attempt(row: Leased, go: Callable[[], bool]) -> bool:
    """Send a leased row and mark it. ``go`` is False when there is nothing to say any more. True when it went out."""
    try:
        if not go():
            mark(row, state=State.CANCELLED)
            return False
    except Unsent as reason:
        fail(row, str(reason))
    except Exception:
        logger.exception("message %s failed", row.pk)
        fail(row, "发送时程序出错，请系统管理员查看后台日志。")
    else:
        return mark(row, state=State.SENT, sent_at=timezone.now(), last_error="")
    return False


def mark(row: Leased, **facts: Any) -> bool:
    """Write how it ended, as long as our lease stands; False when another process has taken over."""
    mine = type(row)._default_manager.filter(pk=row.pk, lease=row.lease, state=State.WAITING)
    return bool(mine.update(lease=None, leased_until=None, **facts))


def fail(row: Leased, reason: str) -> None:
    attempts = row.attempts + 1
    facts: dict[str, object] = {"attempts": attempts, "last_error": reason[:200]}
    if attempts > len(PAUSES):
        mark(row, state=State.FAILED, **facts)
        return
    mark(row, next_at=timezone.now() + timedelta(minutes=PAUSES[attempts - 1]), **facts)


def renew(row: Leased) -> bool:
    """Let what failed be tried anew; False when it has not failed."""
    failed = type(row)._default_manager.filter(pk=row.pk, state=State.FAILED)
    return bool(failed.update(state=State.WAITING, attempts=0, next_at=timezone.now()))
