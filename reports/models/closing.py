"""Periods whose figures are locked: the figures as they stood, and the files made of them."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from lib.periods import Period


class ClosedPeriodQuerySet(models.QuerySet["ClosedPeriod"]):
    def standing(self) -> Self:
        return self.filter(state=ClosedPeriod.State.CLOSED)

    def with_names(self) -> Self:
        """Ready to say who locked and reopened it; of what no account did the trail says who it was."""
        entries = AuditEntry.objects.filter(
            action="closing.lock",
            object_type=self.model._meta.label_lower,
            object_id=Cast(OuterRef("pk"), models.CharField()),
        )
        locked_by = Subquery(entries.values("actor_label")[:1])
        return self.select_related("closed_by", "reopened_by").annotate(locked_by=locked_by)


class ClosedPeriod(models.Model):
    """One closing (锁定) of a quarter or a year. Closed again after a reopening it is another row, ``version`` higher.

    That a period was locked is known to all who see figures; which figures, the scope of its tables and files decides.
    ``sha256`` is that of all its tables and files together (:mod:`reports.closing.checking`); the trail keeps it too.
    """

    #: Written once: the application's database role may change these columns alone (jobs.database_rights).
    may_change: ClassVar[tuple[str, ...]] = ("state", "reopened_at", "reopened_by_id", "reason")

    class State(models.TextChoices):
        CLOSED = "closed", "已锁定"
        REOPENED = "reopened", "已解除"

    period = models.CharField("期间", max_length=20)
    version = models.PositiveSmallIntegerField("第几次锁定", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.CLOSED)
    closed_at = models.DateTimeField("锁定时间", default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="锁定人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reopened_at = models.DateTimeField("解除时间", null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="解除人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField("解除原因", max_length=300, blank=True)
    sha256 = models.CharField("校验值", max_length=64)

    objects = ClosedPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = "锁定的期间"
        verbose_name_plural = "锁定的期间"
        ordering = ["-period", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["period", "version"], name="closing_one_of_each_version"),
            models.UniqueConstraint(
                fields=["period"], condition=Q(state="closed"), name="closing_one_standing_per_period"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", reopened_at=None, reason="")
                | Q(state="reopened", reopened_at__gte=F("closed_at")) & ~Q(reason=""),
                name="closing_reopened_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.span.label}（第{self.version}次锁定）"

    @property
    def span(self) -> Period:
        return Period.parse(self.period)

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def closed_by_name(self) -> str:
        """Of what is not written yet, who is at it; else as :meth:`ClosedPeriodQuerySet.with_names` found it."""
        if self.closed_by:
            return self.closed_by.name
        return audit.nobody() if self._state.adding else getattr(self, "locked_by", None) or "系统"

    @property
    def reopened_by_name(self) -> str:
        return self.reopened_by.name if self.reopened_by else "系统"


class OfClosing(Scoped):
    """What belongs to one closing and one organisation: the university, or a second-level one with its branches."""

    #: Written once: the application's database role may change this column alone (jobs.database_rights).
    may_change: ClassVar[tuple[str, ...]] = ("branch_path",)

    branch = models.ForeignKey(Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class ClosedTableQuerySet(ScopedQuerySet["ClosedTable"]):
    right_to_see = Right.SEE_FIGURES


class ClosedTable(OfClosing):
    """One statistic of one organisation as it stood; ``body`` is canonical JSON, of whose bytes ``sha256`` is."""

    closing = models.ForeignKey(ClosedPeriod, on_delete=models.PROTECT, related_name="tables")
    statistic = models.CharField("统计表", max_length=40)
    body = models.TextField("内容")
    sha256 = models.CharField("校验值", max_length=64)

    objects = ClosedTableQuerySet.as_manager()

    class Meta:
        verbose_name = "锁定的统计表"
        verbose_name_plural = "锁定的统计表"
        ordering = ["closing_id", "branch_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "branch", "statistic"], name="closed_table_once")
        ]

    def __str__(self) -> str:
        return f"{self.statistic} {self.branch_id}"


class ClosedFileQuerySet(ScopedQuerySet["ClosedFile"]):
    right_to_see = Right.SEE_FIGURES


class ClosedFile(OfClosing):
    """A file made at the closing; its bytes lie in DATA_DIR under ``stored`` and are the same at every download."""

    closing = models.ForeignKey(ClosedPeriod, on_delete=models.PROTECT, related_name="files")
    name = models.CharField("文件名", max_length=120)
    stored = models.CharField(max_length=40, unique=True, editable=False)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("校验值", max_length=64)

    objects = ClosedFileQuerySet.as_manager()

    class Meta:
        verbose_name = "锁定的文件"
        verbose_name_plural = "锁定的文件"
        ordering = ["closing_id", "branch_id", "id"]
        constraints = [models.UniqueConstraint(fields=["closing", "branch", "name"], name="closed_file_once")]

    def __str__(self) -> str:
        return self.name
