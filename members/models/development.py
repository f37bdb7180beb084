"""The way into the party: a person's development, the steps taken, who was named in them, and the yearly plan."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet, ranges_of, within

from .people import Member


class DevelopmentQuerySet(models.QuerySet["Development"]):
    def visible_to(self, user: User) -> Self:
        """Where one develops people, by where each person is now; and one's own."""
        return self.filter(
            within("member__branch_path", ranges_of(user, Right.SEE_DEVELOPMENT)) | Q(member__account=user.pk)
        )

    def reachable_by(self, user: User, right: Right) -> Self:
        return self.filter(within("member__branch_path", ranges_of(user, right)))

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)

    def running_on(self, day: date) -> Self:
        """Begun by ``day``, and closed after it or not at all: the day it is closed is not one of it."""
        return self.begun_by(day).filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))

    def begun_by(self, day: date) -> Self:
        """Applied for by ``day``; of whom the application is not known, admitted by then."""
        return self.filter(Q(applied_on__lte=day) | Q(applied_on=None, member__joined_on__lte=day))

    def latest_first(self) -> Self:
        """The running one, then those closed, from the last on."""
        return self.order_by(F("closed_on").desc(nulls_first=True), "-pk")


class Development(models.Model):
    """One person's way from an application on. It moves with the person: 培养教育时间可连续计算 (发展党员细则 12).

    ``began_at_probation`` is for whoever was a 预备党员 already when he came: what lies before lies in his file.
    """

    class Outcome(models.TextChoices):
        JOINED = "joined", "已转正归档"
        ENDED = "ended", "终止培养"
        CANCELLED = "cancelled", "取消预备党员资格"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        Member, verbose_name="人员", on_delete=models.CASCADE, related_name="developments"
    )
    applied_on = models.DateField("递交入党申请书时间", null=True, blank=True, db_index=True)
    began_at_probation = models.BooleanField("来时已是预备党员", default=False)
    closed_on = models.DateField("结束日期", null=True, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    reason = models.CharField("结束原因", max_length=200, blank=True)

    objects = DevelopmentQuerySet.as_manager()

    class Meta:
        verbose_name = "发展党员"
        verbose_name_plural = "发展党员"
        ordering = ["applied_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_on__isnull=False) | Q(began_at_probation=True),
                name="development_applied_or_came_on_probation",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(closed_on__isnull=True),
                name="development_one_open_per_person",
                violation_error_message="这个人已有正在进行的发展记录。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, outcome="") | Q(closed_on__isnull=False, outcome__gt=""),
                name="development_closed_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.since or ''}".rstrip()

    @property
    def since(self) -> date | None:
        """Since when the person is on this way, as far as it is known: the application, or the meeting elsewhere."""
        return self.applied_on or self.member.joined_on

    @property
    def admitted_elsewhere_on(self) -> date | None:
        """教育管理条例 24: 党籍 begins with the meeting that passed the person, whose record is not kept here."""
        return self.member.joined_on if self.began_at_probation else None


class DevelopmentStepQuerySet(models.QuerySet["DevelopmentStep"]):
    def standing(self) -> Self:
        """Steps that were not taken back."""
        return self.filter(withdrawn_at__isnull=True)


class DevelopmentStep(models.Model):
    """A step that was taken, with what it wrote down. Taking it back keeps the row and says why.

    ``facts`` holds what :mod:`members.development.steps` declares for the step. A negative decision is kept and is not
    effective.
    """

    development = models.ForeignKey(Development, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField("步骤", max_length=24)
    on = models.DateField("日期")
    facts = models.JSONField(default=dict, blank=True)
    is_effective = models.BooleanField(default=True)
    is_late = models.BooleanField("逾期", default=False)
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    objects = DevelopmentStepQuerySet.as_manager()

    class Meta:
        verbose_name = "发展步骤"
        verbose_name_plural = "发展步骤"
        ordering = ["on", "id"]
        indexes = [models.Index(fields=["step", "on"], name="development_step_day")]

    def __str__(self) -> str:
        return f"{self.development} {self.step}"


class DevelopmentPerson(models.Model):
    """Somebody named in a step: a contact (培养联系人) or an introducer (入党介绍人)."""

    step = models.ForeignKey(DevelopmentStep, on_delete=models.CASCADE, related_name="people")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="named_in")

    class Meta:
        verbose_name = "培养联系人和入党介绍人"
        verbose_name_plural = "培养联系人和入党介绍人"
        constraints = [models.UniqueConstraint(fields=["step", "member"], name="named_once_per_step")]

    def __str__(self) -> str:
        return f"{self.step} {self.member}"


class DevelopmentPlanQuerySet(ScopedQuerySet["DevelopmentPlan"]):
    right_to_see = Right.SEE_DEVELOPMENT


class DevelopmentPlan(Scoped):
    """How many people an organisation may admit in a year (发展党员计划)."""

    branch = models.ForeignKey(Branch, verbose_name="党组织", on_delete=models.CASCADE, related_name="plans")
    year = models.PositiveSmallIntegerField("年度")
    quota = models.PositiveIntegerField("名额")
    document = models.CharField("文号", max_length=100, blank=True)

    objects = DevelopmentPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "发展党员计划"
        verbose_name_plural = "发展党员计划"
        ordering = ["-year", "branch__order_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "year"],
                name="plan_once_a_year",
                violation_error_message="这个党组织这一年度的计划已经填过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.year}"
