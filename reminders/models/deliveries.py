"""One message to one person, or to one group, through one channel on one day; and what it tells."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.models import Scoped
from branches.roles import Right
from branches.scope import ranges_of, within

from .channels import Robot
from .ledger import Reminder


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def sent_below(self, user: User, right: Right) -> Self:
        """Those sent on account of the part of the tree over which ``user`` holds ``right``."""
        return self.filter(within("branch_path", ranges_of(user, right)))

    def waiting(self) -> Self:
        return self.filter(state=Delivery.State.WAITING)

    def free(self, at: datetime) -> Self:
        """In nobody's hands: never taken, or taken by a process that did not come back."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=at))


class Delivery(Scoped):
    """A row from the moment the ledger decides to send. ``id`` is also the Message-ID, the same at every attempt.

    ``attempts`` counts those that ended with an answer; a process that is killed uses none up. ``day`` is the day it
    goes out: what could not be sent yesterday goes on today, with what has come besides.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        CANCELLED = "cancelled", "不必再发"

    class Channel(models.TextChoices):
        MAIL = "mail", "邮件"
        WECOM = "wecom", "企业微信"
        ROBOT = "robot", "群机器人"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField("渠道", max_length=10, choices=Channel)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="接收人",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    robot = models.ForeignKey(
        Robot,
        verbose_name="群机器人",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
    )
    day = models.DateField("发送日")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("未成次数", default=0)
    next_at = models.DateTimeField("下次发送", default=timezone.now)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    last_error = models.CharField("未成原因", max_length=200, blank=True)
    created_at = models.DateTimeField("产生时间", default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "提醒消息"
        verbose_name_plural = "提醒消息"
        ordering = ["-day", "channel", "id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "channel", "day"], name="delivery_once_a_day"),
            models.UniqueConstraint(fields=["robot", "day"], name="delivery_robot_once_a_day"),
            models.CheckConstraint(
                condition=Q(channel="robot", robot__isnull=False, recipient=None)
                | (~Q(channel="robot") & Q(robot=None, recipient__isnull=False)),
                name="delivery_to_one",
            ),
        ]
        indexes = [models.Index(fields=["state", "day", "next_at"], name="delivery_ready")]

    def __str__(self) -> str:
        return f"{self.day} {self.get_channel_display()}：{self.robot or self.recipient}"


class DeliveryLine(models.Model):
    """That a message tells of a reminder, at one of its steps. The unique key makes each step be told once."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="lines")
    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="told")
    channel = models.CharField(max_length=10, choices=Delivery.Channel)
    step_on = models.DateField("步骤")

    class Meta:
        verbose_name = "消息内容"
        verbose_name_plural = "消息内容"
        ordering = ["delivery", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reminder", "channel", "step_on"], name="delivery_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.reminder} {self.step_on}"
