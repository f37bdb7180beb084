"""Records and campaigns in the browser admin. A record is written and corrected on its own pages, never here."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import StateFilter, UnderFilter
from branches.roles import Right, Role
from branches.scope import roles_of

from . import admin_assignments, admin_plans  # noqa: F401
from .admin_requests import OfRecordAdmin
from .kinds import CONFIDENTIAL
from .models import Activity, Campaign, Evidence, ProgrammeItem


class WithdrawnFilter(StateFilter):
    default = "有效"

    def lookups(self, request, model_admin):
        return [("withdrawn", "已撤回"), ("all", "全部")]

    def queryset(self, request, queryset):
        if self.value() == "withdrawn":
            return queryset.filter(withdrawn_at__isnull=False)
        return queryset if self.value() == "all" else queryset.valid()


@admin.register(Activity)
class ActivityAdmin(ScopedModelAdmin):
    group = "活动"
    place = 1
    right_to_see = Right.SEE_RECORDS

    fieldsets = [
        (None, {"fields": ["kind", "title", "branch", "group", "held_on", "starts_at", "minutes", "place"]}),
        ("人员", {"fields": ["host", "recorder", "lecturer", "expected", "present", "on_leave", "absent"]}),
        ("列席", {"fields": ["guests", "guest_heads"]}),
        ("内容", {"fields": ["notes", "campaigns"]}),
        ("登记", {"fields": ["entered_at", "entered_by", "is_on_time", "withdrawn_at", "withdrawn_reason"]}),
    ]
    list_display = ["title", "kind", "branch", "held_on", "entered_on", "expected", "present", "is_on_time"]
    list_filter = [UnderFilter, "kind", WithdrawnFilter, "is_on_time"]
    list_select_related = ["branch"]
    search_fields = ["title", "branch__short_name"]
    search_help_text = "主题或党支部"
    ordering = ["-held_on", "-entered_at", "-pk"]
    sortable_by = ["held_on", "expected", "present"]
    date_hierarchy = "held_on"

    @admin.display(description="登记日期", ordering="entered_at")
    def entered_on(self, activity):
        return timezone.localdate(activity.entered_at)

    def object_tools(self, request, obj):
        return [("打开记录", reverse("activity_detail", args=[obj.pk]))]

    def list_tools(self, request):
        return [("按条件查看与导出", reverse("activity_list"))]


@admin.register(Campaign)
class CampaignAdmin(ScopedModelAdmin):
    """Campaigns belong to the whole university: everybody sees them, the organisation department keeps them."""

    group = "活动"
    place = 2
    right_to_see = Right.SEE_RECORDS
    can_add = can_delete = True

    fields = ["name", "started_on", "ended_on", "note"]
    list_display = ["name", "started_on", "ended_on"]
    search_fields = ["name"]
    ordering = ["-started_on", "name"]

    def visible(self, request):
        return Campaign.objects.all()

    def may_keep(self, request, obj):
        return self._may_keep_any(request)

    def _may_keep_any(self, request):
        return Role.ORGANIZATION_STAFF in roles_of(request.user)

    def has_delete_permission(self, request, obj=None):
        """One that gathers records stays: deleting it would silently change what those records belong to."""
        gathers = obj is not None and (obj.activities.exists() or obj.assignments.exists())
        return self._may_keep_any(request) and not gathers


@admin.register(Evidence)
class EvidenceAdmin(OfRecordAdmin):
    """What was attached to which record; it is added, looked at and taken away on the record's page."""

    place = 3
    right_to_see = Right.SEE_RECORDS

    fieldsets = [
        (None, {"fields": ["name", "kind", "kept", "pixels", "activity"]}),
        ("登记", {"fields": ["added_at", "added_by", "sha256"]}),
    ]
    readonly_fields = ["kept", "pixels", "sha256"]
    list_display = ["name", "kind", "kept", "activity", "branch", "added_on"]
    list_filter = [UnderFilter, "kind"]
    search_fields = ["name", "activity__title", "activity__branch__short_name"]
    search_help_text = "文件名、活动主题或党支部"
    ordering = ["-added_at", "-pk"]
    sortable_by = ["kept", "added_on"]
    date_hierarchy = "added_at"

    def visible(self, request):
        """Files of a talk are listed nowhere: they are for those who talked."""
        return super().visible(request).exclude(activity__kind__in=CONFIDENTIAL)

    @admin.display(description="大小", ordering="size")
    def kept(self, evidence):
        return filesizeformat(evidence.size)

    @admin.display(description="添加日期", ordering="added_at")
    def added_on(self, evidence):
        return timezone.localdate(evidence.added_at)

    @admin.display(description="像素")
    def pixels(self, evidence):
        return f"{evidence.width}×{evidence.height}" if evidence.is_picture else "—"

    def object_tools(self, request, obj):
        return [("打开记录", reverse("activity_detail", args=[obj.activity_id]))]


@admin.register(ProgrammeItem)
class ProgrammeItemAdmin(ScopedModelAdmin):
    """The fixed items of 主题党日 for the whole university; records keep the words they were made with."""

    group = "活动"
    place = 4
    right_to_see = Right.SEE_RECORDS
    right_to_keep = Right.KEEP_RULES
    can_add = can_delete = True

    fields = ["title", "position", "citation"]
    list_display = ["title", "position", "citation"]
    search_fields = ["title"]
    ordering = ["position", "pk"]

    def visible(self, request):
        return ProgrammeItem.objects.all()

    def may_keep(self, request, obj):
        return self._may_keep_any(request)
