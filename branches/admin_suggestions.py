"""意见建议 in the browser admin: which wait and who answered; what was said is read on its own page."""

from django.contrib import admin
from django.urls import reverse

from .admin_base import ScopedModelAdmin
from .admin_filters import StateFilter
from .models import Suggestion
from .roles import Right


class AnsweredFilter(StateFilter):
    default = "待答复"

    def lookups(self, request, model_admin):
        return [("answered", "已答复"), ("all", "全部")]

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        return queryset.filter(answered_at__isnull=self.value() != "answered")


@admin.register(Suggestion)
class SuggestionAdmin(ScopedModelAdmin):
    group = "任务与提醒"
    place = 6
    right_to_see = Right.ANSWER_SUGGESTIONS
    has_history = False

    fields = ["user", "at", "page", "state", "answered_by", "answered_at"]
    readonly_fields = ["state"]
    list_display = ["user", "page", "at", "state", "answered_by", "answered_at"]
    list_filter = [AnsweredFilter]
    list_select_related = ["user", "answered_by"]
    search_fields = ["user__name", "user__username", "page"]
    search_help_text = "提出人或所在页面"
    ordering = ["-at", "-pk"]
    sortable_by = ["at", "answered_at"]

    def visible(self, request):
        return Suggestion.objects.all()

    @admin.display(description="状态")
    def state(self, suggestion):
        return suggestion.state

    def object_tools(self, request, obj):
        return [("打开", reverse("suggestion", args=[obj.pk]))]

    def list_tools(self, request):
        return [("答复", reverse("suggestion_list"))]
