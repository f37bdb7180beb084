"""What is kept of those who hold posts, their trainings and competence, and the certificates given to members."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User
from branches.models import Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet

from .people import Member

M = TypeVar("M", bound=models.Model)


class OfMemberQuerySet(models.QuerySet[M]):
    """Rows of a member, seen by whoever sees the member."""

    def visible_to(self, user: User) -> Self:
        return self.filter(member__in=Member.objects.visible_to(user).values("pk"))


class Training(models.Model):
    """A training that a secretary or committee member took part in (支部条例 25)."""

    class Kind(models.TextChoices):
        INDUCTION = "induction", "任职培训"
        ROTATION = "rotation", "集中轮训"
        ACTIVIST = "activist", "入党积极分子培训"
        TARGET = "target", "发展对象培训"
        PROBATIONARY = "probation", "预备党员培训"
        OTHER = "other", "其他培训"

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="trainings"
    )
    kind = models.CharField("类型", max_length=10, choices=Kind)
    title = models.CharField("培训名称", max_length=80)
    held_on = models.DateField("结业日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    organizer = models.CharField("主办单位", max_length=60, blank=True)

    objects = OfMemberQuerySet["Training"].as_manager()

    class Meta:
        verbose_name = "培训记录"
        verbose_name_plural = "培训记录"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "title", "held_on"],
                name="training_once",
                violation_error_message="这次培训已经登记过。",
            ),
            models.CheckConstraint(condition=models.Q(hours__gt=0), name="training_has_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.title}"


class Competence(models.Model):
    """One line of the competence checklist that somebody found fulfilled; ``item`` is a code of the list."""

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="competences"
    )
    item = models.CharField("条目", max_length=20)
    ticked_on = models.DateField("确认日期", default=timezone.localdate)
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="确认人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = OfMemberQuerySet["Competence"].as_manager()

    class Meta:
        verbose_name = "履职条目"
        verbose_name_plural = "履职条目"
        ordering = ["member_id", "item"]
        constraints = [models.UniqueConstraint(fields=["member", "item"], name="competence_once")]

    def __str__(self) -> str:
        return f"{self.member} {self.item}"


class CertificateQuerySet(ScopedQuerySet["Certificate"]):
    right_to_see = Right.KEEP_MEMBERS


class Certificate(Scoped):
    """A certificate of membership (党员证明) as it was issued: ``wording`` is what the paper says, for good."""

    number = models.CharField("编号", max_length=20, unique=True)
    code = models.CharField("校验码", max_length=12)
    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.PROTECT, related_name="certificates"
    )
    purpose = models.CharField("用途", max_length=60)
    issued_on = models.DateField("开具日期", default=timezone.localdate)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="开具人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    wording = models.JSONField("内容")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "党员证明"
        verbose_name_plural = "党员证明"
        ordering = ["-issued_on", "-pk"]
        indexes = [models.Index(fields=["branch_path", "-issued_on"], name="certificate_path_day")]

    def __str__(self) -> str:
        return self.number
