"""People: the member record, where each person belonged, and what each person was on any date."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from accounts.models import User
from branches.models import Branch, BranchDatedQuerySet, Scoped
from branches.roles import Right
from branches.scope import ScopedQuerySet, are_everything, headed_stations, ranges_of, within
from lib.dated import Dated, DatedQuerySet
from lib.encryption import Encrypted, blind_index
from lib.fields import BytewiseField
from lib.finding import Begins, Holds
from members.codes import Sex


def id_number_index(text: str) -> str | None:
    """None for a blank, so that many may be blank and yet none doubled."""
    return blind_index("id_number", text) or None


def id_last4_index(text: str) -> str:
    return blind_index("id_last4", text[-4:])


def phone_last4_index(text: str) -> str:
    return blind_index("phone_last4", text[-4:])


class MemberQuerySet(ScopedQuerySet["Member"]):
    right_to_see = Right.SEE_MEMBERS

    def visible_to(self, user: User) -> Self:
        """Members of one's part of the tree, those who take part in a branch or a station of it, and oneself."""
        from .posts import StationAssignment  # noqa: PLC0415  that module imports this one

        ranges, stations = ranges_of(user, Right.SEE_MEMBERS), headed_stations(user)
        if are_everything(ranges, user):
            # Guests, helpers and oneself stand in the tree as well: to bring all together would find them again.
            return self.filter(within("branch_path", ranges))
        # Each way by its own index, brought together: with an OR the database would look at everybody there is.
        ways: list[Any] = [Member.objects.filter(account=user.pk).values("pk")]
        if ranges:
            ways.append(Member.objects.filter(within("branch_path", ranges)).values("pk"))
            guests = MembershipSpell.objects.open().filter(
                within("branch_path", ranges), kind=MembershipSpell.Kind.ATTENDING
            )
            ways.append(guests.values("member"))
        if ranges or stations:
            at_stations = within("station__branch_path", ranges) | Q(station__in=stations)
            helpers = StationAssignment.objects.open().filter(at_stations)
            ways.append(helpers.values("member"))
        first, *more = ways
        return self.filter(
            pk__in=first.order_by().union(*(way.order_by() for way in more)) if more else first
        )


