"""A yearly round of duty reports, and each secretary in it."""

from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import User
from assessments import schemes
from assessments.schemes import Scheme
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from members.models import Member


class RoundQuerySet(ScopedQuerySet["Round"]):
    right_to_see = Right.ASSESS


class Round(Scoped):
    """One year's duty reports to one organisation (``branch``), under a scheme of its own.

    ``scheme`` is a copy: what the university changes afterwards does not touch a round that runs. ``version`` grows
    with every change, so that of two who change it at once one is told.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "准备中"
        REPORTING = "reporting", "述职报告"
        BALLOTING = "balloting", "现场测评"
        GRADING = "grading", "综合评定"
        PUBLISHED = "published", "已公布"
        ARCHIVED = "archived", "已归档"

    class Audience(models.TextChoices):
        """Who sees the grades once they are published: each scope holds those before it."""

        SELF = "self", "只给本人"
        LEADERS = "leaders", "本人和党组织领导"
        ROUND = "round", "参加这次述职的书记和党组织领导"
        BELOW = "below", "本党组织和所属各党组织"

    branch = models.ForeignKey(
        Branch, verbose_name="组织述职的党组织", on_delete=models.PROTECT, related_name="rounds"
    )
    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("名称", max_length=80)
    scheme = models.JSONField("方案")
    state = models.CharField("进度", max_length=10, choices=State, default=State.DRAFT)
    report_due_on = models.DateField("报告截止日期")
    meeting_on = models.DateField("述职会议日期", null=True, blank=True)
    meeting_place = models.CharField("地点", max_length=60, blank=True)
    closed_at = models.DateTimeField("测评结束时间", null=True, editable=False)
    decided_on = models.DateField("评定会议日期", null=True, blank=True)
    decided_by = models.CharField("评定会议", max_length=80, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, editable=False)
    audience = models.CharField("公布范围", max_length=8, choices=Audience, default=Audience.SELF)
    archived_at = models.DateTimeField("归档时间", null=True, editable=False)
    digest = models.CharField("归档校验值", max_length=64, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "述职评议"
        verbose_name_plural = "述职评议"
        ordering = ["-year", "branch__order_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "year", "name"],
                name="round_once_a_year",
                violation_error_message="这个年度已有同名的述职评议。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def rules(self) -> Scheme:
        """The scheme as it was kept with the round."""
        return schemes.read(self.scheme)

    def is_at(self, *states: str) -> bool:
        return self.state in states


class SubjectQuerySet(ScopedQuerySet["Subject"]):
    right_to_see = Right.ASSESS

    def own(self, user: User) -> Self:
        """What is asked of the user himself."""
        return self.filter(member__account=user)


class Subject(Scoped):
    """A secretary in a round, with the post he reports on.

    ``posts`` are all he held in the year, as ``{"branch": pk, "since": day, "until": day}``: what is computed weighs by
    their days. ``evidence`` is what the records said when the ballot was closed. ``branch_path`` is the round's: who
    organises it sees it. ``decided`` is the committee's grade, ``decided_why`` its reason where it departs from the
    computed one.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="subjects")
    member = models.ForeignKey(
        Member, verbose_name="书记", on_delete=models.PROTECT, related_name="duty_reports"
    )
    branch = models.ForeignKey(
        Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="duty_reports"
    )
    posts = models.JSONField("任职", default=list)
    position = models.PositiveSmallIntegerField("述职顺序", default=0)
    evidence = models.JSONField("履职情况", default=dict, blank=True)
    decided = models.CharField("评定等次", max_length=12, blank=True)
    decided_why = models.CharField("与计分结果不一致的理由", max_length=300, blank=True)
    feedback = models.TextField("反馈意见", blank=True)
    feedback_on = models.DateField("反馈日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = "述职书记"
        verbose_name_plural = "述职书记"
        ordering = ["round_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "member"],
                name="subject_once_a_round",
                violation_error_message="这位书记已在本次述职名单中。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.round}"


class AboutSubject:
    """A row about one secretary stands where he does."""

    subject: Any

    @property
    def branch_path(self) -> str:
        path: str = self.subject.branch_path
        return path


class Remark(AboutSubject, models.Model):
    """What was asked or said about a report at the review meeting (一述一评)."""

    class Kind(models.TextChoices):
        QUESTION = "question", "提问"
        COMMENT = "comment", "点评"

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="remarks")
    kind = models.CharField("类型", max_length=8, choices=Kind)
    speaker = models.CharField("提问或点评人", max_length=40)
    text = models.CharField("内容", max_length=500)
    answer = models.CharField("回答", max_length=500, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "提问和点评"
        verbose_name_plural = "提问和点评"
        ordering = ["subject_id", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.speaker}"
