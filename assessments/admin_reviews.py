"""The democratic reviews of branches in the browser admin."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from .models import Review


@admin.register(Review)
class ReviewAdmin(ScopedModelAdmin):
    """To be looked at: a branch holds its review on its own pages, and staff conclude it there."""

    group = "党员"
    place = 20
    right_to_see = Right.REVIEW
    has_history = False

    fieldsets = [
        (None, {"fields": ["branch", "year", "held_on", "meeting", "state"]}),
        ("优秀的比例", {"fields": ["share", "base", "citation"]}),
        ("民主测评", {"fields": ["way", "issued", "returned"]}),
        ("评定和审核", {"fields": ["decided_by", "decided_on", "submitted_at", "returned_why", "closed_at"]}),
    ]
    list_display = ["branch", "year", "state", "held_on", "way", "issued", "returned"]
    list_filter = [UnderFilter, "state", "year"]
    list_select_related = ["branch"]
    search_fields = ["branch__short_name"]
    search_help_text = "党支部"
    ordering = ["-year", "branch__order_key"]
    sortable_by = ["year", "held_on"]

    def object_tools(self, request, obj):
        return [("打开", reverse("review", args=[obj.pk]))]
