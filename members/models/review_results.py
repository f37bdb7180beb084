"""What became of the members' democratic review (民主评议党员, 支部条例 18), in the record of each member."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from lib.encryption import Encrypted

from .people import Member


class ReviewGrade(models.TextChoices):
    """The four grades of the yearly notices of the Organisation Department (ZB-26)."""

    EXCELLENT = "excellent", "优秀"
    COMPETENT = "competent", "合格"
    BASIC = "basic", "基本合格"
    FAILING = "failing", "不合格"


class ReviewResultQuerySet(models.QuerySet["ReviewResult"]):
    def visible_to(self, user: User) -> Self:
        """For the secretary and staff of where the member stands now, and for oneself."""
        kept = Member.objects.reachable_by(user, Right.REVIEW).values("pk")
        return self.filter(Q(member__in=kept) | Q(member__account=user))


class ReviewResult(models.Model):
    """One year's result of a member. Without ``grade`` stands in ``ungraded`` why there is none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.PROTECT, related_name="review_results"
    )
    branch = models.ForeignKey(
        Branch, verbose_name="评议的党支部", on_delete=models.PROTECT, related_name="review_results"
    )
    year = models.PositiveSmallIntegerField("评议年度")
    held_on = models.DateField("评议日期")
    grade = models.CharField("等次", max_length=10, choices=ReviewGrade, blank=True)
    ungraded = models.CharField("不评定等次的原因", max_length=100, blank=True)
    opinion_cipher = models.TextField(blank=True, editable=False)
    disposal_cipher = models.TextField(blank=True, editable=False)
    decided_on = models.DateField("评定日期")
    decided_by = models.CharField("评定的会议", max_length=40)
    written_at = models.DateTimeField("记入时间", default=timezone.now)

    opinion = Encrypted("opinion_cipher")
    disposal = Encrypted("disposal_cipher")

    objects = ReviewResultQuerySet.as_manager()

    class Meta:
        verbose_name = "民主评议结果"
        verbose_name_plural = "民主评议结果"
        ordering = ["member_id", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["member", "year"], name="review_result_once_a_year"),
            models.CheckConstraint(
                condition=~Q(grade="", ungraded="") & (Q(grade="") | Q(ungraded="")),
                name="review_result_graded_or_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year}"

    @property
    def in_words(self) -> str:
        """合格, or 不评定等次（预备党员）."""
        return str(self.get_grade_display()) if self.grade else f"不评定等次（{self.ungraded}）"
