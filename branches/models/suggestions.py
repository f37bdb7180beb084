"""意见建议: what somebody said about the program, from which page, and what he was answered."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from branches.roles import Right
from branches.scope import has_right
from lib.encryption import Encrypted


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def visible_to(self, user: User) -> Self:
        """One's own; whoever answers for the whole university sees all."""
        return self.all() if has_right(user, Right.ANSWER_SUGGESTIONS) else self.filter(user=user)

    def waiting(self) -> Self:
        return self.filter(answered_at__isnull=True)


class Suggestion(models.Model):
    """One text, sent from ``page`` (a path without its query); open until ``answered_at``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提出人", on_delete=models.PROTECT, related_name="suggestions"
    )
    page = models.CharField("所在页面", max_length=200, blank=True)
    text_cipher = models.TextField(editable=False)
    at = models.DateTimeField("提出时间", default=timezone.now)
    answer_cipher = models.TextField(blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_at = models.DateTimeField("答复时间", null=True)

    text = Encrypted("text_cipher")
    answer = Encrypted("answer_cipher")

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = "意见建议"
        verbose_name_plural = "意见建议"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["answered_at", "at"], name="suggestion_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer_cipher="")
                | (Q(answered_at__isnull=False) & ~Q(answer_cipher="")),
                name="suggestion_answered_with_words",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {timezone.localtime(self.at):%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def look(self) -> str:
        """Of its state, for the mark beside it."""
        return "due" if self.is_open else "done"

    @property
    def state(self) -> str:
        return "待答复" if self.is_open else "已答复"
