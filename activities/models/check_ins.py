"""Signing in at a meeting with one's own phone: one optional way to fill the roll, equal to a tick of the secretary."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from activities.kinds import Kind
from branches.models import Branch, PartyGroup, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from members.models import Member

from .records import Activity


class CheckInQuerySet(ScopedQuerySet["CheckIn"]):
    right_to_see = Right.TAKE_ATTENDANCE

    def unused(self) -> Self:
        """Those whose marks no record that counts has taken yet."""
        return self.filter(Q(activity=None) | Q(activity__withdrawn_at__isnull=False))


class CheckIn(Scoped):
    """A time window in which people sign in at what a branch holds on one day, with a QR code or six digits.

    ``secret`` makes the codes; those of a rotating one change every minute. ``activity`` is the record that took the
    marks.
    """

    follows_heir = True

    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="check_ins"
    )
    kind = models.CharField("类型", max_length=30, choices=Kind)
    group = models.ForeignKey(
        PartyGroup, verbose_name="党小组", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField("日期")
    opens_at = models.DateTimeField("开始时间")
    closes_at = models.DateTimeField("结束时间")
    rotates = models.BooleanField("每分钟更换", default=False)
    secret = models.CharField(max_length=32, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发起人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    activity = models.ForeignKey(
        Activity,
        verbose_name="活动记录",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="check_ins",
    )

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = "签到"
        verbose_name_plural = "签到"
        ordering = ["-opens_at", "-pk"]
        indexes = [models.Index(fields=["branch", "day"], name="check_in_branch_day")]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gte=F("opens_at")), name="check_in_times_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_kind_display()}签到"


class CheckInEntry(models.Model):
    """Somebody signed in, by whichever code."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="entries")
    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.PROTECT, related_name="check_ins"
    )
    at = models.DateTimeField("签到时间")

    class Meta:
        verbose_name = "签到人"
        verbose_name_plural = "签到人"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["check_in", "member"], name="check_in_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.check_in}"
