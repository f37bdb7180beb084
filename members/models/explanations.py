"""Why a branch is otherwise than is normally so, and what the organisation above said to that."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet


class ExplanationQuerySet(ScopedQuerySet["Explanation"]):
    right_to_see = Right.SEE_FIGURES

    def standing_on(self, on: date) -> "ExplanationQuerySet":
        """Those that wait for an answer, were returned, or hold on ``on``; the newest last."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on)).order_by("at", "pk")


class Explanation(Scoped):
    """A reason for what a text words with 一般, stated by the branch and accepted or returned by another person above.

    ``subject`` is what it speaks of (the committee, one term, one secretary) and ``size`` how far that went; once the
    branch goes further, or the year of ``valid_until`` is over, it explains nothing any more.
    """

    branch = models.ForeignKey(
        Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="explanations"
    )
    code = models.CharField("规定", max_length=8)
    subject = models.SlugField("所指", max_length=40, db_index=False)
    size = models.PositiveSmallIntegerField("程度", default=0)
    text = models.CharField("情况", max_length=200)
    reason = models.CharField("理由", max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="说明人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("说明时间", default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="核实人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_at = models.DateTimeField("核实时间", null=True)
    returned_why = models.CharField("退回原因", max_length=300, blank=True)
    valid_until = models.DateField("有效期至", null=True)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = "情况说明"
        verbose_name_plural = "情况说明"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "subject"],
                condition=Q(answered_at__isnull=True),
                name="explanation_one_waiting",
                violation_error_message="这一项已经有一份说明在等上级核实。",
            ),
            models.CheckConstraint(condition=~Q(answered_by=F("by")), name="explanation_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.code}"

    @property
    def is_waiting(self) -> bool:
        return self.answered_at is None

    @property
    def is_accepted(self) -> bool:
        return self.valid_until is not None
