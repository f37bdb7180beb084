"""Two records of one person: which pairs were looked at and are two people, and which were merged."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from branches.models import Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from lib.encryption import Encrypted

from .batches import KEPT_FOR
from .people import Member


class DistinctPairQuerySet(models.QuerySet["DistinctPair"]):
    def visible_to(self, user: User) -> Self:
        mine = Member.objects.visible_to(user).values("pk")
        return self.filter(first__in=mine, second__in=mine)


class DistinctPair(models.Model):
    """Two alike who are not the same person, as somebody found out; ``first`` has the smaller key."""

    first = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField("依据", max_length=120)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="认定人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField("认定时间", default=timezone.now)

    objects = DistinctPairQuerySet.as_manager()

    class Meta:
        verbose_name = "不是同一人"
        verbose_name_plural = "不是同一人"
        ordering = ["-decided_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinct_pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} {self.second}"


class MergeQuerySet(ScopedQuerySet["Merge"]):
    right_to_see = Right.KEEP_MEMBERS


class Merge(Scoped):
    """A record that was merged into another and is no more; ``before`` is both as they were, encrypted.

    ``branch_path`` is the lowest organisation above both.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(
        Member, verbose_name="保留的记录", on_delete=models.CASCADE, related_name="merges"
    )
    source_id = models.UUIDField(editable=False)
    number = models.CharField("并入的编号", max_length=12)
    name = models.CharField("并入的姓名", max_length=64)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="合并人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    merged_at = models.DateTimeField("合并时间", default=timezone.now, db_index=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="撤销人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    before_cipher = models.TextField(blank=True, editable=False)

    before = Encrypted("before_cipher")

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = "合并记录"
        verbose_name_plural = "合并记录"
        ordering = ["-merged_at", "id"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def is_expired(self) -> bool:
        return not self.before_cipher or self.merged_at < timezone.now() - KEPT_FOR

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and not self.is_expired
