"""Subscriptions of statistics (订阅): who gets which tables of which organisation by mail, and what went out."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet, ranges_of, within
from lib.periods import Period
from reminders.models import Leased, LeasedQuerySet


class SubscriptionQuerySet(ScopedQuerySet["Subscription"]):
    right_to_see = Right.KEEP_SUBSCRIPTIONS

    def visible_to(self, user: User) -> Self:
        """One's own, and those of the organisations over which one may subscribe others."""
        below = within("branch_path", ranges_of(user, self.right_to_see))
        return self.filter(Q(user=user) | below)

    def active(self) -> Self:
        return self.filter(state=Subscription.State.ACTIVE)


class Subscription(Scoped):
    """``statistics`` are names of the catalogue. Sent from the first period on that ends after ``since``.

    Stopped (停止) is what nobody asked for: the right to see the figures was lost; ``reason`` says so. Subscribed
    again it is the same row.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "订阅中"
        STOPPED = "stopped", "停止"
        ENDED = "ended", "已取消"

    class PeriodKind(models.TextChoices):
        QUARTER = "quarter", "每季度"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="订阅人",
        on_delete=models.CASCADE,
        related_name="subscriptions",
    )
    branch = models.ForeignKey(Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="+")
    period_kind = models.CharField(
        "期间", max_length=10, choices=PeriodKind, default=PeriodKind.QUARTER, editable=False
    )
    statistics = models.JSONField("统计表", default=list)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ACTIVE)
    reason = models.CharField("停止原因", max_length=200, blank=True)
    since = models.DateField("订阅日期", default=timezone.localdate)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办理人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "统计订阅"
        verbose_name_plural = "统计订阅"
        ordering = ["branch_path", "user_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "branch", "period_kind"], name="subscription_once"),
            models.CheckConstraint(
                condition=Q(state="stopped") & ~Q(reason="") | ~Q(state="stopped") & Q(reason=""),
                name="subscription_stopped_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name}订阅{self.branch.short_name}统计"


class Sending(Leased):
    """The statistics of one period, or the word that none come any more, to one subscriber: once, by the unique key.

    ``files`` are made at the first attempt and the same at every other.
    """

    class Kind(models.TextChoices):
        FIGURES = "figures", "统计报表"
        STOPPED = "stopped", "停止通知"

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="sendings")
    period = models.CharField("期间", max_length=20)
    kind = models.CharField("内容", max_length=10, choices=Kind, default=Kind.FIGURES)

    objects = LeasedQuerySet.as_manager()

    class Meta:
        verbose_name = "统计发送"
        verbose_name_plural = "统计发送"
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "period", "kind"], name="sending_once_a_period")
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="sending_ready")]

    def __str__(self) -> str:
        return f"{self.span.label}：{self.subscription}"

    @property
    def span(self) -> Period:
        return Period.parse(self.period)


class SentFile(models.Model):
    """A file that goes out with a sending; its bytes lie beside those of locked periods under ``stored``."""

    sending = models.ForeignKey(Sending, on_delete=models.CASCADE, related_name="files")
    name = models.CharField("文件名", max_length=120)
    stored = models.CharField(max_length=40, unique=True, editable=False)
    sha256 = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "发送的文件"
        verbose_name_plural = "发送的文件"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sending", "name"], name="sent_file_once")]

    def __str__(self) -> str:
        return self.name
