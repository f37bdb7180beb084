"""Who signs in, and the append-only trail of what they did."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from .wording import action_label


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, name: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), name=name, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person's account. It grants nothing by itself: what one may do comes from role grants (branches)."""

    username = models.CharField("账号", max_length=64, unique=True, help_text="学工号，或由组织部指定。")
    name = models.CharField("姓名", max_length=64)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    initial_password_until = models.DateTimeField("初始密码有效至", null=True, blank=True)
    date_joined = models.DateTimeField("创建时间", default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return f"{self.name}（{self.username}）"

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    # Django's own permission rows are not used: the admin asks role predicates (see branches.admin_site).
    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class AuditEntry(models.Model):
    """One thing somebody did, written in the transaction of the change and never altered.

    ``mac`` covers every other column; :class:`AuditSeal` links the entries into a chain afterwards, so writers
    never queue behind each other.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "完成"
        DENIED = "denied", "拒绝"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="操作人",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_label = models.CharField("操作人", max_length=130, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    action = models.CharField("操作", max_length=64, db_index=True)
    object_type = models.CharField("对象类型", max_length=64, blank=True)
    object_id = models.CharField("对象编号", max_length=64, blank=True)
    object_label = models.CharField("对象", max_length=200, blank=True)
    branch_path = models.CharField("所属组织", max_length=60, blank=True)
    outcome = models.CharField("结果", max_length=8, choices=Outcome, default=Outcome.DONE)
    before = models.JSONField("原值", default=dict, blank=True)
    after = models.JSONField("新值", default=dict, blank=True)
    mac = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.actor_label} {action_label(self.action)}"


class AuditSeal(models.Model):
    """A link of the chain: the entry's place, the hash before it and its own."""

    number = models.PositiveBigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "审计封存"
        verbose_name_plural = "审计封存"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"#{self.number}"
