"""Long work with an owner, progress, a result file and an end."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)


class Job(models.Model):
    """One import or export. The row is the truth; Celery only carries its id."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类型", max_length=40)
    label = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="发起人", on_delete=models.CASCADE, related_name="jobs"
    )
    parameters = models.JSONField(default=dict, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED, db_index=True)
    stage = models.CharField("阶段", max_length=20, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    can_cancel = models.BooleanField(default=True)
    cancel_requested = models.BooleanField(default=False)
    outcome = models.JSONField(default=dict, blank=True)
    message = models.CharField("说明", max_length=300, blank=True)
    result_file = models.CharField(max_length=80, blank=True)
    result_name = models.CharField("结果文件", max_length=120, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField("发起时间", default=timezone.now, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        verbose_name_plural = "任务"
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int | None:
        """How far the present stage is; None when it does not say."""
        return min(100, 100 * self.done // self.total) if self.total else None

    @property
    def seconds_left(self) -> int | None:
        """By the pace of the present stage so far; None when nothing can be said yet."""
        if self.state != self.State.RUNNING or not self.done or not self.started_at or not self.beat_at:
            return None
        spent = (self.beat_at - self.started_at).total_seconds()
        return round(spent * (self.total - self.done) / self.done) if self.total > self.done else None

    @property
    def time_left(self) -> str:
        """:attr:`seconds_left` in words; empty when nothing can be said."""
        seconds = self.seconds_left
        if seconds is None:
            return ""
        return f"约 {max(seconds, 1)} 秒" if seconds < 90 else f"约 {seconds // 60 + 1} 分钟"


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)


class Upload(models.Model):
    """A workbook handed in for an import, from the upload to the writing. Its content lies encrypted beside it.

    ``decisions`` is what its owner decided about it, ``outcome`` the counts of what was found or written; neither
    holds a value of a cell.
    """

    class State(models.TextChoices):
        OPEN = "open", "待核对"
        WRITING = "writing", "写入中"
        WRITTEN = "written", "已写入"
        FAILED = "failed", "写入失败"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.CASCADE, related_name="uploads"
    )
    name = models.CharField("文件名", max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    decisions = models.JSONField(default=dict, blank=True)
    outcome = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="uploads")
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "上传文件"
        verbose_name_plural = "上传文件"
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["owner", "kind", "-created_at"], name="upload_owner_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_decided(self) -> bool:
        """Nothing more can be decided about it."""
        return self.state in (self.State.WRITING, self.State.WRITTEN)
