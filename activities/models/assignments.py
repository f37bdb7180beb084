"""What an organisation above asks of branches: notices to read (通知), tasks to return (任务); each branch's return."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import User
from activities.kinds import Kind
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet, ranges_of, within

from .records import Activity, Campaign


class Nature(models.TextChoices):
    NOTICE = "notice", "通知"
    TASK = "task", "任务"


class AssignmentQuerySet(ScopedQuerySet["Assignment"]):
    right_to_see = Right.SEE_RECORDS

    def visible_to(self, user: User) -> Self:
        """Those of one's part of the tree, and those that were sent to a branch of it from above."""
        mine = ranges_of(user, self.right_to_see)
        sent = AssignmentReturn.objects.filter(within("branch_path", mine), assignment=OuterRef("pk"))
        return self.filter(within("branch_path", mine) | Exists(sent))

    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Assignment(Scoped):
    """One notice or task. ``branch_path`` is the issuer's place; to whom it went is told by its returns.

    ``organisation`` with ``to_categories`` and ``to_forms`` (kept as `kinds.joined` keeps kinds) is the rule by which
    branches founded meanwhile are asked too, unless they were picked one by one.
    """

    nature = models.CharField("性质", max_length=8, choices=Nature)
    title = models.CharField("标题", max_length=80)
    text = models.TextField("内容", blank=True)
    kind = models.CharField("要求开展的活动", max_length=30, choices=Kind, blank=True)
    campaign = models.ForeignKey(
        Campaign,
        verbose_name="专题活动",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    opens_on = models.DateField("开始日期")
    due_on = models.DateField("截止日期", db_index=True)
    issuer = models.ForeignKey(
        Branch, verbose_name="发出单位", on_delete=models.PROTECT, related_name="issued_assignments"
    )
    organisation = models.ForeignKey(
        Branch, verbose_name="发送范围", on_delete=models.PROTECT, related_name="assignments_below"
    )
    to_categories = models.CharField("类别", max_length=60, blank=True, editable=False)
    to_forms = models.CharField("设置形式", max_length=60, blank=True, editable=False)
    is_picked = models.BooleanField("逐个选定", default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    issued_at = models.DateTimeField("发出时间", default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发出人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)
    history = HistoricalRecords()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "通知和任务"
        verbose_name_plural = "通知和任务"
        ordering = ["-due_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")),
                name="assignment_dates_in_order",
                violation_error_message="截止日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(nature="task") | Q(kind=""),
                name="assignment_notice_asks_for_no_record",
                violation_error_message="通知只需阅读，不能要求开展活动。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_notice(self) -> bool:
        return self.nature == Nature.NOTICE

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class State(models.TextChoices):
    """Where one branch stands with what it was asked. The words are those of a task; a notice is read, not returned."""

    OVERDUE = "overdue", "逾期未报"
    OPEN = "open", "未报"
    ASKED = "asked", "申请不适用"
    LATE = "late", "迟报"
    DONE = "done", "已报"
    EXEMPT = "exempt", "不适用"
    GONE = "gone", "支部已撤销"


#: Those of whom something is still expected.
WAITING = (State.OVERDUE, State.OPEN)
RETURNED = (State.DONE, State.LATE)

_KIND = Concat(Value(" "), F("assignment__kind"), Value(" "))
_IS_KIND = (
    Q(assignment__kind="") | Q(record__kind=F("assignment__kind")) | Q(record__also_kinds__contains=_KIND)
)
#: A record that was withdrawn, or moved before the window or to another kind, does not return a task any more.
_RECORD_HOLDS = _IS_KIND & Q(
    record__isnull=False,
    record__withdrawn_at__isnull=True,
    record__held_on__gte=F("assignment__opens_on"),
)
IS_RETURNED = Q(returned_on__isnull=False) & (
    Q(assignment__nature=Nature.NOTICE)
    | _RECORD_HOLDS
    | (Q(record__isnull=True, assignment__kind="") & ~Q(said=""))
)


class AssignmentReturnQuerySet(ScopedQuerySet["AssignmentReturn"]):
    right_to_see = Right.SEE_RECORDS

    def with_state(self, today: date) -> Self:
        """``state`` as of ``today``: it is asked of the linked record each time, and stored nowhere."""
        late = Q(returned_on__gt=F("assignment__due_on"))
        return self.annotate(
            state=Case(
                When(IS_RETURNED & late, then=Value(State.LATE)),
                When(IS_RETURNED, then=Value(State.DONE)),
                When(is_exempt=True, then=Value(State.EXEMPT)),
                When(branch__dissolved_on__lte=today, then=Value(State.GONE)),
                When(
                    Q(claimed_at__isnull=False, answered_at__isnull=True),
                    then=Value(State.ASKED),
                ),
                When(assignment__due_on__lt=today, then=Value(State.OVERDUE)),
                default=Value(State.OPEN),
                output_field=models.CharField(),
            )
        )

    def in_state(self, today: date, *states: State) -> Self:
        return self.with_state(today).filter(Q(state__in=states))

    def waiting(self, today: date) -> Self:
        """Rows of whom something is still expected, of what was not withdrawn."""
        return self.in_state(today, *WAITING).filter(assignment__withdrawn_at__isnull=True)


class AssignmentReturn(Scoped):
    """What one branch did about one assignment: read it, linked a record, wrote a text, or said it does not apply.

    A linked record withdrawn later opens the task again: see ``IS_RETURNED``.
    """

    follows_heir = True

    assignment = models.ForeignKey(
        Assignment, verbose_name="通知和任务", on_delete=models.CASCADE, related_name="returns"
    )
    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="assignment_returns"
    )
    record = models.ForeignKey(
        Activity,
        verbose_name="活动记录",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assignment_returns",
    )
    said = models.CharField("报送说明", max_length=500, blank=True)
    returned_on = models.DateField("报送日期", null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="报送人",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    seen_version = models.PositiveIntegerField(default=0, editable=False)
    claim = models.CharField("不适用的理由", max_length=200, blank=True)
    claimed_at = models.DateTimeField("提出时间", null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    is_exempt = models.BooleanField("同意不适用", default=False)
    answer = models.CharField("答复", max_length=200, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    chased_on = models.DateField("最近催办", null=True, blank=True)
    history = HistoricalRecords()

    objects = AssignmentReturnQuerySet.as_manager()

    class Meta:
        verbose_name = "报送情况"
        verbose_name_plural = "报送情况"
        ordering = ["branch__order_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "branch"], name="assignment_return_once_per_branch"
            ),
            models.CheckConstraint(
                condition=Q(is_exempt=False) | Q(claimed_at__isnull=False, answered_at__isnull=False),
                name="assignment_return_exempt_when_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.assignment}"

    @property
    def stands(self) -> State:
        """What `with_state` found."""
        return State(self.state)  # type: ignore[attr-defined]
