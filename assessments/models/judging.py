"""What graders give: points for an item, deductions, whether a gate is open, and that a stage was done."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import User
from branches.roles import Right
from branches.scope import ranges_of, within

from .rounds import AboutSubject, Subject


class Points(models.Model):
    """One grader's points (0 to 100) for one item of one person; ``version`` tells the loser of two edits."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="points")
    item = models.CharField("项目", max_length=20)
    grader = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="评分人", on_delete=models.PROTECT, related_name="+"
    )
    value = models.DecimalField(
        "得分", max_digits=5, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    note = models.CharField("说明", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "评分"
        verbose_name_plural = "评分"
        ordering = ["subject_id", "item", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "item", "grader"], name="points_once_a_grader"),
            models.CheckConstraint(
                condition=models.Q(value__gte=0, value__lte=100), name="points_out_of_a_hundred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.item}"


class OfSubjectQuerySet(models.QuerySet[Any]):
    """Rows about one secretary, seen by whoever keeps the round."""

    def visible_to(self, user: User) -> Self:
        return self.filter(within("subject__branch_path", ranges_of(user, Right.ASSESS)))


class Deducted(models.Model):
    """Points taken off, with the reason."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="deductions")
    points = models.DecimalField("扣分", max_digits=5, decimal_places=2)
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    objects = OfSubjectQuerySet.as_manager()

    class Meta:
        verbose_name = "扣分"
        verbose_name_plural = "扣分"
        ordering = ["subject_id", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(points__gt=0, points__lte=100), name="deducted_some")
        ]

    def __str__(self) -> str:
        return self.reason


class GateAnswer(models.Model):
    """Whether a condition of the scheme is met by one person, and how that is known."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="gates")
    gate = models.CharField("条件", max_length=20)
    is_open = models.BooleanField("符合")
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "限制条件"
        verbose_name_plural = "限制条件"
        ordering = ["subject_id", "gate"]
        constraints = [models.UniqueConstraint(fields=["subject", "gate"], name="gate_answered_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.gate}"


class StageDone(AboutSubject, models.Model):
    """A stage of the university's own (互查, 实地核查 …) that is done for one person."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="stages_done")
    stage = models.CharField("环节", max_length=20)
    on = models.DateField("日期")
    note = models.CharField("情况", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = OfSubjectQuerySet.as_manager()

    class Meta:
        verbose_name = "环节登记"
        verbose_name_plural = "环节登记"
        ordering = ["subject_id", "stage"]
        constraints = [models.UniqueConstraint(fields=["subject", "stage"], name="stage_done_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.stage}"
