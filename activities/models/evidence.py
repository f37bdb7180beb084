"""What shows that something was held: photos and documents attached to a record."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from activities.kinds import CONFIDENTIAL
from branches.models import Scoped
from branches.roles import Right, Role
from branches.scope import ScopedQuerySet, grants_of, ranges_of, within
from lib.attachments.kinds import MEDIA_TYPES, PICTURES, Kind

from .records import Activity, Attendance


class EvidenceQuerySet(ScopedQuerySet["Evidence"]):
    right_to_see = Right.SEE_RECORDS

    def visible_to(self, user: User) -> Self:
        """Photos for whoever sees the record. Documents tell names, reasons and what was said: they are for those who
        keep it, like the minutes. Files of a talk are for those who talked and their secretary, like its content.
        """
        sees, keeps = (
            within(self.scope_field, ranges_of(user, right)) for right in (self.right_to_see, Right.RECORD)
        )
        own = [grant.branch_path for grant in grants_of(user) if grant.role == Role.SECRETARY]
        came = Attendance.objects.filter(activity=OuterRef("activity"), state=Attendance.State.PRESENT)
        sealed = Q(activity__kind__in=CONFIDENTIAL)
        return self.filter(
            (~sealed & sees & (Q(kind__in=PICTURES) | keeps))
            | (sealed & (Q(branch_path__in=own) | Exists(came.filter(member__account=user))))
        )

    def shown(self) -> "EvidenceQuerySet":
        """Files of a record that was withdrawn are kept and shown to nobody."""
        return self.filter(activity__withdrawn_at__isnull=True)


class Evidence(Scoped):
    """One file of a record; its content lies in DATA_DIR under ``stored``, never under its name.

    ``size`` is what is kept, ``sha256`` that of the file as it was sent. The four parts of a photo's dHash are columns
    of their own: two that differ in three bits at most have at least one part in common, so an index finds them.
    """

    follows_heir = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    activity = models.ForeignKey(
        Activity, verbose_name="活动记录", on_delete=models.CASCADE, related_name="evidence"
    )
    kind = models.CharField("类型", max_length=10, choices=Kind)
    name = models.CharField("文件名", max_length=120)
    size = models.PositiveIntegerField("大小")
    width = models.PositiveIntegerField("宽", null=True, blank=True)
    height = models.PositiveIntegerField("高", null=True, blank=True)
    sha256 = models.CharField("文件校验值", max_length=64, editable=False, db_index=True)
    dhash_1 = models.PositiveIntegerField(null=True, editable=False, db_index=True)
    dhash_2 = models.PositiveIntegerField(null=True, editable=False, db_index=True)
    dhash_3 = models.PositiveIntegerField(null=True, editable=False, db_index=True)
    dhash_4 = models.PositiveIntegerField(null=True, editable=False, db_index=True)
    stored = models.CharField(max_length=32, unique=True, editable=False)
    added_at = models.DateTimeField("添加时间", default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="添加人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "佐证材料"
        verbose_name_plural = "佐证材料"
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "sha256"], name="evidence_once_per_record"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.kind]

    @property
    def dhash(self) -> tuple[int, ...] | None:
        """The four parts, 16 bits each."""
        parts = (self.dhash_1, self.dhash_2, self.dhash_3, self.dhash_4)
        found = tuple(part for part in parts if part is not None)
        return found if len(found) == len(parts) else None
