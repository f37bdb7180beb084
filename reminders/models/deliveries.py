"""One message to one person, or to one group, through one channel on one day; and what it tells."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from branches.roles import Right
from branches.scope import ranges_of, within

from .channels import Robot
from .leased import Leased, LeasedQuerySet
from .ledger import Reminder


class DeliveryQuerySet(LeasedQuerySet["Delivery"]):
    def sent_below(self, user: User, right: Right) -> Self:
        """Those sent on account of the part of the tree over which ``user`` holds ``right``."""
        return self.filter(within("branch_path", ranges_of(user, right)))


class Delivery(Leased):
    """A row from the moment the ledger decides to send.

    ``day`` is the day it goes out: what could not be sent yesterday goes on today, with what has come besides.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", "邮件"
        WECOM = "wecom", "企业微信"
        ROBOT = "robot", "群机器人"

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
