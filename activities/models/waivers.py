"""What a branch need not hold for a time: asked for by the branch, agreed to by another person above."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet


class WaiverQuerySet(ScopedQuerySet["Waiver"]):
    right_to_see = Right.SEE_FIGURES

    def waiting(self) -> Self:
        return self.filter(state=Waiver.State.WAITING)

    def accepted(self) -> Self:
        return self.filter(state=Waiver.State.ACCEPTED)


class Waiver(Scoped):
    """Rules (``codes``) whose sub-periods lying within ``start``..``end``, whole months, ask nothing of the branch."""

    class State(models.TextChoices):
        WAITING = "waiting", "待上级答复"
        ACCEPTED = "accepted", "已同意"
        RETURNED = "returned", "已退回"

    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="waivers"
    )
    codes = models.JSONField("规定")
    start = models.DateField("从")
    end = models.DateField("到")
    reason = models.CharField("原因", max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="申请人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("申请时间", default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    returned_why = models.CharField("退回原因", max_length=300, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = "免开申请"
        verbose_name_plural = "免开申请"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="waiver_in_order"),
            models.CheckConstraint(condition=~Q(answered_by=F("by")), name="waiver_two_people"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(answered_at__isnull=False), name="waiver_answered_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.start:%Y-%m}至{self.end:%Y-%m}"

    @property
    def is_waiting(self) -> bool:
        return self.state == Waiver.State.WAITING

    @property
    def is_accepted(self) -> bool:
        return self.state == Waiver.State.ACCEPTED
