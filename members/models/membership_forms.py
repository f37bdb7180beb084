"""The numbered forms (《入党志愿书》) that an organisation drew, and what became of those that nobody used."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet

NUMBER_LENGTH = 40


class FormDrawQuerySet(ScopedQuerySet["FormDraw"]):
    right_to_see = Right.SEE_DEVELOPMENT


class FormDraw(Scoped):
    """Forms that an organisation drew on a day (领取): ``quantity`` of them, numbered from ``first`` to ``last``."""

    follows_heir = True

    branch = models.ForeignKey(
        Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="form_draws"
    )
    on = models.DateField("领取日期")
    first = models.CharField("起始编号", max_length=NUMBER_LENGTH)
    last = models.CharField("末尾编号", max_length=NUMBER_LENGTH)
    quantity = models.PositiveIntegerField("数量")
    receiver = models.CharField("领取人", max_length=64)
    issuer = models.CharField("发放人", max_length=64)
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = FormDrawQuerySet.as_manager()

    class Meta:
        verbose_name = "入党志愿书领取"
        verbose_name_plural = "入党志愿书领取"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["branch_path", "-on"], name="form_draw_path_day")]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="form_draw_not_empty")]

    def __str__(self) -> str:
        return f"{self.branch} {self.numbers}"

    @property
    def numbers(self) -> str:
        return self.first if self.quantity == 1 else f"{self.first} 至 {self.last}"


class MembershipFormQuerySet(ScopedQuerySet["MembershipForm"]):
    scope_field = "draw__branch_path"
    right_to_see = Right.SEE_DEVELOPMENT


class MembershipForm(models.Model):
    """One form. Who used it is not kept here: that is the standing step with its number.

    ``mark`` says what became of a form that nobody used.
    """

    class Mark(models.TextChoices):
        VOID = "void", "作废"
        LOST = "lost", "遗失"
        RETURNED = "returned", "未用退回"

    draw = models.ForeignKey(FormDraw, verbose_name="领取", on_delete=models.CASCADE, related_name="forms")
    number = models.CharField("编号", max_length=NUMBER_LENGTH, unique=True)
    mark = models.CharField("标记", max_length=10, choices=Mark, blank=True)
    marked_on = models.DateField("标记日期", null=True, blank=True)
    mark_reason = models.CharField("标记原因", max_length=200, blank=True)

    objects = MembershipFormQuerySet.as_manager()

    class Meta:
        verbose_name = "入党志愿书"
        verbose_name_plural = "入党志愿书"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mark="", marked_on=None, mark_reason="")
                | Q(mark__gt="", marked_on__isnull=False, mark_reason__gt=""),
                name="form_marked_with_reason",
            )
        ]

    def __str__(self) -> str:
        return self.number
