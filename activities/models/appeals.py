"""What members say against their mark in a record (到会更正申请)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.models import Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from members.models import Member

from .records import Activity


class AppealQuerySet(ScopedQuerySet["Appeal"]):
    right_to_see = Right.TAKE_ATTENDANCE

    def visible_to(self, user: User) -> Self:
        """Whoever takes the branch's attendance, and oneself."""
        reached = self.reachable_by(user, self.right_to_see).values("pk")
        return self.filter(Q(pk__in=reached) | Q(member__account=user))

    def waiting(self) -> Self:
        """Those not answered yet; a withdrawn record says nothing of anybody any more."""
        return self.filter(state=Appeal.State.ASKED, activity__withdrawn_at__isnull=True)


class Appeal(Scoped):
    """One member's sentence on how he is marked, and the branch's answer. ``version`` is the record's he had read."""

    class State(models.TextChoices):
        ASKED = "asked", "待答复"
        CORRECTED = "corrected", "已更正"
        KEPT = "kept", "未更正"

    follows_heir = True

    activity = models.ForeignKey(
        Activity, verbose_name="活动记录", on_delete=models.CASCADE, related_name="appeals"
    )
    member = models.ForeignKey(Member, verbose_name="党员", on_delete=models.CASCADE, related_name="appeals")
    said = models.CharField("本人说明", max_length=60)
    version = models.PositiveIntegerField(editable=False)
    asked_at = models.DateTimeField("提出时间", default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    answer = models.CharField("答复", max_length=100, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "到会更正申请"
        verbose_name_plural = "到会更正申请"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "member"],
                condition=Q(state="asked"),
                name="appeal_one_at_a_time",
                violation_error_message="已经提出过，支部还没有答复。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.activity}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED
