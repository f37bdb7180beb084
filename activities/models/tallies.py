"""The monthly counters made from the records."""

from django.db import models

from activities.kinds import Kind
from branches.models import Branch, PathField, Scoped
from branches.scope import ScopedQuerySet


class Tally(Scoped):
    """What a branch held of one kind in one month, written in the transaction of each record.

    ``org_path`` is where the branch stood when the records were held: a branch that moved in mid-month has two rows.
    A record of several kinds is ``held`` once for each; as one of the ``activities``, and with its people and hours, it
    counts at its primary kind alone; what several branches held jointly is one of the ``activities`` of the branch that
    led it. ``minutes`` is the sum over records of minutes × persons present.
    """

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="tallies")
    org_path = PathField(editable=False, db_index=True)
    month = models.DateField("月份")
    kind = models.CharField("类型", max_length=30, choices=Kind)
    held = models.PositiveIntegerField(default=0)
    activities = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    present = models.PositiveIntegerField(default=0)
    on_leave = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    minutes = models.PositiveBigIntegerField(default=0)

    objects = ScopedQuerySet["Tally"].as_manager()

    class Meta:
        verbose_name = "月度计数"
        verbose_name_plural = "月度计数"
        ordering = ["month", "org_path", "kind"]
        indexes = [models.Index(fields=["month", "org_path"], name="tally_month_org")]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "org_path", "month", "kind"], name="tally_one_per_branch_month_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.month:%Y-%m} {self.get_kind_display()} {self.held}"
