"""Where graduates go: members and others alike, so that both are counted in one list."""

import uuid

from django.db import models

from branches.models import Branch, Scoped

from .movement import MovementQuerySet, Transfer
from .people import Member


class Destination(Scoped):
    """A graduate's destination (毕业去向). ``branch`` is the person's branch; for others, the college's committee."""

    class Kind(models.TextChoices):
        FURTHER_STUDY = "study", "升学"
        EMPLOYED = "employed", "就业"
        GRASSROOTS = "grassroots", "基层就业（选调）"
        ABROAD = "abroad", "出国（境）"
        KEPT = "kept", "暂留学校"
        UNSETTLED = "unsettled", "未落实"

    #: Whose 组织关系 goes with them.
    MOVING = (Kind.FURTHER_STUDY, Kind.EMPLOYED, Kind.GRASSROOTS)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    branch = models.ForeignKey(
        Branch, verbose_name="所在党组织", on_delete=models.PROTECT, related_name="destinations"
    )
    member = models.ForeignKey(
        Member,
        verbose_name="党员",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="destinations",
    )
    name = models.CharField("姓名", max_length=64)
    school_number = models.CharField("学工号", max_length=32, blank=True)
    education = models.CharField("学历", max_length=2, blank=True)
    graduates_on = models.DateField("毕业日期", db_index=True)
    kind = models.CharField("去向", max_length=12, choices=Kind, db_index=True)
    place = models.CharField("去向单位", max_length=120, blank=True)
    recorded_on = models.DateField("登记日期")
    transfer = models.OneToOneField(
        Transfer, null=True, editable=False, on_delete=models.SET_NULL, related_name="destination"
    )

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "毕业去向"
        verbose_name_plural = "毕业去向"
        ordering = ["-graduates_on", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["member", "graduates_on"], name="destination_once_per_graduation")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"
