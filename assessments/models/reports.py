"""The written report of a secretary."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from .rounds import Subject


class Report(models.Model):
    """Three parts, kept as they are written; every version that was handed in stays in the history.

    ``entered_by`` is set when staff wrote it down for a secretary without an account.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "未提交"
        SUBMITTED = "submitted", "已提交"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "已审阅"

    #: Its author may still write; it was handed in.
    OPEN = (State.DRAFT, State.RETURNED)
    HANDED_IN = (State.SUBMITTED, State.ACCEPTED)

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, related_name="report")
    work = models.TextField("履行职责情况", blank=True)
    problems = models.TextField("存在的问题和原因", blank=True)
    plans = models.TextField("下一步打算", blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代为录入的人",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    returned_why = models.CharField("退回原因", max_length=300, blank=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "述职报告"
        verbose_name_plural = "述职报告"

    def __str__(self) -> str:
        return f"{self.subject}"

    @property
    def is_open(self) -> bool:
        """Whether its author may still write."""
        return self.state in self.OPEN

    @property
    def characters(self) -> int:
        return sum(len("".join(text.split())) for text in (self.work, self.problems, self.plans))
