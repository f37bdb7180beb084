"""Study made up for a record by somebody who was on leave or absent (补学)."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.roles import Right
from branches.scope import ScopedQuerySet
from members.models import Member

from .records import Activity


class MakeUpQuerySet(ScopedQuerySet["MakeUp"]):
    scope_field = "activity__branch_path"
    right_to_see = Right.SEE_RECORDS


class MakeUp(models.Model):
    """When and how somebody made up for a record; it counts as study, never as presence."""

    activity = models.ForeignKey(
        Activity, verbose_name="活动记录", on_delete=models.CASCADE, related_name="make_ups"
    )
    member = models.ForeignKey(Member, verbose_name="党员", on_delete=models.PROTECT, related_name="make_ups")
    on = models.DateField("补学日期")
    how = models.CharField("补学方式", max_length=60)
    hours = models.DecimalField(
        "学时", max_digits=4, decimal_places=1, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("登记时间", default=timezone.now)

    objects = MakeUpQuerySet.as_manager()

    class Meta:
        verbose_name = "补学"
        verbose_name_plural = "补学"
        ordering = ["activity_id", "member__name_order"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "member"], name="make_up_once_per_person"),
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(hours__gt=0), name="make_up_hours_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.on}"

    @property
    def line(self) -> str:
        """11月20日 自学讲义（1.5 学时）."""
        hours = f"（{self.hours.normalize():f} 学时）" if self.hours else ""
        return f"{self.on.month}月{self.on.day}日 {self.how}{hours}"
