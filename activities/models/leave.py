"""Leave that members ask for before an activity: for a day of their branch, of one kind or of any."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from activities.kinds import Kind
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from members.models import Member


class LeaveRequestQuerySet(ScopedQuerySet["LeaveRequest"]):
    right_to_see = Right.TAKE_ATTENDANCE

    def visible_to(self, user: User) -> Self:
        """Whoever takes the branch's attendance, and oneself."""
        reached = self.reachable_by(user, self.right_to_see).values("pk")
        return self.filter(Q(pk__in=reached) | Q(member__account=user))

    def asked(self) -> Self:
        """Those that hold: neither declined nor withdrawn."""
        return self.filter(state=LeaveRequest.State.ASKED)

    def from_day(self, day: date) -> Self:
        return self.filter(on__gte=day)


class LeaveRequest(Scoped):
    """One member's wish not to come on a day. It prefills the roll; the record says what became of it."""

    class State(models.TextChoices):
        ASKED = "asked", "已提交"
        DECLINED = "declined", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="leave_requests"
    )
    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="leave_requests"
    )
    on = models.DateField("请假日期", db_index=True)
    #: Empty for whatever the branch holds on the day.
    kind = models.CharField("类型", max_length=30, choices=Kind, blank=True)
    reason = models.CharField("事由", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("提交时间", default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answer = models.CharField("答复", max_length=100, blank=True)

    objects = LeaveRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "请假申请"
        verbose_name_plural = "请假申请"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["branch", "on"], name="leave_request_branch_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "branch", "on", "kind"],
                condition=Q(state="asked"),
                name="leave_request_once_a_day",
                violation_error_message="这一天已经请过假。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.on}"

    @property
    def what(self) -> str:
        """支部党员大会, or 当天全部活动."""
        return str(Kind(self.kind).label) if self.kind else "当天全部活动"

    @property
    def is_asked(self) -> bool:
        return self.state == self.State.ASKED
