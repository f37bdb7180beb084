"""发展党员 in the browser admin: who is on the way, and how far; the steps are taken on their own pages."""

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import StateFilter, UnderFilter
from branches.roles import Right
from branches.scope import covering_ranges, within

from . import searching
from .development.steps import TABLE, as_step
from .models import Development, DevelopmentPlan, DevelopmentStep, Member


class UnderMemberFilter(UnderFilter):
    """By where each person is now."""

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        ranges = covering_ranges([self.paths.get(self.value(), "")])
        return queryset.filter(within("member__branch_path", ranges))


class OpenFilter(StateFilter):
    default = "培养中"

    def lookups(self, request, model_admin):
        return [("ended", "已结束"), ("all", "全部")]

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_on__isnull=self.value() != "ended")


@admin.register(Development)
class DevelopmentAdmin(ScopedModelAdmin):
    group = "党员"
    place = 9
    right_to_see = Right.SEE_DEVELOPMENT
    has_history = False

    fields = ["member", "branch", "applied_on", "latest", "closed_on", "outcome", "reason"]
    list_display = ["member", "branch", "applied_on", "latest", "outcome", "closed_on"]
    list_filter = [OpenFilter, UnderMemberFilter, "outcome"]
    list_select_related = ["member__branch"]
    search_fields = ["member__name"]
    search_help_text = "姓名、拼音首字母、编号、学工号或后四位"
    ordering = ["-applied_on", "pk"]
    sortable_by = ["applied_on", "closed_on"]

    def get_queryset(self, request):
        taken = DevelopmentStep.objects.standing().filter(development=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(last=Subquery(taken.order_by("-on", "-pk").values("step")[:1]))
        )

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        found = searching.find(Member.objects.all(), search_term).values("pk")
        return queryset.filter(member__in=found), False

    @admin.display(description="党支部")
    def branch(self, development):
        return development.member.branch

    @admin.display(description="最近一步")
    def latest(self, development):
        step = as_step(development.last or "")
        return TABLE[step].title if step else ""

    def object_tools(self, request, obj):
        return [("打开", reverse("development_person", args=[obj.pk]))]


@admin.register(DevelopmentPlan)
class DevelopmentPlanAdmin(ScopedModelAdmin):
    """Written by organisation and year on the page of the plans."""

    group = "党员"
    place = 10
    right_to_see = Right.APPROVE
    has_history = False

    fields = ["branch", "year", "quota", "document"]
    list_display = ["branch", "year", "quota", "document"]
    list_filter = [UnderFilter, "year"]
    list_select_related = ["branch"]
    search_fields = ["branch__short_name", "document"]
    search_help_text = "党组织或文号"
    ordering = ["-year", "branch__order_key", "pk"]
    sortable_by = ["year", "quota"]

    def list_tools(self, request):
        return [("填写计划", reverse("development_plans"))]
