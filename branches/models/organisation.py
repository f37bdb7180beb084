"""Where: the organisation tree, terms of office, party groups, work stations, and who was given which role."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import User
from branches.roles import BRANCH_ROLES, THREE_ADMINS, Right, Role
from branches.scope import PATH_LENGTH, ScopedQuerySet, headed_stations, ranges_of, roles_of, within
from lib.dated import Dated, DatedQuerySet
from lib.fields import BytewiseField
from lib.finding import Holds


class PathField(BytewiseField):
    """A place in the organisation tree (see :mod:`branches.scope`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", PATH_LENGTH)
        super().__init__(*args, **kwargs)


class Scoped(models.Model):
    """A row that belongs to a branch. ``branch_path`` is where that branch stands now and decides access.

    Moving a branch rewrites the column of every model that inherits from here (:func:`branches.tree.move`).
    """

    #: Whether rows are read with the branch into which theirs was merged (:func:`branches.tree.bequeath`).
    follows_heir = False

    branch_path = PathField("组织路径", editable=False, db_index=True)

    class Meta:
        abstract = True


class BranchQuerySet(ScopedQuerySet["Branch"]):
    scope_field = "path"
    right_to_see = Right.SEE_BRANCHES

    def existing_on(self, day: date) -> "BranchQuerySet":
        return self.filter(Q(founded_on__isnull=True) | Q(founded_on__lte=day)).filter(
            Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day)
        )

    def leaves(self) -> "BranchQuerySet":
        return self.filter(level=Branch.Level.BRANCH)


