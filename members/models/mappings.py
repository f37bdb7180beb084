"""What somebody decided about the columns of files with the same headings."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User


class ColumnMappingQuerySet(models.QuerySet["ColumnMapping"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)


class ColumnMapping(models.Model):
    """For one person and one set of headings: heading → field, or "ignore". No value of a cell is in it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="决定人", on_delete=models.CASCADE, related_name="+"
    )
    signature = models.CharField("表头特征", max_length=64)
    columns = models.JSONField("对应", default=dict)
    used_at = models.DateTimeField("最近使用", default=timezone.now)

    objects = ColumnMappingQuerySet.as_manager()

    class Meta:
        verbose_name = "记住的列对应"
        verbose_name_plural = "记住的列对应"
        ordering = ["-used_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "signature"], name="mapping_once_a_head")]

    def __str__(self) -> str:
        return f"{self.owner} {self.signature[:8]}"
