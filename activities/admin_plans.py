"""Plans in the browser admin: to be looked at; a branch keeps them on its own pages."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from .models import Plan
from .plans.dates import in_words


@admin.register(Plan)
class PlanAdmin(ScopedModelAdmin):
    group = "活动"
    place = 6
    right_to_see = Right.SEE_RECORDS

    fieldsets = [
        (None, {"fields": ["branch", "group", "kind", "said", "since", "until"]}),
        ("内容", {"fields": ["starts_at", "ends_at", "place", "topic"]}),
        ("登记", {"fields": ["entered_at", "entered_by"]}),
    ]
    readonly_fields = ["said"]
    list_display = ["branch", "kind", "said", "since", "until", "place"]
    list_filter = [UnderFilter, "kind", "rhythm"]
    list_select_related = ["branch"]
    search_fields = ["branch__short_name", "topic"]
    search_help_text = "党支部或主题"
    ordering = ["branch__order_key", "since", "pk"]
    sortable_by = ["since", "until"]

    @admin.display(description="频次")
    def said(self, plan):
        return in_words(plan)

    def object_tools(self, request, obj):
        return [("打开计划", reverse("plan_year", args=[obj.branch_id, timezone.localdate().year]))]
