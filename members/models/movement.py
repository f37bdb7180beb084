"""How people come, go and stay away: transfers, departures, suspensions, circumstances, and corrections of the past."""

import uuid
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet, ranges_of, within
from lib.dated import Dated

from .people import Member, MemberRowQuerySet


def _author() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="经办人",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )


class TransferQuerySet(ScopedQuerySet["Transfer"]):
    right_to_see = Right.SEE_MEMBERS

    def reachable_by(self, user: User, right: Right) -> Self:
        """Both sides see a transfer: that of the branch left, and that of the branch entered."""
        ranges = ranges_of(user, right)
        return self.filter(within("branch_path", ranges) | within("target__path", ranges))

    def open(self) -> Self:
        return self.filter(state__in=Transfer.OPEN)


class Transfer(Scoped):
    """A person's way from one organisation to another (组织关系转接), with its letter (介绍信).

    ``branch`` is the side inside the university: the one left, or for a transfer in the one entered. What may happen
    next stands in :mod:`members.transfer_steps`.
    """

    class Kind(models.TextChoices):
        OUT = "out", "转出校外"
        INSIDE = "inside", "校内转接"
        IN = "in", "校外转入"

    class State(models.TextChoices):
        REQUESTED = "requested", "待开介绍信"
        SENT = "sent", "待接收"
        ACCEPTED = "accepted", "已接收"
        ARRIVED = "arrived", "已报到"
        REFUSED = "refused", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (State.REQUESTED, State.SENT, State.REFUSED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("方式", max_length=8, choices=Kind)
    state = models.CharField("进度", max_length=10, choices=State, db_index=True)
    member = models.ForeignKey(
        Member,
        verbose_name="党员",
        null=True,
        on_delete=models.CASCADE,
        related_name="transfers",
    )
    name = models.CharField("姓名", max_length=64)
    branch = models.ForeignKey(
        Branch, verbose_name="本校党支部", on_delete=models.PROTECT, related_name="transfers"
    )
    target = models.ForeignKey(
        Branch,
        verbose_name="转入党支部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transfers_in",
    )
    elsewhere = models.CharField("校外党组织", max_length=120, blank=True)
    letter = models.CharField("介绍信编号", max_length=40, blank=True, db_index=True)
    first_issued_on = models.DateField("首次开出日期", null=True, blank=True)
    issued_on = models.DateField("开出日期", null=True, blank=True)
    valid_days = models.PositiveSmallIntegerField("有效期（天）", default=30)
    valid_until = models.DateField("有效期至", null=True, blank=True, db_index=True)
    requested_on = models.DateField("申请日期")
    accepted_on = models.DateField("接收日期", null=True, blank=True)
    arrived_on = models.DateField("报到日期", null=True, blank=True)
    reason = models.CharField("说明", max_length=200, blank=True)
    batch = models.UUIDField("批次", null=True, editable=False, db_index=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = "组织关系转接"
        verbose_name_plural = "组织关系转接"
        ordering = ["-requested_on", "letter", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["requested", "sent", "refused"]),
                name="transfer_one_open_per_member",
                violation_error_message="该党员已有一份没有办结的转接，请先办结或撤回。",
            ),
            models.UniqueConstraint(
                fields=["letter"],
                condition=~Q(letter="") & ~Q(kind="in"),
                name="transfer_letter_once",
                violation_error_message="这个介绍信编号已经用过。",
            ),
            models.CheckConstraint(
                condition=Q(kind="inside", target__isnull=False) | (~Q(kind="inside") & ~Q(elsewhere="")),
                name="transfer_goes_somewhere",
                violation_error_message="校内转接须选择转入党支部，校外转接须写明对方党组织。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def is_expired(self, on: date) -> bool:
        """The letter's days are over and nobody has taken the person in (口袋党员)."""
        return self.state == self.State.SENT and self.valid_until is not None and on > self.valid_until


class TransferStep(models.Model):
    """One step that was taken, who took it, and what was said."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="steps")
    code = models.CharField("步骤", max_length=12)
    on = models.DateField("日期")
    at = models.DateTimeField("登记时间", default=timezone.now)
    by = _author()
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "转接步骤"
        verbose_name_plural = "转接步骤"
        ordering = ["transfer_id", "at", "id"]

    def __str__(self) -> str:
        return f"{self.transfer} {self.code}"


class MovementQuerySet(ScopedQuerySet[Any]):
    right_to_see = Right.SEE_MEMBERS


class Departure(Scoped):
    """Somebody is no longer a member here from ``on``. ``course`` is what the record said before, so that an entry
    made by mistake can be taken back to the letter."""

    class Kind(models.TextChoices):
        TRANSFERRED = "transferred", "转出"
        DIED = "died", "去世"
        EXPELLED = "expelled", "开除党籍"
        LOST = "lost", "失联除名"
        BY_ITSELF = "by_itself", "自行脱党除名"
        STRUCK_OFF = "struck_off", "除名"
        RESIGNED = "resigned", "退党除名"
        PROBATION_CANCELLED = "cancelled", "取消预备党员资格"

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="departures"
    )
    branch = models.ForeignKey(
        Branch, verbose_name="所在党支部", on_delete=models.PROTECT, related_name="departures"
    )
    kind = models.CharField("方式", max_length=12, choices=Kind)
    on = models.DateField("生效日期", help_text="从这一天起不在名册上。")
    evidence = models.CharField("依据", max_length=300)
    document = models.CharField("文号", max_length=60, blank=True)
    transfer = models.ForeignKey(
        Transfer, null=True, editable=False, on_delete=models.SET_NULL, related_name="departures"
    )
    course = models.JSONField(default=dict, editable=False)
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    by = _author()
    annulled_at = models.DateTimeField("撤销登记时间", null=True, editable=False)
    annulled_why = models.CharField("撤销登记的原因", max_length=300, blank=True, editable=False)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "离开"
        verbose_name_plural = "离开"
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "on"], condition=Q(annulled_at__isnull=True), name="departure_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()} {self.on}"


class Suspension(Dated):
    """停止党籍, and how it ended."""

    class Ground(models.TextChoices):
        LOST = "lost", "失去联系"
        ABROAD = "abroad", "出国（境）学习研究超过5年"
        EMIGRATED = "emigrated", "因私出国并长期定居"

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="suspensions"
    )
    ground = models.CharField("原因", max_length=10, choices=Ground)
    status_before = models.CharField(max_length=16, editable=False)
    evidence = models.CharField("依据", max_length=300)
    document = models.CharField("文号", max_length=60, blank=True)
    ended_evidence = models.CharField("恢复的依据", max_length=300, blank=True)
    ended_document = models.CharField("恢复的文号", max_length=60, blank=True)
    by = _author()

    objects = MemberRowQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "停止党籍"
        verbose_name_plural = "停止党籍"
        ordering = ["-since", "-id"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["member"], condition=Q(until__isnull=True), name="suspension_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.since}"


class Circumstance(Dated):
    """What keeps somebody away from the branch, or under its eye: lost, abroad, floating, kept after graduation."""

    class Kind(models.TextChoices):
        LOST = "lost", "失去联系"
        ABROAD = "abroad", "出国（境）"
        FLOATING = "floating", "流动"
        KEPT = "kept", "毕业后组织关系保留"
        RECTIFYING = "rectifying", "限期改正"

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="circumstances"
    )
    kind = models.CharField("情形", max_length=12, choices=Kind)
    place = models.CharField("去向", max_length=100, blank=True)
    is_fixed_place = models.BooleanField("地点相对固定", default=False)
    due_on = models.DateField("期限", null=True, blank=True)
    evidence = models.CharField("依据", max_length=300)
    document = models.CharField("文号", max_length=60, blank=True)
    ended_evidence = models.CharField("结束的依据", max_length=300, blank=True)
    contacted_on = models.DateField("最近联系日期", null=True, editable=False)
    by = _author()

    objects = MemberRowQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "外出与失联"
        verbose_name_plural = "外出与失联"
        ordering = ["-since", "-id"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(until__isnull=True),
                name="circumstance_one_open_of_a_kind",
                violation_error_message="该党员已有同样的情形，请先结束原来的。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()}"


class Contact(models.Model):
    """The organisation was in touch with somebody who is away (教育管理条例 34)."""

    circumstance = models.ForeignKey(Circumstance, on_delete=models.CASCADE, related_name="contacts")
    on = models.DateField("联系日期")
    note = models.CharField("联系情况", max_length=300)
    by = _author()

    class Meta:
        verbose_name = "联系记录"
        verbose_name_plural = "联系记录"
        ordering = ["circumstance_id", "-on", "-id"]

    def __str__(self) -> str:
        return f"{self.circumstance} {self.on}"


class RosterCorrection(Scoped):
    """The roster of days before the running quarter was changed afterwards: which days, by whom, and why.

    ``before`` and ``after`` say where the person was and what he was on ``effective_on``; empty is not on the roster.
    """

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="corrections"
    )
    effective_on = models.DateField("从", db_index=True)
    effective_until = models.DateField("到")
    entered_at = models.DateTimeField("登记时间", default=timezone.now, db_index=True)
    by = _author()
    what = models.CharField("事项", max_length=24)
    reason = models.CharField("原因", max_length=300, blank=True)
    before = models.JSONField("更正前", default=dict)
    after = models.JSONField("更正后", default=dict)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "名册更正"
        verbose_name_plural = "名册更正"
        ordering = ["-entered_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_until__gte=F("effective_on")), name="correction_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.effective_on}"

    @property
    def entered_on(self) -> date:
        return timezone.localdate(self.entered_at)

    def concerns(self, start: date, end: date) -> bool:
        """Whether it touches any day of the range."""
        return self.effective_on <= end and self.effective_until >= start
