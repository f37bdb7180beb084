"""What a message that goes out has, whatever it tells: it is free, leased by one process, and then sent or failed."""

import uuid
from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.models import Scoped

M = TypeVar("M", bound=models.Model)


class LeasedQuerySet(models.QuerySet[M]):
    def waiting(self) -> Self:
        return self.filter(state=Leased.State.WAITING)

    def free(self, at: datetime) -> Self:
        """In nobody's hands: never taken, or taken by a process that did not come back."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=at))


class Leased(Scoped):
    """``id`` is also the Message-ID, the same at every attempt. ``attempts`` counts those that ended with an answer.

    A process that is killed uses none up.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        CANCELLED = "cancelled", "不必再发"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("未成次数", default=0)
    next_at = models.DateTimeField("下次发送", default=timezone.now)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    last_error = models.CharField("未成原因", max_length=200, blank=True)
    created_at = models.DateTimeField("产生时间", default=timezone.now)

    class Meta:
        abstract = True
