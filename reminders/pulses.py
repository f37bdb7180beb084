"""Signals of what comes round by itself, so that its silence is noticed (:class:`reminders.models.Pulse`)."""

from datetime import datetime, timedelta

from django.db import transaction

from .models import Pulse


def beat(name: str, at: datetime) -> None:
    Pulse.objects.update_or_create(name=name, defaults={"at": at})


def take(name: str, *, at: datetime, every: timedelta) -> bool:
    """Whether it is time again: True for one of those who ask, once in ``every``."""
    with transaction.atomic():
        if Pulse.objects.filter(name=name, at__lte=at - every).update(at=at):
            return True
        # A clock that was put back must not stop everything until it has caught up.
        if Pulse.objects.filter(name=name, at__gt=at + every).update(at=at):
            return True
        return Pulse.objects.get_or_create(name=name, defaults={"at": at})[1]


def last(name: str) -> datetime | None:
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()
