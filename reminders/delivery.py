"""Sending what was planned: lease, send, mark.

What holds when a process is killed at any point, or two run at once:

* In the application a reminder is a row of the ledger under a unique key: exactly once.
* A message goes through a lease that only one process can take. Killed before the sending, it is sent when the lease
  has run out. Killed between the sending and the mark, it is sent a second time, with the same Message-ID (mail), or
  with the same words within the time in which WeCom drops repetitions. So mail is never lost, and at the worst comes
  twice after a kill.
* What fails is tried again with growing pauses, then stands as failed, with the reason, where staff see it.
"""

import logging
import time
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from . import channels, choices, ledger, planning, pulses
from .messages import Message, message_to_group, message_to_person
from .models import Delivery
from .quiet import may_send

logger = logging.getLogger(__name__)

State = Delivery.State
#: Minutes to wait after each attempt that failed; after the last the message has failed.
PAUSES = (1, 5, 15, 60, 240, 1440, 1440)
#: How often the ledger is looked at while messages may go out: what is settled meanwhile is not sent.
PLANNED_EVERY = timedelta(minutes=15)


def deliver(*, seconds: float = 50) -> int:
    """Plan what is new, send what is ready, for about ``seconds``. Returns how many were sent."""
    now = timezone.now()
    if not may_send(now):
        return 0
    try:
        _plan(now)
    except Exception:
        # What was planned before goes out all the same; that nothing is planned shows in the state of the system.
        logger.exception("messages could not be planned")
    return drain(seconds)


def _plan(now: datetime) -> None:
    """In one transaction with the pulse: killed on the way, it is time again at once."""
    with transaction.atomic():
        if pulses.take("plan", at=now, every=PLANNED_EVERY):
            ledger.collect(timezone.localdate(now))
            planning.plan(now)


def drain(seconds: float) -> int:
    until, sent = time.monotonic() + seconds, 0
    while time.monotonic() < until and may_send(now := timezone.now()):
        delivery = take(now)
        if delivery is None:
            break
        sent += send(delivery)
    return sent


def take(at: datetime) -> Delivery | None:
    """Lease one message that is ready; None when there is none. Whoever changes the row from free to leased has it."""
    ready = Delivery.objects.waiting().free(at).filter(day=timezone.localdate(at), next_at__lte=at)
    for pk in ready.order_by("next_at", "pk").values_list("pk", flat=True)[:20]:
        lease = uuid.uuid4()
        until = at + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
        mine = Delivery.objects.waiting().free(at).filter(pk=pk).update(lease=lease, leased_until=until)
        if mine:
            return Delivery.objects.select_related("recipient", "robot__branch").get(pk=pk)
    return None


def send(delivery: Delivery) -> bool:
    """Send one leased message and mark it. True when it went out."""
    try:
        message = _message(delivery)
        if message is None:
            _mark(delivery, state=State.CANCELLED)
            return False
        channels.send(delivery, message)
    except channels.Unsent as reason:
        _fail(delivery, str(reason))
    except Exception:
        logger.exception("delivery %s failed", delivery.pk)
        _fail(delivery, "发送时程序出错，请系统管理员查看后台日志。")
    else:
        return _mark(delivery, state=State.SENT, sent_at=timezone.now(), last_error="")
    return False


def _message(delivery: Delivery) -> Message | None:
    """What there is to say now; None when all of it is settled, or nobody is to be told any more."""
    if delivery.robot:
        return message_to_group(delivery.robot, delivery.day) if delivery.robot.is_on else None
    user = delivery.recipient
    if user is None or delivery.channel not in choices.channels_of([user.pk])[user.pk]:
        return None
    return message_to_person(delivery)


def _mark(delivery: Delivery, **facts: object) -> bool:
    """Write how it ended, as long as our lease stands; False when another process has taken over."""
    mine = Delivery.objects.waiting().filter(pk=delivery.pk, lease=delivery.lease)
    return bool(mine.update(lease=None, leased_until=None, **facts))


def _fail(delivery: Delivery, reason: str) -> None:
    attempts = delivery.attempts + 1
    facts: dict[str, object] = {"attempts": attempts, "last_error": reason[:200]}
    if attempts > len(PAUSES):
        _mark(delivery, state=State.FAILED, **facts)
        return
    next_at = timezone.now() + timedelta(minutes=PAUSES[attempts - 1])
    _mark(delivery, next_at=next_at, **facts)


def send_again(delivery: Delivery, *, by: User) -> bool:
    """Let what failed be tried anew; it goes out when the next messages are planned."""
    with transaction.atomic():
        failed = Delivery.objects.filter(pk=delivery.pk, state=State.FAILED)
        again = failed.update(state=State.WAITING, attempts=0, next_at=timezone.now())
        if again:
            audit.record("delivery.send_again", by=by, on=delivery)
    return bool(again)
