"""Sending what was planned: lease, send, mark (:mod:`reminders.leasing`).

In the application a reminder is a row of the ledger under a unique key: exactly once.
"""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from . import channels, choices, leasing, ledger, planning, pulses
from .messages import Message, message_to_group, message_to_person
from .models import Delivery
from .quiet import may_send

logger = logging.getLogger(__name__)

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
    return leasing.drain(take, send, seconds, may_send)


def take(at: datetime) -> Delivery | None:
    """Lease one message of the day that is ready; None when there is none."""
    rows = Delivery.objects.filter(day=timezone.localdate(at)).select_related("recipient", "robot__branch")
    return leasing.take(rows, at)


def send(delivery: Delivery) -> bool:
    """Send one leased message and mark it. True when it went out."""
    return leasing.attempt(delivery, partial(_go, delivery))


def _go(delivery: Delivery) -> bool:
    message = _message(delivery)
    if message:
        channels.send(delivery, message)
    return message is not None


def _message(delivery: Delivery) -> Message | None:
    """What there is to say now; None when all of it is settled, or nobody is to be told any more."""
    if delivery.robot:
        return message_to_group(delivery.robot, delivery.day) if delivery.robot.is_on else None
    user = delivery.recipient
    if user is None or delivery.channel not in choices.channels_of([user.pk])[user.pk]:
        return None
    return message_to_person(delivery)


def send_again(delivery: Delivery, *, by: User) -> bool:
    """Let what failed be tried anew; it goes out when the next messages are planned."""
    with transaction.atomic():
        again = leasing.renew(delivery)
        if again:
            audit.record("delivery.send_again", by=by, on=delivery)
    return again