class Branch(models.Model):
    """A party organisation of any level; the leaves are the branches (党支部) that hold members."""

    class Level(models.TextChoices):
        PARTY_COMMITTEE = "party_committee", "党委"
        COLLEGE_COMMITTEE = "college_committee", "二级党委"
        GENERAL_BRANCH = "general_branch", "党总支"
        BRANCH = "branch", "党支部"

    class Category(models.TextChoices):
        STAFF = "staff", "教职工"
        STUDENT = "student", "学生"
        RETIRED = "retired", "离退休"
        MIXED = "mixed", "混合"

    class Form(models.TextChoices):
        STANDING = "standing", "常设"
        JOINT = "joint", "联合"
        TEMPORARY = "temporary", "临时"
        FUNCTIONAL = "functional", "功能型"

    #: Where people take part (参加) while their 组织关系 stays elsewhere.
    WITHOUT_MEMBERS = frozenset({Form.TEMPORARY, Form.FUNCTIONAL})

    parent = models.ForeignKey(
        "self",
        verbose_name="上级党组织",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = PathField(unique=True, editable=False)
    order_key = PathField(editable=False, db_index=True)
    level = models.CharField("级别", max_length=20, choices=Level)
    name = models.CharField("全称", max_length=120)
    short_name = models.CharField("简称", max_length=60)
    code = models.CharField("党组织代码", max_length=40, unique=True)
    position = models.PositiveIntegerField("建制顺序", default=0)
    category = models.CharField("类别", max_length=10, choices=Category, blank=True)
    category_is_guess = models.BooleanField(
        "类别系推断", default=False, help_text="导入时按名称推断，请核对。"
    )
    form = models.CharField("设置形式", max_length=10, choices=Form, default=Form.STANDING)
    is_college = models.BooleanField(
        "院（系）党组织", default=False, help_text="院（系）党组织任期一般为5年。"
    )
    founded_on = models.DateField("成立日期", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    note = models.TextField("备注", blank=True)
    history = HistoricalRecords(excluded_fields=["path", "order_key"])

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = "党组织"
        verbose_name_plural = "党组织"
        ordering = ["order_key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True)
                | Q(founded_on__isnull=True)
                | Q(dissolved_on__gte=F("founded_on")),
                name="branch_dissolved_after_founded",
                violation_error_message="撤销日期不能早于成立日期。",
            ),
            models.CheckConstraint(
                condition=Q(category="") | Q(level="branch"),
                name="branch_category_only_on_leaves",
                violation_error_message="只有党支部需要填写类别。",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def branch_path(self) -> str:
        return self.path

    @property
    def is_leaf(self) -> bool:
        return self.level == self.Level.BRANCH

    def exists_on(self, day: date) -> bool:
        return (self.founded_on is None or self.founded_on <= day) and (
            self.dissolved_on is None or day < self.dissolved_on
        )


for _column in Branch._meta.concrete_fields:
    if _column.name == "short_name":
        _column.register_lookup(Holds)


class Placement(Dated):
    """Where a branch stood in the tree from one day to another; past figures are asked of this."""

    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="placements")
    path = PathField(db_index=True)

    objects = DatedQuerySet["Placement"].as_manager()

    class Meta(Dated.Meta):
        verbose_name = "隶属沿革"
        verbose_name_plural = "隶属沿革"
        ordering = ["branch_id", "since"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["branch"], condition=Q(until__isnull=True), name="placement_one_open_per_branch"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.since}—{self.until or ''}"


class BranchDatedQuerySet(ScopedQuerySet, DatedQuerySet):  # type: ignore[type-arg, override]
    """Rows of a branch that hold from one day to another."""

    right_to_see = Right.SEE_BRANCHES


class Term(Scoped):
    """A term of office (届) of an organisation's leadership."""

    branch = models.ForeignKey(Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="terms")
    elected_on = models.DateField("当选日期")
    years = models.PositiveSmallIntegerField("任期（年）")
    due_on = models.DateField("届满日期", editable=False)
    ended_on = models.DateField("实际换届日期", null=True, blank=True)
    postponed_to = models.DateField("延期至", null=True, blank=True, editable=False)
    postponement = models.CharField("延期批准依据", max_length=120, blank=True, editable=False)

    objects = BranchDatedQuerySet.as_manager()

    class Meta:
        verbose_name = "任期"
        verbose_name_plural = "任期"
        ordering = ["branch__order_key", "-elected_on"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "elected_on"], name="term_one_per_election"),
            models.CheckConstraint(condition=Q(due_on__gt=F("elected_on")), name="term_due_after_election"),
            models.CheckConstraint(
                condition=Q(postponed_to__isnull=True) | Q(postponed_to__gt=F("due_on")),
                name="term_postponed_beyond_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.elected_on:%Y-%m-%d}"

    @property
    def until(self) -> date:
        """Its last day: the one it was postponed to, else the one on which it is full."""
        return self.postponed_to or self.due_on


class PartyGroup(Scoped, Dated):
    """A party group (党小组) of a branch."""

    branch = models.ForeignKey(Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="groups")
    name = models.CharField("名称", max_length=40)
    position = models.PositiveIntegerField("顺序", default=0)

    objects = BranchDatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "党小组"
        verbose_name_plural = "党小组"
        ordering = ["branch__order_key", "position", "id"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["branch", "name"],
                condition=Q(until__isnull=True),
                name="group_name_once_per_branch",
                violation_error_message="本支部已有同名党小组。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.name}"


class LocalSetting(models.Model):
    """What the university decided about one local rule (see :mod:`branches.local`); no row means the default."""

    code = models.CharField("代码", max_length=40, primary_key=True)
    value = models.CharField("取值", max_length=40)
    citation = models.CharField("依据", max_length=200, blank=True)
    changed_at = models.DateTimeField("修改时间", auto_now=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "校内规定"
        verbose_name_plural = "校内规定"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class StationQuerySet(BranchDatedQuerySet):  # type: ignore[override]
    def visible_to(self, user: User) -> Self:
        """The stations where one may see the members, who are what their pages are about, and those one heads."""
        return self.filter(
            within("branch_path", ranges_of(user, Right.SEE_MEMBERS)) | Q(pk__in=headed_stations(user))
        )


class Station(Scoped, Dated):
    """A dormitory work station (党员工作站), under a supervising branch (高校条例 9)."""

    branch = models.ForeignKey(
        Branch, verbose_name="主管党组织", on_delete=models.PROTECT, related_name="stations"
    )
    name = models.CharField("名称", max_length=60, unique=True)
    building = models.CharField("楼栋", max_length=60)
    position = models.PositiveIntegerField("顺序", default=0)

    objects = StationQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "党员工作站"
        verbose_name_plural = "党员工作站"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class StationArea(models.Model):
    """A responsibility area (责任区) of a station: a floor, a few rooms."""

    station = models.ForeignKey(
        Station, verbose_name="工作站", on_delete=models.CASCADE, related_name="areas"
    )
    name = models.CharField("责任区", max_length=60)
    position = models.PositiveIntegerField("顺序", default=0)

    class Meta:
        verbose_name = "责任区"
        verbose_name_plural = "责任区"
        ordering = ["station_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["station", "name"], name="area_name_once_per_station")]

    def __str__(self) -> str:
        return f"{self.station} {self.name}"


class RoleGrantQuerySet(DatedQuerySet["RoleGrant"]):
    def visible_to(self, user: User) -> Self:
        """Whoever keeps grants sees those of the tree parts reached; the security administrator sees all."""
        if Role.SECURITY_ADMIN in roles_of(user):
            return self.all()
        return self.filter(within("branch_path", ranges_of(user, Right.KEEP_GRANTS)))


class RoleGrant(Dated):
    """A user holds a role over a branch (or a station) for a time; it ends with the post it came from."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="账号", on_delete=models.CASCADE, related_name="grants"
    )
    role = models.CharField("角色", max_length=20, choices=Role)
    branch = models.ForeignKey(
        Branch, verbose_name="党组织", null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    station = models.ForeignKey(
        Station, verbose_name="工作站", null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    branch_path = PathField(blank=True, editable=False, db_index=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="授权人",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    granted_at = models.DateTimeField("授予时间", default=timezone.now, editable=False)

    objects = RoleGrantQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "角色授权"
        verbose_name_plural = "角色授权"
        ordering = ["user_id", "role"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(role__in=sorted(BRANCH_ROLES), branch__isnull=False, station__isnull=True))
                | Q(role=Role.STATION_HEAD, station__isnull=False, branch__isnull=True)
                | Q(role__in=sorted(THREE_ADMINS), branch__isnull=True, station__isnull=True),
                name="grant_place_fits_role",
                violation_error_message="三员不指定党组织，工作站负责人须指定工作站，其余角色须指定党组织。",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "branch", "station"],
                condition=Q(until__isnull=True),
                name="grant_once_while_open",
                nulls_distinct=None,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.branch or self.station or ''}"


class FactorExemption(Dated):
    """Of a role no second factor is asked, by a document of the university's; kept for the assessor when it ended."""

    role = models.CharField("角色", max_length=20, choices=Role)
    citation = models.CharField("依据", max_length=200, help_text="文件名称、文号和日期。")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登记人",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = DatedQuerySet["FactorExemption"].as_manager()

    class Meta(Dated.Meta):
        verbose_name = "免用动态验证码的角色"
        verbose_name_plural = "免用动态验证码的角色"
        ordering = ["-since", "pk"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["role"],
                condition=Q(until__isnull=True),
                name="factor_exemption_once_while_open",
                violation_error_message="这个角色已经免用，请先结束原来的登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}"
