"""Political birthdays (政治生日): who was greeted, how the day was marked, and who wants no greeting."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from lib.dated import Dated

from .people import Member, MemberRowQuerySet


class BirthdayQuerySet(ScopedQuerySet):  # type: ignore[type-arg]
    right_to_see = Right.SEE_MEMBERS


class OfBirthday(Scoped):
    """Something about one member's political birthday in ``year``, done by ``branch``."""

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="%(class)ss"
    )
    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="%(class)ss"
    )
    year = models.PositiveSmallIntegerField("年度")

    objects = BirthdayQuerySet.as_manager()

    class Meta:
        abstract = True


class Greeting(OfBirthday):
    """The greeting a member finds on his own page from ``day`` on; the words are those of the day it was sent."""

    day = models.DateField("政治生日")
    title = models.CharField("标题", max_length=40)
    text = models.TextField("祝贺的话")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="发送人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    sent_at = models.DateTimeField("发送时间", default=timezone.now)

    class Meta:
        verbose_name = "政治生日祝贺"
        verbose_name_plural = "政治生日祝贺"
        ordering = ["-day", "member_id"]
        constraints = [models.UniqueConstraint(fields=["member", "year"], name="greeting_once_a_year")]

    def __str__(self) -> str:
        return f"{self.member} {self.year}"


class Celebration(OfBirthday):
    """One way in which a member's political birthday was marked; each is optional."""

    class Way(models.TextChoices):
        TALK = "talk", "谈心谈话"
        OATH = "oath", "重温誓词"
        CARD = "card", "送贺卡"
        STUDY = "study", "学习"
        STORY = "story", "讲故事、谈感言"
        DEED = "deed", "办实事"

    way = models.CharField("形式", max_length=10, choices=Way)
    held_on = models.DateField("日期")
    note = models.CharField("备注", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = "政治生日的形式"
        verbose_name_plural = "政治生日的形式"
        ordering = ["held_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year", "way"],
                name="celebration_each_way_once",
                violation_error_message="这一年的这种形式已经登记过。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.year} {self.get_way_display()}"


class GreetingOptOut(Dated):
    """The days on which a member wants no greeting."""

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="greeting_opt_outs"
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办理人",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = MemberRowQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "不接收政治生日祝贺"
        verbose_name_plural = "不接收政治生日祝贺"
        ordering = ["member_id", "since"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["member"], condition=Q(until__isnull=True), name="opt_out_one_open_per_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.since}"
