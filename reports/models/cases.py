"""Case reports (典型案例, yearly summaries): texts whose figures are read from the records each time."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from accounts.models import User
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet, ranges_of, within
from lib.periods import Period


class CaseReportQuerySet(ScopedQuerySet["CaseReport"]):
    right_to_see = Right.SEE_FIGURES

    def visible_to(self, user: User) -> Self:
        """Of those that were withdrawn, only what one could bring back."""
        own = within("branch_path", ranges_of(user, Right.WRITE_CASES))
        return self.reachable_by(user, self.right_to_see).filter(Q(withdrawn_at=None) | own)

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)


class CaseReport(Scoped):
    """A text about ``branch`` and all below it.

    ``text`` holds its placeholders by their codes (:class:`reports.cases.placeholders.Address`), so that a renamed
    campaign or organisation changes what is read, never what is meant; whoever writes sees them in words.
    ``period_code`` is that of every figure that names no period of its own. ``version`` grows with every change.
    """

    branch = models.ForeignKey(
        Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="case_reports"
    )
    name = models.CharField("名称", max_length=60)
    title = models.CharField("标题", max_length=80)
    text = models.TextField("正文")
    period_code = models.CharField("期间", max_length=20, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撰写人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    objects = CaseReportQuerySet.as_manager()

    class Meta:
        verbose_name = "案例报告"
        verbose_name_plural = "案例报告"
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"],
                condition=Q(withdrawn_at=None),
                name="case_report_named_once",
                violation_error_message="这个党组织已有同名的案例报告。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def period(self) -> Period:
        return Period.parse(self.period_code)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None
