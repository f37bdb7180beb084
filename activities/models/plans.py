"""What a branch intends to hold (计划): a line with its rhythm, and what was changed for single dates."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from activities.kinds import Kind
from branches.models import Branch, PartyGroup, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet

#: The place of a weekday in a month that means its last one.
LAST: Final = 5


class Rhythm(models.TextChoices):
    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季度"
    ONCE = "once", "一次"


class Weekday(models.IntegerChoices):
    MONDAY = 0, "星期一"
    TUESDAY = 1, "星期二"
    WEDNESDAY = 2, "星期三"
    THURSDAY = 3, "星期四"
    FRIDAY = 4, "星期五"
    SATURDAY = 5, "星期六"
    SUNDAY = 6, "星期日"


class Week(models.IntegerChoices):
    FIRST = 1, "第一个"
    SECOND = 2, "第二个"
    THIRD = 3, "第三个"
    FOURTH = 4, "第四个"
    LAST = LAST, "最后一个"


class PlanQuerySet(ScopedQuerySet["Plan"]):
    right_to_see = Right.SEE_RECORDS


class PlanChangeQuerySet(ScopedQuerySet["PlanChange"]):
    right_to_see = Right.SEE_RECORDS


class Plan(Scoped):
    """One line of a branch's plan. Its dates are computed (`activities.plans.dates`), never stored.

    Every month or quarter it has either ``day`` (of the month; the last where the month is shorter) or ``week`` with
    ``weekday``; a quarter says in which of its months, too. What is held once has ``since`` and ``until`` on its day.
    """

    follows_heir = True

    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="activity_plans"
    )
    group = models.ForeignKey(
        PartyGroup,
        verbose_name="党小组",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activity_plans",
    )
    kind = models.CharField("类型", max_length=30, choices=Kind)
    rhythm = models.CharField("频次", max_length=10, choices=Rhythm)
    month_of_quarter = models.PositiveSmallIntegerField("季度中的第几个月", null=True, blank=True)
    day = models.PositiveSmallIntegerField("几号", null=True, blank=True)
    week = models.PositiveSmallIntegerField("第几个", choices=Week, null=True, blank=True)
    weekday = models.PositiveSmallIntegerField("星期", choices=Weekday, null=True, blank=True)
    since = models.DateField("从")
    until = models.DateField("到")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=80, blank=True)
    topic = models.CharField("主题", max_length=100, blank=True)
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    history = HistoricalRecords()

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = "活动计划"
        verbose_name_plural = "活动计划"
        ordering = ["branch__order_key", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="plan_dates_in_order",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(
                    rhythm="once",
                    since=F("until"),
                    day__isnull=True,
                    week__isnull=True,
                    weekday__isnull=True,
                    month_of_quarter__isnull=True,
                )
                | Q(rhythm="monthly", month_of_quarter__isnull=True)
                | Q(rhythm="quarterly", month_of_quarter__range=(1, 3)),
                name="plan_rhythm_complete",
            ),
            models.CheckConstraint(
                condition=Q(rhythm="once")
                | Q(day__range=(1, 31), week__isnull=True, weekday__isnull=True)
                | Q(day__isnull=True, week__range=(1, LAST), weekday__range=(0, 6)),
                name="plan_has_one_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="group_meeting", group__isnull=False)
                | (~Q(kind="group_meeting") & Q(group__isnull=True)),
                name="plan_group_only_for_group_meeting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.get_kind_display()}"


class PlanChange(Scoped):
    """One planned date that was moved to another day, or called off, and why."""

    follows_heir = True

    plan = models.ForeignKey(Plan, verbose_name="计划", on_delete=models.CASCADE, related_name="changes")
    planned_on = models.DateField("原定日期")
    moved_to = models.DateField("改期到", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    history = HistoricalRecords()

    objects = PlanChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "改期和取消"
        verbose_name_plural = "改期和取消"
        ordering = ["plan_id", "planned_on"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "planned_on"], name="plan_change_once_per_date"),
            models.CheckConstraint(condition=~Q(reason=""), name="plan_change_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.planned_on}"
