"""What a member asks about his own data (个人信息保护法 45–47, 50): to correct, delete or restrict it."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.roles import Right
from lib.encryption import Encrypted

from .people import Member


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, user: User) -> Self:
        """Whoever keeps the member's data where he belongs today, and oneself."""
        kept = Member.objects.reachable_by(user, Right.KEEP_MEMBERS).values("pk")
        return self.filter(Q(member__in=kept) | Q(member__account=user))

    def waiting(self) -> Self:
        return self.filter(state=DataRequest.State.ASKED)

    def restricting(self) -> Self:
        """Those by which nothing but keeping is done with the member's numbers and addresses now."""
        return self.filter(state=DataRequest.State.RESTRICTED, ended_at__isnull=True)


class DataRequest(models.Model):
    """One request. ``due_on`` is the fifteenth working day; ``cleared`` names the columns that were deleted."""

    class Kind(models.TextChoices):
        CORRECT = "correct", "更正"
        DELETE = "delete", "删除"
        RESTRICT = "restrict", "限制处理"

    class Subject(models.TextChoices):
        IDENTITY = "identity", "姓名、性别、民族、出生日期"
        MEMBERSHIP = "membership", "党籍、入党和转正日期、组织关系"
        EDUCATION = "education", "学历、专业和工作"
        CONTACT = "contact", "手机号、固定电话、住址"
        PICTURE = "picture", "照片和佐证材料"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        ASKED = "asked", "待答复"
        DONE = "done", "已办理"
        RESTRICTED = "restricted", "已限制处理"
        REFUSED = "refused", "不予办理"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="data_requests"
    )
    kind = models.CharField("请求", max_length=10, choices=Kind)
    subject = models.CharField("哪些信息", max_length=10, choices=Subject)
    said_cipher = models.TextField(editable=False)
    asked_at = models.DateTimeField("提出时间", default=timezone.now)
    due_on = models.DateField("答复期限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    answer_cipher = models.TextField(blank=True, editable=False)
    basis = models.CharField("依据", max_length=200, blank=True)
    cleared = models.JSONField("已删除", default=list, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True)
    ended_at = models.DateTimeField("限制结束时间", null=True)

    said = Encrypted("said_cipher")
    answer = Encrypted("answer_cipher")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "个人信息请求"
        verbose_name_plural = "个人信息请求"
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["state", "due_on"], name="data_request_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "subject"],
                condition=Q(state="asked"),
                name="data_request_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(basis=""), name="data_request_refused_with_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def is_restricting(self) -> bool:
        return self.state == self.State.RESTRICTED and self.ended_at is None

    @property
    def deletes_contacts(self) -> bool:
        """Agreeing deletes them at once: they serve only to reach somebody, and no rule asks to keep them (PIPL 47)."""
        return self.kind == self.Kind.DELETE and self.subject == self.Subject.CONTACT

    @property
    def is_held(self) -> bool:
        """Party records are kept by their rules, whatever is asked (PIPL 47 II)."""
        kept = (self.Subject.IDENTITY, self.Subject.MEMBERSHIP, self.Subject.EDUCATION)
        return self.kind == self.Kind.DELETE and self.subject in kept
