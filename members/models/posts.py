"""What people do for their organisation: posts held, seats in party groups, service at work stations."""

from django.db import models
from django.db.models import Q

from branches.models import Branch, BranchDatedQuerySet, PartyGroup, RoleGrant, Scoped, Station, StationArea
from lib.dated import Dated

from .people import Member, MemberRowQuerySet


class Post(Scoped, Dated):
    """A post held in a branch or a party group; the role grant it brings ends with it."""

    class Title(models.TextChoices):
        SECRETARY = "secretary", "书记"
        DEPUTY = "deputy", "副书记"
        COMMITTEE = "committee", "委员"
        GROUP_LEADER = "group_leader", "党小组组长"

    member = models.ForeignKey(Member, verbose_name="党员", on_delete=models.PROTECT, related_name="posts")
    branch = models.ForeignKey(Branch, verbose_name="党组织", on_delete=models.PROTECT, related_name="posts")
    group = models.ForeignKey(
        PartyGroup,
        verbose_name="党小组",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="posts",
    )
    title = models.CharField("职务", max_length=16, choices=Title)
    duty = models.CharField("分工", max_length=20, blank=True, help_text="如组织、宣传、纪检。")
    reason = models.CharField(
        "例外说明",
        max_length=200,
        blank=True,
        help_text="与“一般应当”的规定不一致时（如书记党龄不满1年），写明理由和批准情况。",
    )
    grant = models.OneToOneField(
        RoleGrant, null=True, editable=False, on_delete=models.SET_NULL, related_name="post"
    )

    objects = BranchDatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "职务"
        verbose_name_plural = "职务"
        ordering = ["branch__order_key", "title", "since"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(title="group_leader", group__isnull=False)
                | (~Q(title="group_leader") & Q(group__isnull=True)),
                name="post_group_only_for_leader",
                violation_error_message="党小组组长须选择党小组，其他职务不选。",
            ),
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(title="secretary", until__isnull=True),
                name="post_one_secretary",
                violation_error_message="该党组织已有在任书记，请先结束其任职。",
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=Q(title="group_leader", until__isnull=True),
                name="post_one_group_leader",
                violation_error_message="该党小组已有在任组长，请先结束其任职。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.branch} {self.get_title_display()}"


class GroupMembership(Dated):
    """Who sits in which party group."""

    member = models.ForeignKey(Member, verbose_name="党员", on_delete=models.CASCADE, related_name="groups")
    group = models.ForeignKey(
        PartyGroup, verbose_name="党小组", on_delete=models.CASCADE, related_name="seats"
    )

    objects = MemberRowQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "党小组成员"
        verbose_name_plural = "党小组成员"
        ordering = ["group_id", "member_id", "since"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["member", "group"], condition=Q(until__isnull=True), name="seat_once_while_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.member}"


class StationAssignment(Dated):
    """A member serves at a dormitory work station, as its head or for one of its areas (参加, never 隶属)."""

    member = models.ForeignKey(
        Member, verbose_name="党员", on_delete=models.CASCADE, related_name="station_duties"
    )
    station = models.ForeignKey(
        Station, verbose_name="工作站", on_delete=models.PROTECT, related_name="assignments"
    )
    area = models.ForeignKey(
        StationArea,
        verbose_name="责任区",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assignments",
    )
    is_head = models.BooleanField("负责人", default=False)
    grant = models.OneToOneField(
        RoleGrant, null=True, editable=False, on_delete=models.SET_NULL, related_name="station_assignment"
    )

    objects = MemberRowQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "工作站成员"
        verbose_name_plural = "工作站成员"
        ordering = ["station_id", "-is_head", "member_id"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["station"],
                condition=Q(is_head=True, until__isnull=True),
                name="station_one_head",
                violation_error_message="该工作站已有负责人，请先结束其任职。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.member}"
