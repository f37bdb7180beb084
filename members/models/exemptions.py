"""Who need not take part in activities for reasons of age or health, as the branch judged (教育管理条例 23, JY-07)."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.roles import Right
from lib.dated import Dated, DatedQuerySet
from lib.encryption import Encrypted

from .people import Member


class ExemptionQuerySet(DatedQuerySet["Exemption"]):
    def visible_to(self, user: User) -> Self:
        """Health is for whoever keeps the branch's records, and for oneself."""
        kept = Member.objects.reachable_by(user, Right.RECORD).values("pk")
        return self.filter(Q(member__in=kept) | Q(member__account=user))


class Exemption(Dated):
    """The days on which a member is not asked to take part. It goes with the member to the next branch."""

    class Ground(models.TextChoices):
        OLD = "old", "年老体弱"
        ILL = "ill", "长期患病"
        IMMOBILE = "immobile", "行动不便"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="exemptions"
    )
    ground = models.CharField("原因", max_length=10, choices=Ground)
    note_cipher = models.TextField(blank=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField("登记时间", default=timezone.now)

    note = Encrypted("note_cipher")

    objects = ExemptionQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "免于要求"
        verbose_name_plural = "免于要求"
        ordering = ["member_id", "-since"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["member"], condition=Q(until__isnull=True), name="exemption_one_open_per_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.since}"

    @property
    def days(self) -> str:
        """2026-03-01 起, or 2026-03-01 至 2026-06-30."""
        return f"{self.since} 至 {self.until}" if self.until else f"{self.since} 起"
