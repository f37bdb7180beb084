"""Where messages go besides the to-do list: each person's choice, the WeCom application, the robots of groups."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet
from lib.encryption import Encrypted


class NoticeChoice(models.Model):
    """Which channels a person wants besides the to-do list; without a row, the columns' defaults hold."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="账号",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="notice_choice",
    )
    mail = models.BooleanField("邮件", default=True)
    wecom = models.BooleanField("企业微信", default=False)
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = "提醒方式"
        verbose_name_plural = "提醒方式"

    def __str__(self) -> str:
        return f"{self.user.name}的提醒方式"


class WeComApp(models.Model):
    """The university's own application in WeCom, of which there is one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)
    is_on = models.BooleanField("启用", default=True)
    server = models.CharField("服务器地址", max_length=120, default="https://qyapi.weixin.qq.com")
    corp_id = models.CharField("企业ID", max_length=64)
    agent_id = models.PositiveBigIntegerField("应用AgentId")
    secret_cipher = models.TextField(editable=False, blank=True)
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    secret = Encrypted("secret_cipher")

    class Meta:
        verbose_name = "企业微信应用"
        verbose_name_plural = "企业微信应用"
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="wecom_app_only_one")]

    def __str__(self) -> str:
        return f"企业微信应用 {self.agent_id}"


class RobotQuerySet(ScopedQuerySet["Robot"]):
    right_to_see = Right.KEEP_ROBOTS

    def on(self) -> Self:
        return self.filter(is_on=True)

    def visible_to(self, user: User) -> Self:
        return self.reachable_by(user, self.right_to_see)


class Robot(Scoped):
    """A robot of a group chat, told the figures of one organisation. Its address is a secret: it holds a key."""

    class Kind(models.TextChoices):
        WECOM = "wecom", "企业微信"
        DINGTALK = "dingtalk", "钉钉"
        FEISHU = "feishu", "飞书"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    branch = models.ForeignKey(Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="robots")
    kind = models.CharField("类型", max_length=10, choices=Kind)
    name = models.CharField("名称", max_length=40, help_text="群的名称，例如“支部书记工作群”。")
    is_on = models.BooleanField("启用", default=True)
    host = models.CharField("主机", max_length=120, editable=False)
    address_cipher = models.TextField(editable=False)
    secret_cipher = models.TextField(editable=False, blank=True)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)

    address = Encrypted("address_cipher")
    secret = Encrypted("secret_cipher")

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = "群机器人"
        verbose_name_plural = "群机器人"
        ordering = ["branch_path", "name", "id"]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"
