"""What follows the grades: rectification, objections, and corrections of an archived round."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from .rounds import AboutSubject, Round, Subject


class Problem(AboutSubject, models.Model):
    """A line of the rectification list (整改清单): it comes back with its state in next year's report."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="problems")
    problem = models.CharField("问题", max_length=300)
    measure = models.CharField("整改措施", max_length=300)
    owner = models.CharField("责任人", max_length=40)
    due_on = models.DateField("完成期限", db_index=True)
    evidence = models.CharField("整改情况", max_length=500, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    checked_on = models.DateField("核查日期", null=True, blank=True)
    check_result = models.CharField("核查意见", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "整改事项"
        verbose_name_plural = "整改事项"
        ordering = ["subject_id", "due_on", "pk"]

    def __str__(self) -> str:
        return self.problem

    def is_late(self, on: date) -> bool:
        return self.done_on is None and self.due_on < on


class Objection(AboutSubject, models.Model):
    """What a secretary says against the grade, and the answer."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="objections")
    said = models.CharField("意见", max_length=500)
    at = models.DateTimeField("提出时间", default=timezone.now)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "异议"
        verbose_name_plural = "异议"
        ordering = ["subject_id", "pk"]

    def __str__(self) -> str:
        return self.said


class Correction(models.Model):
    """What was put right after archiving: the archive stays as it was, this stands beside it."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="corrections")
    subject = models.ForeignKey(Subject, null=True, on_delete=models.CASCADE, related_name="corrections")
    text = models.CharField("更正内容", max_length=500)
    citation = models.CharField("依据", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField("更正时间", default=timezone.now)

    class Meta:
        verbose_name = "归档后的更正"
        verbose_name_plural = "归档后的更正"
        ordering = ["round_id", "pk"]

    def __str__(self) -> str:
        return self.text
