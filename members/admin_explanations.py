"""What branches said of being otherwise than normally so, in the browser admin."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from .models import Explanation


class AnsweredFilter(admin.SimpleListFilter):
    title = "核实"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", "待核实"), ("accepted", "已认可"), ("returned", "已退回")]

    def queryset(self, request, queryset):
        answered = queryset.filter(answered_at__isnull=False)
        return {
            "waiting": queryset.filter(answered_at__isnull=True),
            "accepted": answered.filter(valid_until__isnull=False),
            "returned": answered.filter(valid_until__isnull=True),
        }.get(self.value(), queryset)


@admin.register(Explanation)
class ExplanationAdmin(ScopedModelAdmin):
    group = "党组织"
    place = 6
    right_to_see = Right.KEEP_BRANCHES
    has_history = False

    fields = [
        "branch",
        "code",
        "text",
        "reason",
        "by",
        "at",
        "answered_by",
        "answered_at",
        "returned_why",
        "valid_until",
    ]
    list_display = ["branch", "code", "by", "at", "answered_by", "valid_until"]
    list_filter = [UnderFilter, AnsweredFilter]
    list_select_related = ["branch", "by", "answered_by"]
    search_fields = ["branch__short_name", "branch__name", "reason"]
    search_help_text = "党组织名称或理由"
    ordering = ["-at", "pk"]
    sortable_by = ["at"]

    def object_tools(self, request, obj):
        return [("打开", reverse("finding_explain", args=[obj.branch_id, obj.subject]))]
