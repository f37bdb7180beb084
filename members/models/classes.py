"""Classes of a party school (培训班): who is enrolled, what became of each, and the certificate he was given."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet

from .offices import Training
from .people import Member


class TrainingClassQuerySet(ScopedQuerySet["TrainingClass"]):
    right_to_see = Right.KEEP_BRANCHES


class TrainingClass(Scoped):
    """A class that an organisation holds for people of its part of the tree. It is open until it is finished."""

    follows_heir = True

    number = models.CharField("编号", max_length=16, unique=True, editable=False)
    branch = models.ForeignKey(
        Branch, verbose_name="主办党组织", on_delete=models.PROTECT, related_name="training_classes"
    )
    title = models.CharField("培训班名称", max_length=80)
    kind = models.CharField("类型", max_length=10, choices=Training.Kind)
    starts_on = models.DateField("开班日期")
    ends_on = models.DateField("结业日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1, validators=[MaxValueValidator(400)])
    pass_score = models.PositiveSmallIntegerField(
        "合格分数线", default=60, validators=[MaxValueValidator(100)]
    )
    organizer = models.CharField("主办单位", max_length=60, blank=True, help_text="如校党委党校。")
    finished_on = models.DateField("办理结业", null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    opened_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    objects = TrainingClassQuerySet.as_manager()

    class Meta:
        verbose_name = "培训班"
        verbose_name_plural = "培训班"
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["branch_path", "-starts_on"], name="class_path_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="class_days_in_order",
                violation_error_message="结业日期不能早于开班日期。",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0),
                name="class_has_hours",
                violation_error_message="学时应大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_finished(self) -> bool:
        return self.finished_on is not None


class TraineeQuerySet(models.QuerySet["Trainee"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(training_class__in=TrainingClass.objects.visible_to(user).values("pk"))


class Trainee(models.Model):
    """One person enrolled in a class. ``training`` is the row of his trainings that finishing the class wrote.

    ``adopted`` is what that row said before, where somebody had noted it by hand.
    """

    class Result(models.TextChoices):
        PASSED = "passed", "合格"
        FAILED = "failed", "不合格"
        MISSED = "missed", "未参加"

    training_class = models.ForeignKey(
        TrainingClass, verbose_name="培训班", on_delete=models.CASCADE, related_name="trainees"
    )
    member = models.ForeignKey(
        Member, verbose_name="学员", on_delete=models.PROTECT, related_name="class_seats"
    )
    hours = models.DecimalField("实际学时", max_digits=5, decimal_places=1, null=True, blank=True)
    score = models.DecimalField("成绩", max_digits=4, decimal_places=1, null=True, blank=True)
    result = models.CharField("结果", max_length=10, choices=Result, blank=True)
    certificate = models.CharField("结业证书编号", max_length=20, null=True, blank=True, unique=True)
    training = models.OneToOneField(
        Training,
        verbose_name="培训记录",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="trainee",
    )
    adopted = models.JSONField("结业前的培训记录", null=True, editable=False)

    objects = TraineeQuerySet.as_manager()

    class Meta:
        verbose_name = "培训班学员"
        verbose_name_plural = "培训班学员"
        ordering = ["training_class_id", "member__name_order"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "member"],
                name="trainee_once_per_class",
                violation_error_message="已在这个班报名。",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 100)), name="trainee_score"
            ),
            models.CheckConstraint(
                condition=Q(hours__isnull=True) | Q(hours__gt=0), name="trainee_has_hours"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.training_class}"
