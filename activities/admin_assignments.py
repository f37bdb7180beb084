"""Notices and tasks in the browser admin: to be looked at; they are issued and returned on their own pages."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from .models import Assignment, AssignmentReturn


@admin.register(Assignment)
class AssignmentAdmin(ScopedModelAdmin):
    group = "活动"
    place = 4
    right_to_see = Right.SEE_RECORDS

    fieldsets = [
        (None, {"fields": ["nature", "title", "text", "kind", "campaign", "opens_on", "due_on"]}),
        ("发给", {"fields": ["issuer", "organisation"]}),
        ("登记", {"fields": ["issued_at", "issued_by", "withdrawn_at", "withdrawn_reason"]}),
    ]
    list_display = ["title", "nature", "issuer", "organisation", "opens_on", "due_on", "withdrawn_at"]
    list_filter = [UnderFilter, "nature"]
    list_select_related = ["issuer", "organisation"]
    search_fields = ["title"]
    search_help_text = "标题"
    ordering = ["-due_on", "-pk"]
    sortable_by = ["opens_on", "due_on"]
    date_hierarchy = "due_on"

    def object_tools(self, request, obj):
        return [("打开", reverse("assignment_detail", args=[obj.pk]))]


@admin.register(AssignmentReturn)
class AssignmentReturnAdmin(ScopedModelAdmin):
    group = "活动"
    place = 5
    right_to_see = Right.SEE_RECORDS

    fieldsets = [
        (None, {"fields": ["assignment", "branch", "record", "said", "returned_on", "returned_by"]}),
        (
            "不适用",
            {
                "fields": [
                    "claim",
                    "claimed_at",
                    "claimed_by",
                    "is_exempt",
                    "answer",
                    "answered_at",
                    "answered_by",
                ]
            },
        ),
        ("催办", {"fields": ["chased_on"]}),
    ]
    list_display = ["assignment", "branch", "returned_on", "record", "is_exempt", "chased_on"]
    list_filter = [UnderFilter, "is_exempt"]
    list_select_related = ["assignment", "branch", "record"]
    search_fields = ["assignment__title", "branch__short_name"]
    search_help_text = "标题或党支部"
    ordering = ["-assignment__due_on", "branch__order_key", "pk"]
    sortable_by = ["returned_on"]

    def object_tools(self, request, obj):
        return [("打开", reverse("assignment_return", args=[obj.pk]))]
