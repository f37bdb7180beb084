"""What an import wrote, row by row, so that it can be taken back as long as the old values are kept."""

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.models import Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from jobs.models import Upload
from lib.encryption import Encrypted

from .people import Member

#: How long an import or a merge can be taken back; afterwards the old values are deleted.
KEPT_FOR = timedelta(days=30)


class ImportBatchQuerySet(ScopedQuerySet["ImportBatch"]):
    right_to_see = Right.IMPORT


class ImportBatch(Scoped):
    """One written import. ``branch_path`` is the lowest organisation above every branch it touched.

    The rows hold the old values, encrypted, for :data:`KEPT_FOR`; ``expired_at`` says when they were deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField("文件", max_length=120)
    sheet = models.CharField("工作表", max_length=60, blank=True)
    upload = models.ForeignKey(
        Upload, null=True, editable=False, on_delete=models.SET_NULL, related_name="batches"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="导入人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    written_at = models.DateTimeField("写入时间", default=timezone.now, db_index=True)
    created = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤销人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    removed = models.PositiveIntegerField("已移除", default=0)
    restored = models.PositiveIntegerField("已恢复", default=0)
    expired_at = models.DateTimeField("旧值删除时间", null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "导入批次"
        verbose_name_plural = "导入批次"
        ordering = ["-written_at", "id"]

    def __str__(self) -> str:
        return self.source

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and not self.is_expired

    @property
    def is_expired(self) -> bool:
        """Its old values are deleted, or about to be."""
        return self.expired_at is not None or self.written_at < timezone.now() - KEPT_FOR


class ImportedRowQuerySet(models.QuerySet["ImportedRow"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(batch__in=ImportBatch.objects.visible_to(user).values("pk"))


class ImportedRow(models.Model):
    """One person that an import enrolled or changed.

    ``before`` is what was there, as JSON: facts, and the dated rows that the change drew anew. ``after_digest`` tells
    whether these rows still are as the import left them, ``version`` is the history row it wrote.
    """

    class State(models.TextChoices):
        WRITTEN = "written", "已写入"
        UNDONE = "undone", "已撤销"
        KEPT = "kept", "未撤销"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField("行")
    member = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="imported_rows")
    number = models.CharField("党员编号", max_length=12)
    is_new = models.BooleanField("新增")
    before_cipher = models.TextField(blank=True, editable=False)
    after_digest = models.CharField(max_length=64, editable=False)
    version = models.PositiveBigIntegerField(editable=False)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WRITTEN)
    reason = models.CharField("原因", max_length=60, blank=True)

    before = Encrypted("before_cipher")

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        verbose_name = "导入的行"
        verbose_name_plural = "导入的行"
        ordering = ["batch_id", "row"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "member"], condition=Q(member__isnull=False), name="imported_once_a_batch"
            )
        ]

    def __str__(self) -> str:
        return f"{self.row} {self.number}"
