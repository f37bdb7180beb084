"""Who signs in, and the append-only trail of what they did."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from lib.encryption import Encrypted

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
    password_changed_at = models.DateTimeField("密码修改时间", null=True, editable=False)
    second_factor_at = models.DateTimeField("启用动态验证码时间", null=True, editable=False)
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

    #: Written once: the application's database role may change these columns alone (jobs.database_rights).
    may_change: ClassVar[tuple[str, ...]] = ()

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

    #: Written once: the application's database role may change these columns alone (jobs.database_rights).
    may_change: ClassVar[tuple[str, ...]] = ()

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


class SecondFactor(models.Model):
    """What an authenticator app shares with us (RFC 6238). It counts once a code of it was typed in.

    ``last_step`` is the thirty seconds whose code was used last: no code is taken twice. ``failures`` are those in a
    row; five of them close the way until ``closed_until``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret_cipher = models.TextField(editable=False)
    last_step = models.PositiveBigIntegerField(default=0, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    closed_until = models.DateTimeField(null=True, editable=False)

    secret = Encrypted("secret_cipher")

    class Meta:
        verbose_name = "动态验证码"
        verbose_name_plural = "动态验证码"

    def __str__(self) -> str:
        return str(self.user)


class BackupCode(models.Model):
    """For when the phone is lost: one of ten, each good once. It is hashed as passwords are; older ones with a key."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="backup_codes")
    hash = models.CharField(max_length=128)

    class Meta:
        verbose_name = "备用码"
        verbose_name_plural = "备用码"
        constraints = [models.UniqueConstraint(fields=["factor", "hash"], name="backup_code_once")]

    def __str__(self) -> str:
        return f"{self.factor} #{self.pk}"


class UsedPassword(models.Model):
    """A former password, hashed as passwords are, where a profile forbids to take it again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="used_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "用过的密码"
        verbose_name_plural = "用过的密码"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.user)


class SignedIn(models.Model):
    """A session somebody is signed in with: where from, with what, since when; its owner may end it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    address = models.CharField("来源地址", max_length=45, blank=True)
    browser = models.CharField("浏览器", max_length=80, blank=True)
    at = models.DateTimeField("登录时间", default=timezone.now)
    seen_at = models.DateTimeField("最近使用", default=timezone.now)

    class Meta:
        verbose_name = "登录设备"
        verbose_name_plural = "登录设备"
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.browser}"


class SignOn(models.Model):
    """The university's own sign-on service, of which there is one; local accounts work beside it."""

    class Kind(models.TextChoices):
        CAS = "cas", "CAS 3.0"
        OIDC = "oidc", "OpenID Connect"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    only = models.BooleanField(default=True, unique=True, editable=False)
    is_on = models.BooleanField("启用", default=False)
    kind = models.CharField("类型", max_length=4, choices=Kind, default=Kind.CAS)
    title = models.CharField("登录按钮上的名称", max_length=20, default="学校统一身份认证")
    server = models.CharField(
        "服务器地址",
        max_length=200,
        help_text="CAS 写到 /cas，如 https://cas.example.edu.cn/cas；OpenID Connect 写 issuer 地址。",
    )
    client_id = models.CharField("客户端编号", max_length=120, blank=True, help_text="CAS 不用填。")
    secret_cipher = models.TextField(editable=False, blank=True)
    attribute = models.CharField(
        "账号属性名",
        max_length=60,
        blank=True,
        help_text="哪个属性等于支部簿的账号。不填时，CAS 用 user，OpenID Connect 用 preferred_username。",
    )
    has_factor = models.BooleanField(
        "对方已要求两种方式验证", default=False, help_text="勾选后，从这里登录的不再输入支部簿的动态验证码。"
    )
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    secret = Encrypted("secret_cipher")

    class Meta:
        verbose_name = "统一身份认证"
        verbose_name_plural = "统一身份认证"
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="sign_on_only_one")]

    def __str__(self) -> str:
        return self.title


class SignOnBinding(models.Model):
    """Who, at the university's service, an account belongs to since its first sign-on (``sub`` of OpenID Connect).

    Another server has other numbers: ``server`` is that of the settings when it was bound.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="sign_on_binding")
    server = models.CharField(max_length=200)
    subject = models.CharField("统一身份认证中的编号", max_length=255)
    at = models.DateTimeField("绑定时间", default=timezone.now)

    class Meta:
        verbose_name = "统一身份认证绑定"
        verbose_name_plural = "统一身份认证绑定"
        constraints = [models.UniqueConstraint(fields=["server", "subject"], name="sign_on_bound_once")]

    def __str__(self) -> str:
        return str(self.user)


class NoticeRead(models.Model):
    """Somebody read a wording of the privacy notice (see :mod:`accounts.notice`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices_read")
    wording = models.PositiveSmallIntegerField("告知版本")
    at = models.DateTimeField("阅读时间", default=timezone.now)

    class Meta:
        verbose_name = "隐私告知阅读记录"
        verbose_name_plural = "隐私告知阅读记录"
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["user", "wording"], name="notice_read_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.wording}"
