"""What a university asks of its branches beyond the national texts, each version with its time and its document."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.models import Branch
from lib.dated import Dated


class LocalDuty(Dated):
    """A version of a template (:mod:`activities.local_duties`), in force from ``since`` until ``until``.

    Both lie on the bounds of quarters. ``category`` is the branches it is for, all of them when empty; ``months`` those
    of a pause.
    """

    code = models.CharField("规定", max_length=20)
    count = models.PositiveSmallIntegerField("每期次数", default=1)
    months = models.JSONField("月份", default=list)
    category = models.CharField("适用", max_length=10, choices=Branch.Category, blank=True)
    citation = models.CharField("依据", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="启用人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("启用时间", default=timezone.now)

    class Meta(Dated.Meta):
        verbose_name = "校内义务规定"
        verbose_name_plural = "校内义务规定"
        ordering = ["code", "-since"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=~Q(citation=""), name="local_duty_has_citation"),
            models.UniqueConstraint(fields=["code", "since"], name="local_duty_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.since:%Y-%m}"
