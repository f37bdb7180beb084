"""What members ask of their branch, and what is sent back to it, in the browser admin: to be looked at; each is
answered on its own page.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import StateFilter, UnderFilter
from branches.admin_site import Errand
from branches.roles import Right
from branches.scope import has_right, ranges_of

from .elections import reading
from .models import Appeal, Election, LeaveRequest, Supplement, Waiver
from .waivers import titles


@admin.register(LeaveRequest)
class LeaveRequestAdmin(ScopedModelAdmin):
    """What members asked; declined on its own page, never here."""

    group = "活动"
    place = 7
    right_to_see = Right.RECORD
    has_history = False

    fields = ["member", "branch", "on", "kind", "reason", "state", "asked_at", "answer", "answered_by"]
    list_display = ["member", "branch", "on", "kind", "state"]
    list_filter = [UnderFilter, "state"]
    list_select_related = ["member", "branch"]
    search_fields = ["member__name", "branch__short_name"]
    search_help_text = "姓名或党支部"
    ordering = ["-on", "-pk"]
    sortable_by = ["on"]
    date_hierarchy = "on"

    def object_tools(self, request, obj):
        return [("打开", reverse("leave_request", args=[obj.pk]))]


class MetFilter(StateFilter):
    default = "待补充"

    def lookups(self, request, model_admin):
        return [("met", "已补充"), ("all", "全部")]

    def queryset(self, request, queryset):
        if self.value() == "met":
            return queryset.filter(met_at__isnull=False)
        return queryset if self.value() == "all" else queryset.waiting()


class OfRecordAdmin(ScopedModelAdmin):
    """Rows about one record."""

    group = "活动"
    has_history = False
    list_select_related = ["activity__branch"]

    @admin.display(description="党支部", ordering="branch_path")
    def branch(self, row):
        return row.activity.branch


@admin.register(Appeal)
class AppealAdmin(OfRecordAdmin):
    place = 8
    right_to_see = Right.TAKE_ATTENDANCE

    fields = ["member", "activity", "said", "asked_at", "state", "answer", "answered_at", "answered_by"]
    list_display = ["member", "branch", "activity", "asked_at", "state"]
    list_filter = [UnderFilter, "state"]
    list_select_related = ["member", "activity__branch"]
    search_fields = ["member__name", "activity__branch__short_name"]
    search_help_text = "姓名或党支部"
    ordering = ["-asked_at", "-pk"]
    sortable_by = ["asked_at"]

    def object_tools(self, request, obj):
        return [("打开", reverse("appeal", args=[obj.pk]))]


@admin.register(Supplement)
class SupplementAdmin(OfRecordAdmin):
    place = 9
    right_to_see = Right.RECORD

    fields = ["activity", "reason", "asked_at", "asked_by", "met_at", "met_by", "how", "answer"]
    list_display = ["activity", "branch", "reason", "asked_at", "met_at", "how"]
    list_filter = [UnderFilter, MetFilter]
    search_fields = ["activity__title", "activity__branch__short_name"]
    search_help_text = "活动主题或党支部"
    ordering = ["-asked_at", "-pk"]
    sortable_by = ["asked_at", "met_at"]

    def object_tools(self, request, obj):
        return [("打开记录", reverse("activity_detail", args=[obj.activity_id]))]


@admin.register(Waiver)
class WaiverAdmin(ScopedModelAdmin):
    """Asked for and answered on its own page."""

    group = "活动"
    place = 10
    right_to_see = Right.KEEP_BRANCHES
    has_history = False

    fields = [
        "branch",
        "waived",
        "start",
        "end",
        "reason",
        "by",
        "at",
        "state",
        "answered_by",
        "answered_at",
        "returned_why",
    ]
    list_display = ["branch", "waived", "start", "end", "by", "state"]
    list_filter = [UnderFilter, "state"]
    list_select_related = ["branch", "by"]
    search_fields = ["branch__short_name", "branch__name", "reason"]
    search_help_text = "党支部名称或原因"
    ordering = ["-at", "-pk"]
    sortable_by = ["start"]

    @admin.display(description="免开什么")
    def waived(self, row):
        return titles(row.codes)

    def object_tools(self, request, obj):
        return [("打开", reverse("waiver", args=[obj.pk]))]


@admin.register(Election)
class ElectionAdmin(ScopedModelAdmin):
    """Taken step by step on its own page."""

    group = "党组织"
    place = 3
    right_to_see = Right.KEEP_BRANCHES

    fields = [
        "branch",
        "requested_on",
        "request_number",
        "replied_on",
        "reply_number",
        "seats",
        "nominated_on",
        "agreed_on",
        "agreement_number",
        "meeting",
        "reported_on",
        "approved_on",
        "approval_number",
        "filed_on",
        "term",
        "withdrawn_at",
        "withdrawn_why",
    ]
    list_display = ["branch", "requested_on", "stage", "meeting", "approved_on"]
    list_filter = [UnderFilter]
    list_select_related = ["branch", "meeting"]
    search_fields = ["branch__short_name", "branch__name"]
    search_help_text = "党支部名称"
    ordering = ["-requested_on", "-pk"]
    sortable_by = ["requested_on", "approved_on"]
    date_hierarchy = "requested_on"

    @admin.display(description="进度")
    def stage(self, row):
        return reading.stage_of(row)

    def object_tools(self, request, obj):
        return [("打开", reverse("election", args=[obj.pk]))]


admin.site.errands += [
    Errand(
        "办理换届",
        "已届满和半年内届满的党组织，各自办到哪一步。",
        lambda: reverse("election_list"),
        lambda user: has_right(user, Right.KEEP_BRANCHES),
        lambda user: len(reading.lines(ranges_of(user, Right.KEEP_BRANCHES), timezone.localdate())),
    ),
    Errand(
        "义务规则",
        "党支部按规定应开展的活动；校内规定写明依据后启用。",
        lambda: reverse("duty_rules"),
        lambda user: has_right(user, Right.KEEP_RULES),
    ),
    Errand(
        "答复免开申请",
        "党支部因实际情况不能开的，同意后不作要求。",
        lambda: reverse("admin:activities_waiver_changelist") + "?state__exact=waiting",
        lambda user: has_right(user, Right.KEEP_BRANCHES),
        lambda user: Waiver.objects.reachable_by(user, Right.KEEP_BRANCHES).waiting().count(),
    ),
]
