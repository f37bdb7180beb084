"""The ledger of what is due to whom. Its unique key is what makes a reminder come once."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User
from branches.models import Scoped
from branches.roles import Right
from branches.scope import covering_ranges, ranges_of, within

#: Kind, subject, due date, recipient: what makes a reminder the same one.
Key = tuple[str, str, date, int]


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: User) -> Self:
        """Reminders are personal."""
        return self.filter(recipient=user)

    def sent_below(self, user: User, right: Right) -> Self:
        """Those sent to anybody on account of the part of the tree over which ``user`` holds ``right``."""
        return self.filter(within("branch_path", ranges_of(user, right)))

    def below(self, path: str) -> Self:
        return self.filter(within("branch_path", covering_ranges([path])))

    def open(self) -> Self:
        return self.filter(state=Reminder.State.OPEN)


class Reminder(Scoped):
    """One thing due to one person through one channel.

    ``subject`` names what is due in a stable way (``duty:12:theme_day:2026-09``), so that collecting twice, from two
    schedulers, or after days without any, leaves one row.
    """

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"

    class Channel(models.TextChoices):
        IN_APP = "in_app", "站内"

    kind = models.CharField("类型", max_length=30)
    subject = models.CharField("事项", max_length=120)
    due_on = models.DateField("截止日期")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="接收人", on_delete=models.CASCADE, related_name="reminders"
    )
    channel = models.CharField("渠道", max_length=12, choices=Channel, default=Channel.IN_APP)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    title = models.CharField("标题", max_length=120)
    detail = models.CharField("说明", max_length=200, blank=True)
    url = models.CharField("去处", max_length=200, blank=True)
    created_at = models.DateTimeField("产生时间", default=timezone.now)
    settled_at = models.DateTimeField("了结时间", null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "提醒"
        verbose_name_plural = "提醒"
        ordering = ["due_on", "kind", "subject"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "due_on", "recipient", "channel"], name="reminder_once"
            )
        ]
        indexes = [models.Index(fields=["recipient", "state", "due_on"], name="reminder_recipient_state")]

    def __str__(self) -> str:
        return f"{self.due_on} {self.title}"

    @property
    def key(self) -> Key:
        return (self.kind, self.subject, self.due_on, self.recipient_id)
