"""The minutes of a meeting: its agenda with what was said and decided, and what has to be done about it."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import User
from branches.roles import Right
from branches.scope import ranges_of, within
from members.models import Member
from members.voting import Vote

from .records import Activity


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, user: User) -> Self:
        """Minutes tell who said what: they are for those who keep the record."""
        return self.filter(within("activity__branch_path", ranges_of(user, Right.RECORD)))


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(within("item__activity__branch_path", ranges_of(user, Right.RECORD)))


class AgendaItem(models.Model):
    """One item of a meeting: what was said, what was decided, and how the votes fell.

    ``ballots`` is a list of :class:`activities.voting.Ballot` as mappings, one for each person or matter voted on.
    Who may vote and who came is asked of the attendance each time: it is written once.
    """

    class PartyFirst(models.TextChoices):
        """Whether the party organisation had discussed a matter before the 党政联席会议 did (高校条例 11)."""

        HELD = "held", "党组织会议已先行研究"
        NOT_NEEDED = "not_needed", "不需要先行研究"
        MISSED = "missed", "没有先行研究"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField("顺序")
    title = models.CharField("议题", max_length=120)
    proceedings = models.TextField("讨论情况", blank=True)
    decision = models.TextField("决议", blank=True)
    vote = models.CharField("表决", max_length=12, choices=Vote, blank=True)
    ballots = models.JSONField("票数", default=list, blank=True)
    uncounted = models.PositiveIntegerField("不计入应到会的人数", default=0)
    uncounted_reason = models.CharField("不计入的理由", max_length=200, blank=True)
    party_first = models.CharField("党组织会议先行研究", max_length=12, choices=PartyFirst, blank=True)
    party_first_on = models.DateField("先行研究日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = HistoricalRecords()

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = "议题"
        verbose_name_plural = "议题"
        ordering = ["activity_id", "position", "id"]

    def __str__(self) -> str:
        return self.title


class Task(models.Model):
    """Something a meeting decided to have done, by whom and until when."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="tasks")
    #: What it answers, where a meeting looked for problems (组织生活会).
    problem = models.CharField("问题", max_length=200, blank=True)
    what = models.CharField("事项", max_length=200)
    owner = models.ForeignKey(
        Member,
        verbose_name="责任人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
    )
    due_on = models.DateField("完成期限", null=True, blank=True, db_index=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = "决议事项"
        verbose_name_plural = "决议事项"
        ordering = ["item__position", "id"]

    def __str__(self) -> str:
        return self.what
