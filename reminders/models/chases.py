"""When branches were reminded of a duty by somebody above, beyond the ledger's own days."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from branches.models import Scoped


class Chase(Scoped):
    """``subject`` is the duty's own (:attr:`activities.duties.Duty.subject`)."""

    subject = models.CharField("事项", max_length=100)
    on = models.DateField("催办日期")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="催办人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("催办时间", default=timezone.now)

    class Meta:
        verbose_name = "催办"
        verbose_name_plural = "催办"
        ordering = ["-on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["subject", "on"], name="chase_once_a_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.subject}"