class Counter(models.Model):
    """The last number given out, by what it counts; taking from it locks the row until the transaction ends."""

    name = models.CharField(primary_key=True, max_length=20)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class Member(Scoped):
    """A person on the party roster, or on the way to it: the items of the national form plus an own number.

    ``branch`` is where the person's 组织关系 is now (or was last); the spells say where it was on any date.
    """

    #: Who counts as present where people are only counted.
    IS_PRESENT = Q(status__in=("probationary", "full"))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("党员编号", max_length=12, unique=True, editable=False)
    school_number = models.CharField("学工号", max_length=32, blank=True, db_index=True)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="账号",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="member",
    )
    branch = models.ForeignKey(
        Branch, verbose_name="所在党支部", on_delete=models.PROTECT, related_name="members"
    )
    name = models.CharField("姓名", max_length=64)
    name_pinyin = models.CharField(max_length=128, editable=False, db_index=True)
    name_initials = models.CharField(max_length=32, editable=False, db_index=True)
    name_order = BytewiseField(max_length=64, editable=False, db_index=True)
    sex = models.CharField("性别", max_length=6, choices=Sex)
    nation = models.CharField("民族", max_length=2, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    education = models.CharField("学历", max_length=2, blank=True)
    job = models.CharField("工作岗位", max_length=40, blank=True)
    native_place = models.CharField("籍贯", max_length=40, blank=True)
    major = models.CharField("专业", max_length=60, blank=True)
    schooling_years = models.PositiveSmallIntegerField("学制（年）", null=True, blank=True)
    graduates_on = models.DateField("预计毕业日期", null=True, blank=True)
    is_league_member = models.BooleanField("共青团员", null=True, blank=True)
    is_double_leader = models.BooleanField(
        "双带头人", default=False, help_text="教师党支部书记：党建带头人、学术带头人。"
    )
    status = models.CharField("人员类别", max_length=16, editable=False, db_index=True)
    joined_on = models.DateField("加入党组织日期", null=True, blank=True)
    full_on = models.DateField("转为正式党员日期", null=True, blank=True)
    id_number_cipher = models.TextField(blank=True, editable=False)
    id_number_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)
    id_last4_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    phone_cipher = models.TextField(blank=True, editable=False)
    phone_last4_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    landline_cipher = models.TextField(blank=True, editable=False)
    address_cipher = models.TextField(blank=True, editable=False)
    identity_note = models.CharField(
        "证件不符说明", max_length=200, blank=True, help_text="出生日期或性别与证件号不一致时，写明依据。"
    )
    lost_on = models.DateField("失去联系日期", null=True, blank=True)
    is_floating = models.BooleanField("流动党员", default=False)
    floating_to = models.CharField("外出流向", max_length=100, blank=True)
    note = models.TextField("备注", blank=True)
    history = HistoricalRecords(excluded_fields=["name_pinyin", "name_initials", "name_order"])

    id_number = Encrypted(
        "id_number_cipher", indexes={"id_number_hash": id_number_index, "id_last4_hash": id_last4_index}
    )
    phone = Encrypted("phone_cipher", indexes={"phone_last4_hash": phone_last4_index})
    landline = Encrypted("landline_cipher")
    address = Encrypted("address_cipher")

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "党员"
        verbose_name_plural = "党员"
        ordering = ["name_order", "number"]
        indexes = [models.Index(fields=["branch_path", "name_order"], name="member_path_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(full_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(full_on__gte=F("joined_on")),
                name="member_full_not_before_joined",
                violation_error_message="转为正式党员日期不能早于加入党组织日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def grade(self) -> str:
        """年级: the year of entry, told by the end of the course and its length; empty when either is not known."""
        if not self.graduates_on or not self.schooling_years:
            return ""
        return f"{self.graduates_on.year - self.schooling_years}级"

    @property
    def status_label(self) -> str:
        return str(StatusPeriod.Status(self.status).label)


for _column in Member._meta.concrete_fields:
    if _column.name in ("school_number", "name_initials", "name_pinyin"):
        _column.register_lookup(Begins)
    elif _column.name == "name":
        _column.register_lookup(Holds)


class MemberRowQuerySet(DatedQuerySet):  # type: ignore[type-arg]
    """Dated rows of a member, seen by whoever sees the member."""

    def visible_to(self, user: User) -> Self:
        return self.filter(member__in=Member.objects.visible_to(user).values("pk"))


class MembershipSpell(Scoped, Dated):
    """Which branch a person belonged to, from when to when.

    隶属 (where the 组织关系 is): exactly one at a time, counted in statistics. 参加 (a functional branch): visible
    there, counted once, in the branch of the 隶属.
    """

    class Kind(models.TextChoices):
        BELONGING = "belonging", "隶属"
        ATTENDING = "attending", "参加"

    member = models.ForeignKey(Member, verbose_name="党员", on_delete=models.CASCADE, related_name="spells")
    branch = models.ForeignKey(Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="spells")
    kind = models.CharField("方式", max_length=10, choices=Kind, default=Kind.BELONGING)
    is_assumed = models.BooleanField("起始日期系推定", default=False)

    objects = BranchDatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "组织隶属"
        verbose_name_plural = "组织隶属"
        ordering = ["member_id", "since"]
        indexes = [models.Index(fields=["branch", "kind", "since"], name="spell_branch_kind")]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(kind="belonging", until__isnull=True),
                name="spell_one_open_belonging",
                violation_error_message="该党员的组织关系已在另一个支部，请先办理转接。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.branch} {self.since}"


class StatusPeriod(Dated):
    """What a person was, from when to when."""

    class Status(models.TextChoices):
        APPLICANT = "applicant", "入党申请人"
        ACTIVIST = "activist", "入党积极分子"
        TARGET = "target", "发展对象"
        PROBATIONARY = "probationary", "预备党员"
        FULL = "full", "正式党员"
        SUSPENDED = "suspended", "停止党籍"
        LEFT = "left", "已离开"

    member = models.ForeignKey(Member, verbose_name="党员", on_delete=models.CASCADE, related_name="statuses")
    status = models.CharField("人员类别", max_length=16, choices=Status)
    is_assumed = models.BooleanField("日期系推定", default=False)

    objects = MemberRowQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "人员类别变动"
        verbose_name_plural = "人员类别变动"
        ordering = ["member_id", "since"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["member"], condition=Q(until__isnull=True), name="status_one_open_per_member"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.get_status_display()} {self.since}"


ON_ROSTER = (StatusPeriod.Status.PROBATIONARY, StatusPeriod.Status.FULL)
