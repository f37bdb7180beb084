"""On what a branch was founded and ended: the superior's approval and its filing (支部条例 6)."""

from datetime import date
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from lib.periods import months_after

USUAL_MONTHS: Final = 1


class SetUpPaperQuerySet(ScopedQuerySet["SetUpPaper"]):
    right_to_see = Right.SEE_FIGURES


class SetUpPaper(Scoped):
    """One a branch for its founding, one for its end. ``requested_on`` is when the superior was asked."""

    class Deed(models.TextChoices):
        FOUNDED = "founded", "成立"
        ENDED = "ended", "撤销"

    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="set_up_papers"
    )
    deed = models.CharField("事项", max_length=8, choices=Deed)
    number = models.CharField("批复文号", max_length=60)
    requested_on = models.DateField("请示日期", null=True, blank=True)
    approved_on = models.DateField("批复日期")
    filed_on = models.DateField("备案日期", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("登记时间", default=timezone.now)

    objects = SetUpPaperQuerySet.as_manager()

    class Meta:
        verbose_name = "设立和撤销批复"
        verbose_name_plural = "设立和撤销批复"
        ordering = ["branch_id", "deed"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "deed"], name="set_up_paper_once"),
            models.CheckConstraint(condition=~Q(number=""), name="set_up_paper_has_number"),
            models.CheckConstraint(
                condition=Q(requested_on__isnull=True) | Q(requested_on__lte=F("approved_on")),
                name="set_up_paper_asked_before",
            ),
            models.CheckConstraint(
                condition=Q(filed_on__isnull=True) | Q(filed_on__gte=F("approved_on")),
                name="set_up_paper_filed_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.get_deed_display()} {self.number}"

    @property
    def usual_until(self) -> date | None:
        """The last day on which the approval would have come within the usual time."""
        return months_after(self.requested_on, USUAL_MONTHS) if self.requested_on else None

    @property
    def is_slow(self) -> bool:
        return self.usual_until is not None and self.approved_on > self.usual_until
