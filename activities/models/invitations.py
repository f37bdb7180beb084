"""Which branches were asked to hold something jointly, and what they answered."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet

from .records import Activity


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    right_to_see = Right.TAKE_ATTENDANCE

    def standing(self) -> Self:
        """Those to something that was held: of a withdrawn record nothing is asked."""
        return self.filter(activity__withdrawn_at__isnull=True)

    def waiting(self) -> Self:
        """Neither answered by a record of the branch nor declined."""
        return self.standing().filter(~Exists(answers()), declined_at__isnull=True)


class Invitation(Scoped):
    """A branch is asked to record its own people at what another one leads. The answer is a record, or a refusal."""

    follows_heir = True

    activity = models.ForeignKey(
        Activity, verbose_name="牵头记录", on_delete=models.CASCADE, related_name="invitations"
    )
    branch = models.ForeignKey(
        Branch, verbose_name="受邀党支部", on_delete=models.PROTECT, related_name="invitations"
    )
    invited_at = models.DateTimeField("邀请时间", default=timezone.now)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="邀请人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    declined_at = models.DateTimeField("答复未参加的时间", null=True, blank=True)
    reason = models.CharField("未参加的原因", max_length=60, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "联合开展邀请"
        verbose_name_plural = "联合开展邀请"
        ordering = ["branch__order_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "branch"], name="invitation_once_per_branch"),
        ]

    def __str__(self) -> str:
        return f"{self.branch.short_name}：{self.activity}"


def answers() -> models.QuerySet[Activity]:
    """The record with which the branch of an invitation answered it, for a subquery."""
    return Activity.objects.valid().filter(joint_of=OuterRef("activity"), branch=OuterRef("branch"))
