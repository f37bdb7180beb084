"""Records that a higher organisation sent back to be completed (退回补充)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.models import Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet

from .records import Activity


class SupplementQuerySet(ScopedQuerySet["Supplement"]):
    right_to_see = Right.RECORD

    def waiting(self) -> Self:
        """Those nothing was done about yet; of a withdrawn record nothing is asked."""
        return self.filter(met_at__isnull=True, activity__withdrawn_at__isnull=True)


class Supplement(Scoped):
    """What a record lacks, and what the branch did about it. The record counts all the while."""

    class How(models.TextChoices):
        CORRECTED = "corrected", "已修改记录"
        MINUTES = "minutes", "已补写纪要"
        EVIDENCE = "evidence", "已添加材料"
        ANSWERED = "answered", "已答复"

    follows_heir = True

    activity = models.ForeignKey(
        Activity, verbose_name="活动记录", on_delete=models.CASCADE, related_name="supplements"
    )
    reason = models.CharField("要补充什么", max_length=200)
    asked_at = models.DateTimeField("退回时间", default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="退回人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    met_at = models.DateTimeField("补充时间", null=True, blank=True)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="补充人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    how = models.CharField("怎样补充的", max_length=10, choices=How, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = SupplementQuerySet.as_manager()

    class Meta:
        verbose_name = "退回补充"
        verbose_name_plural = "退回补充"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(met_at__isnull=True),
                name="supplement_one_at_a_time",
                violation_error_message="已经退回，支部还没有补充。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="supplement_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.activity}：{self.reason}"

    @property
    def is_open(self) -> bool:
        return self.met_at is None
