"""What happened: the activity log, who was there, and the campaigns it belongs to."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from activities.kinds import Kind, joined, split
from branches.models import Branch, PartyGroup, PathField, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from lib.periods import Period
from members.models import Member


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def running_on(self, day: date) -> Self:
        return self.filter(started_on__lte=day).filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day))


class Campaign(models.Model):
    """A campaign (主题教育 and the like) that gathers records of any branch and kind."""

    name = models.CharField("名称", max_length=60, unique=True)
    started_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期", null=True, blank=True)
    note = models.TextField("说明", blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "专题活动"
        verbose_name_plural = "专题活动"
        ordering = ["-started_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="campaign_dates_in_order",
                violation_error_message="结束日期不能早于开始日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ActivityQuerySet(ScopedQuerySet["Activity"]):
    right_to_see = Right.SEE_RECORDS

    def valid(self) -> Self:
        """Records that count: the withdrawn ones stay visible but count nowhere."""
        return self.filter(withdrawn_at__isnull=True)

    def of_kind(self, kind: str) -> Self:
        """Records of that kind, and those that were it too (套会)."""
        return self.of_kinds([kind])

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        wanted = Q()
        for kind in kinds:
            wanted |= Q(kind=kind) | Q(also_kinds__contains=joined([kind]))
        return self.filter(wanted)

    def kept_by(self, branch: Branch) -> Self:
        """What it recorded, and what branches that were merged into it had recorded."""
        return self.filter(Q(branch=branch) | Q(branch_path=branch.path))

    def held_in(self, period: Period) -> Self:
        return self.filter(held_on__gte=period.start, held_on__lte=period.end)

    def one_of_each(self) -> Self:
        """Of what several branches held jointly one record: the leading one, else the first of the parts here."""
        here = self.order_by()
        other = here.filter(joint_of=OuterRef("joint_of"), pk__lt=OuterRef("pk"))
        return self.exclude(joint_of__in=here.values("pk")).exclude(Exists(other))


class Activity(Scoped):
    """One record of something a branch held.

    The primary key is made by the form, so that the same form sent twenty times makes one record. ``branch_path``
    follows the branch and decides access; ``org_path`` is its place on the day it was held and is never rewritten.
    The four counters are those of the attendance rows, written with them, unless ``is_heads_only``.
    """

    follows_heir = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="activities"
    )
    org_path = PathField(editable=False, db_index=True)
    group = models.ForeignKey(
        PartyGroup,
        verbose_name="党小组",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="activities",
    )
    kind = models.CharField("类型", max_length=30, choices=Kind)
    #: What it was at the same time (套会), as `kinds.joined` keeps it. Attendance and hours belong to ``kind`` alone.
    also_kinds = models.CharField("同时算作", max_length=200, blank=True, editable=False)
    #: The leading branch's record of something held jointly; empty in that record and in one held alone.
    joint_of = models.ForeignKey(
        "self",
        verbose_name="联合开展的牵头记录",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="parts",
    )
    title = models.CharField("主题", max_length=120)
    held_on = models.DateField("开展日期", db_index=True)
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    minutes = models.PositiveIntegerField("时长（分钟）", null=True, blank=True)
    place = models.CharField("地点", max_length=80, blank=True)
    host = models.CharField("主持人", max_length=64, blank=True)
    recorder = models.CharField("记录人", max_length=64, blank=True)
    lecturer = models.CharField("主讲人", max_length=64, blank=True)
    notes = models.TextField("要点", blank=True)
    #: Guests (列席), a line of name and unit each, and how many more: in no count and no vote.
    guests = models.TextField("列席人员", blank=True)
    guest_heads = models.PositiveSmallIntegerField("另有列席人数", null=True, blank=True)
    campaigns = models.ManyToManyField(
        Campaign, verbose_name="专题活动", blank=True, related_name="activities"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_on_time = models.BooleanField("按时登记", default=True, editable=False)
    #: Taken from a ledger that counts heads and names nobody: the counters are the ledger's, there are no rows.
    is_heads_only = models.BooleanField("只有人数", default=False, editable=False)
    completed_at = models.DateTimeField("资料齐全", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    expected = models.PositiveIntegerField("应到", default=0, editable=False)
    present = models.PositiveIntegerField("实到", default=0, editable=False)
    on_leave = models.PositiveIntegerField("请假", default=0, editable=False)
    absent = models.PositiveIntegerField("缺席", default=0, editable=False)
    history = HistoricalRecords(m2m_fields=[campaigns])

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = "活动记录"
        verbose_name_plural = "活动记录"
        ordering = ["-held_on", "-entered_at", "-id"]
        indexes = [
            models.Index(fields=["branch", "kind", "held_on"], name="activity_branch_kind_day"),
            models.Index(fields=["branch_path", "-held_on"], name="activity_path_day"),
            models.Index(fields=["org_path", "held_on"], name="activity_org_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(expected=F("present") + F("on_leave") + F("absent")),
                name="activity_counts_add_up",
                violation_error_message="应到人数须等于实到、请假、缺席之和。",
            ),
            models.CheckConstraint(
                condition=Q(kind="group_meeting", group__isnull=False)
                | (~Q(kind="group_meeting") & Q(group__isnull=True)),
                name="activity_group_only_for_group_meeting",
                violation_error_message="党小组会须选择党小组，其他类型不选。",
            ),
            models.UniqueConstraint(
                fields=["joint_of", "branch"],
                condition=Q(withdrawn_at__isnull=True),
                name="activity_part_once_per_branch",
            ),
            models.CheckConstraint(condition=~Q(joint_of=F("id")), name="activity_no_part_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.held_on:%Y-%m-%d} {self.get_kind_display()}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def kinds(self) -> list[Kind]:
        """All that it was, the primary kind first."""
        return [Kind(self.kind), *split(self.also_kinds)]

    @property
    def kinds_in_words(self) -> str:
        return "、".join(str(kind.label) for kind in self.kinds)


class Attendance(models.Model):
    """One expected person at one activity. The list is frozen when the record is saved."""

    class State(models.TextChoices):
        PRESENT = "present", "到会"
        LEAVE = "leave", "请假"
        ABSENT = "absent", "缺席"
        #: Nothing was asked of the person (教育管理条例 23): outside the four counters, not outside the vote.
        EXEMPT = "exempt", "免于要求"

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="attendances")
    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.PROTECT, related_name="attendances"
    )
    state = models.CharField("到会情况", max_length=8, choices=State)
    reason = models.CharField("事由", max_length=60, blank=True)
    may_vote = models.BooleanField("有表决权", default=True)

    class Meta:
        verbose_name = "到会"
        verbose_name_plural = "到会"
        ordering = ["activity_id", "member__name_order"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "member"], name="attendance_once_per_person"),
            models.CheckConstraint(
                condition=Q(reason="") | Q(state__in=["leave", "absent"]),
                name="attendance_reason_only_when_missing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_state_display()}"


class AttendanceChange(models.Model):
    """What one correction changed for one person; the record's own history holds the facts, not the marks.

    ``version`` is the record's after the correction. An empty state means the person was not on the list.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="attendance_changes")
    version = models.PositiveIntegerField("版本")
    member = models.ForeignKey(Member, verbose_name="党员", on_delete=models.PROTECT, related_name="+")
    state_before = models.CharField("原到会情况", max_length=8, choices=Attendance.State, blank=True)
    reason_before = models.CharField("原事由", max_length=60, blank=True)
    state_after = models.CharField("现到会情况", max_length=8, choices=Attendance.State, blank=True)
    reason_after = models.CharField("现事由", max_length=60, blank=True)

    class Meta:
        verbose_name = "到会更正"
        verbose_name_plural = "到会更正"
        ordering = ["activity_id", "version", "member__name_order"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "version", "member"], name="attendance_change_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_state_before_display()} → {self.get_state_after_display()}"
