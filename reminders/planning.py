"""From the ledger to messages: who is told what today. Everything due to one person goes into one message a day.

The unique keys of :class:`Delivery` and :class:`DeliveryLine` make two schedulers at once plan one message, and
each step of a reminder be told once. Steps are reached by ``<=``: days without a scheduler, and days on which nobody
is disturbed, end in one message.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from branches.scope import above_all

from . import choices
from .kinds import step_reached
from .messages import TOLD_TWICE
from .models import Delivery, DeliveryLine, Reminder, Robot

Channel = Delivery.Channel
#: Account and channel.
Place = tuple[int, str]


@dataclass(frozen=True)
class Step:
    """An open reminder and the last day on which it was to be told."""

    reminder: Reminder
    on: date


def plan(at: datetime) -> int:
    """Write the messages of the day; returns how many are new. A fixed number of queries."""
    today = timezone.localdate(at)
    with transaction.atomic():
        held = _bring_forward(at, today)
        steps = _steps(today)
        new = _tell_people(steps, today, held)
        return new + _tell_groups(steps, today)


def _bring_forward(at: datetime, today: date) -> dict[Place, UUID]:
    """Let what still waits go out today; returns those to people, which more can be added to until we commit.

    The update holds the rows against a sender that would take one before what is added to it is written. Whoever has
    had today's message already gets what waits tomorrow.
    """
    had = Delivery.objects.filter(day=today)
    late = Delivery.objects.waiting().free(at).filter(day__lt=today)
    to_people = late.exclude(channel=Channel.ROBOT)
    for channel in (Channel.MAIL, Channel.WECOM):
        told = had.filter(channel=channel).values("recipient")
        to_people.filter(channel=channel).exclude(recipient__in=told).update(day=today)
    late.filter(channel=Channel.ROBOT).exclude(
        robot__in=had.filter(channel=Channel.ROBOT).values("robot")
    ).update(day=today)
    waiting = Delivery.objects.waiting().free(at).filter(day=today).exclude(channel=Channel.ROBOT)
    waiting.update(day=today)
    return {(row[0] or 0, row[1]): row[2] for row in waiting.values_list("recipient", "channel", "pk")}


def _steps(today: date) -> list[Step]:
    found = []
    for row in Reminder.objects.open().order_by("due_on", "kind", "subject", "pk"):
        on = step_reached(row.kind, row.due_on, timezone.localdate(row.created_at), today)
        if on:
            found.append(Step(row, on))
    return found


def _tell_people(steps: Iterable[Step], today: date, held: Mapping[Place, UUID]) -> int:
    """One message for each person and channel with something new; what is held already takes the new, too."""
    channels = choices.channels_of({step.reminder.recipient_id for step in steps})
    last_told = _last_told()
    wanted: dict[Place, list[Step]] = defaultdict(list)
    for step in steps:
        for channel in sorted(channels.get(step.reminder.recipient_id, ())):
            if step.on > last_told.get((step.reminder.pk, channel), date.min):
                wanted[step.reminder.recipient_id, channel].append(step)
    new = {
        place: Delivery(
            channel=place[1],
            recipient_id=place[0],
            day=today,
            branch_path=above_all(step.reminder.branch_path for step in told),
        )
        for place, told in wanted.items()
        if place not in held
    }
    keys = {**_write(new), **held}
    lines = [
        DeliveryLine(delivery_id=keys[place], reminder=step.reminder, channel=place[1], step_on=step.on)
        for place, told in wanted.items()
        if place in keys
        for step in told
    ]
    DeliveryLine.objects.bulk_create(lines, ignore_conflicts=True, batch_size=500)
    return len(keys) - len(held)


def _write(new: Mapping[Place, Delivery]) -> dict[Place, UUID]:
    """The keys of those of ``new`` that are ours: nobody gets a second one today, from another scheduler either."""
    Delivery.objects.bulk_create(new.values(), ignore_conflicts=True, batch_size=500)
    written = _existing(Delivery.objects.all(), [row.pk for row in new.values()])
    return {place: row.pk for place, row in new.items() if row.pk in written}


def _existing(rows: QuerySet[Delivery], keys: list[UUID]) -> set[UUID]:
    """Those of ``keys`` that are there, asked in parts: SQLite takes only so many parameters."""
    found: set[UUID] = set()
    for start in range(0, len(keys), 500):
        found.update(rows.filter(pk__in=keys[start : start + 500]).values_list("pk", flat=True))
    return found


def _last_told() -> dict[tuple[int, str], date]:
    """For each open reminder and channel the last step that was told."""
    told = DeliveryLine.objects.filter(reminder__state=Reminder.State.OPEN)
    rows = told.order_by().values_list("reminder", "channel").annotate(last=Max("step_on"))
    return {(reminder, channel): last for reminder, channel, last in rows}


def _tell_groups(steps: Iterable[Step], today: date) -> int:
    """A robot speaks on a day when a reminder of its organisation reached a step since it last spoke."""
    spoke = dict(Robot.objects.on().annotate(last=Max("deliveries__day")).values_list("pk", "last"))
    new = []
    counted = [step for step in steps if step.reminder.kind not in TOLD_TWICE]
    for robot in Robot.objects.on():
        since = spoke.get(robot.pk) or date.min
        if any(
            step.on > since and step.reminder.branch_path.startswith(robot.branch_path) for step in counted
        ):
            new.append(Delivery(channel=Channel.ROBOT, robot=robot, day=today, branch_path=robot.branch_path))
    Delivery.objects.bulk_create(new, ignore_conflicts=True)
    return len(_existing(Delivery.objects.all(), [row.pk for row in new]))
