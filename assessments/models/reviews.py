"""The members' democratic review of a branch (民主评议党员, 支部条例 18): one a year, and each member in it.

Of the ballot only sums are kept: a ballot adds to the counts of those it rates, and no row says what one ballot said.
A code names nobody and is gone once the ballot is closed.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from activities.models import Activity
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from lib.encryption import Encrypted
from members.models import Member, ReviewGrade, StatusPeriod


class ReviewQuerySet(ScopedQuerySet["Review"]):
    right_to_see = Right.REVIEW


class Review(Scoped):
    """One year's review of one branch. The roster of ``held_on`` says who takes part.

    ``share`` of ``base`` and ``citation`` are the local rules of the day it was begun, so that what is decided later
    does not touch a review that runs. ``version`` grows with every change of this row.
    """

    class State(models.TextChoices):
        OPEN = "open", "自评互评"
        BALLOTING = "balloting", "民主测评"
        GRADING = "grading", "评定等次"
        SUBMITTED = "submitted", "已报送"
        CLOSED = "closed", "已办结"

    class Way(models.TextChoices):
        """How it is voted: by one way only, since what is left of a total tells what the few of the other way said."""

        PHONE = "phone", "手机测评"
        PAPER = "paper", "纸质票"

    class Decider(models.TextChoices):
        MEETING = "meeting", "支部党员大会"
        COMMITTEE = "committee", "支部委员会"

    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="reviews"
    )
    year = models.PositiveSmallIntegerField("评议年度")
    held_on = models.DateField("评议日期")
    meeting = models.ForeignKey(
        Activity,
        verbose_name="会议记录",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reviews",
    )
    state = models.CharField("进度", max_length=10, choices=State, default=State.OPEN)
    share = models.CharField("优秀的比例", max_length=8)
    base = models.CharField("比例的基数", max_length=8)
    citation = models.CharField("比例的依据", max_length=200, blank=True)
    asks_self_grade = models.BooleanField("自评时自报等次", default=False)
    way = models.CharField("测评方式", max_length=6, choices=Way, blank=True)
    issued = models.PositiveSmallIntegerField("发出", default=0)
    returned = models.PositiveSmallIntegerField("收回", default=0)
    decided_on = models.DateField("评定日期", null=True, blank=True)
    decided_by = models.CharField("由谁评定", max_length=10, choices=Decider, blank=True)
    returned_why = models.CharField("退回原因", max_length=300, blank=True)
    submitted_at = models.DateTimeField("报送时间", null=True, editable=False)
    closed_at = models.DateTimeField("办结时间", null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "民主评议党员"
        verbose_name_plural = "民主评议党员"
        ordering = ["-year", "branch__order_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "year"],
                name="review_once_a_year",
                violation_error_message="本支部这一年度的民主评议已经发起。",
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("issued")), name="review_returned_within_issued"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch.short_name}{self.year}年度民主评议党员"

    def is_at(self, *states: str) -> bool:
        return self.state in states


class AboutReview:
    """A row of a review stands where the review does."""

    review: Any

    @property
    def branch_path(self) -> str:
        path: str = self.review.branch_path
        return path


class ReviewEntry(AboutReview, models.Model):
    """A member in a review. What he is graded stands in ``grade``, or in ``ungraded_why`` why he is not.

    ``excellent`` to ``failing`` are how many ballots said so. Texts about people are encrypted.
    """

    COUNTS = ("excellent", "competent", "basic", "failing")
    STANDINGS = ((StatusPeriod.Status.FULL, "正式党员"), (StatusPeriod.Status.PROBATIONARY, "预备党员"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="entries")
    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.PROTECT, related_name="review_entries"
    )
    standing = models.CharField("人员类别", max_length=20, choices=STANDINGS)
    ungraded_why = models.CharField("不评定等次的原因", max_length=100, blank=True)
    self_cipher = models.TextField(blank=True, editable=False)
    self_grade = models.CharField("自报等次", max_length=10, choices=ReviewGrade, blank=True)
    self_at = models.DateTimeField("自评时间", null=True, editable=False)
    mutual_cipher = models.TextField(blank=True, editable=False)
    masses_cipher = models.TextField(blank=True, editable=False)
    excellent = models.PositiveSmallIntegerField("优秀票", default=0)
    competent = models.PositiveSmallIntegerField("合格票", default=0)
    basic = models.PositiveSmallIntegerField("基本合格票", default=0)
    failing = models.PositiveSmallIntegerField("不合格票", default=0)
    opinion_cipher = models.TextField(blank=True, editable=False)
    grade = models.CharField("等次", max_length=10, choices=ReviewGrade, blank=True)
    disposal_cipher = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    self_text = Encrypted("self_cipher")
    mutual = Encrypted("mutual_cipher")
    masses = Encrypted("masses_cipher")
    opinion = Encrypted("opinion_cipher")
    disposal = Encrypted("disposal_cipher")

    class Meta:
        verbose_name = "民主评议名单"
        verbose_name_plural = "民主评议名单"
        ordering = ["review_id", "member__name_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "member"], name="review_entry_once_a_review"),
            models.CheckConstraint(
                condition=Q(grade="") | Q(standing=StatusPeriod.Status.FULL, ungraded_why=""),
                name="review_entry_graded_only_when_full",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.review_id}"

    @property
    def is_full(self) -> bool:
        return self.standing == StatusPeriod.Status.FULL

    @property
    def is_to_grade(self) -> bool:
        return self.is_full and not self.ungraded_why

    @property
    def why_ungraded(self) -> str:
        """Why no grade is given; empty for whoever is to have one."""
        return "预备党员" if not self.is_full else self.ungraded_why

    @property
    def in_words(self) -> str:
        """合格, 未定, or 不评定等次（预备党员）."""
        if why := self.why_ungraded:
            return f"不评定等次（{why}）"
        return str(self.get_grade_display()) or "未定"

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in self.COUNTS)


class ReviewCode(models.Model):
    """A code drawn by somebody who takes part. Only its keyed digest is kept; the row is gone after close."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64, unique=True)
    is_used = models.BooleanField(default=False)

    class Meta:
        verbose_name = "民主测评码"
        verbose_name_plural = "民主测评码"

    def __str__(self) -> str:
        return str(self.review_id)


class ReviewCorrection(AboutReview, models.Model):
    """What was put right after a review was closed: what had stood there, and why it was changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="corrections")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="review_corrections")
    before = models.CharField("更正前", max_length=120)
    after = models.CharField("更正后", max_length=120)
    said_cipher = models.TextField(blank=True, editable=False)
    citation = models.CharField("依据", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField("更正时间", default=timezone.now)

    #: The opinion as it had been, and what was to follow from it.
    said_before = Encrypted("said_cipher")

    class Meta:
        verbose_name = "民主评议的更正"
        verbose_name_plural = "民主评议的更正"
        ordering = ["review_id", "at"]

    def __str__(self) -> str:
        return f"{self.member} {self.before} → {self.after}"
