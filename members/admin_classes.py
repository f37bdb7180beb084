"""Training classes in the browser admin: to be looked at; their own pages write them."""

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from .models import TrainingClass


@admin.register(TrainingClass)
class TrainingClassAdmin(ScopedModelAdmin):
    group = "党员"
    place = 18
    right_to_see = Right.KEEP_BRANCHES
    has_history = False

    fieldsets = [
        (None, {"fields": ["number", "title", "kind", "branch", "organizer"]}),
        ("安排", {"fields": ["starts_on", "ends_on", "hours", "pass_score", "people", "finished_on"]}),
        ("登记", {"fields": ["opened_by", "opened_at"]}),
    ]
    readonly_fields = ["people"]
    list_display = ["number", "title", "kind", "branch", "starts_on", "ends_on", "people", "finished_on"]
    list_filter = [UnderFilter, "kind"]
    list_select_related = ["branch"]
    search_fields = ["number", "title"]
    search_help_text = "编号或名称"
    ordering = ["-starts_on", "-pk"]
    sortable_by = ["number", "starts_on", "ends_on"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(enrolled=Count("trainees"))

    @admin.display(description="学员人数")
    def people(self, one):
        return one.enrolled

    def object_tools(self, request, obj):
        return [("打开", reverse("class_detail", args=[obj.pk]))]
