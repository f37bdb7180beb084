"""The other half of 书记述职: the report to the organisation above (支部条例 27), as its assessment writes it down."""

from django.db import models

from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from members.models import Member


class ReportAboveQuerySet(ScopedQuerySet["ReportAbove"]):
    right_to_see = Right.SEE_FIGURES


class ReportAbove(Scoped):
    """That ``to`` asked the secretary of ``branch`` for his report of a year, and when he gave it.

    What holds is written by the verb of a higher room alone; nobody enters it here.
    """

    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="reports_above"
    )
    member = models.ForeignKey(
        Member, verbose_name="书记", on_delete=models.PROTECT, related_name="reports_above"
    )
    to = models.ForeignKey(Branch, verbose_name="上级党组织", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    given_on = models.DateField("述职日期", null=True, blank=True)

    objects = ReportAboveQuerySet.as_manager()

    class Meta:
        verbose_name = "向上级党组织述职"
        verbose_name_plural = "向上级党组织述职"
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["to", "year", "member"], name="report_above_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year}"
