"""What members asked about their own data, in the browser admin: which wait and until when; the words are not here."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.roles import Right

from .admin_development import UnderMemberFilter
from .models import DataRequest, Member


@admin.register(DataRequest)
class DataRequestAdmin(ScopedModelAdmin):
    group = "党员"
    place = 21
    right_to_see = Right.KEEP_MEMBERS
    has_history = False

    fields = ["member", "kind", "subject", "state", "asked_at", "due_on", "answered_by", "answered_at"]
    list_display = ["member", "branch", "kind", "subject", "state", "due_on", "answered_at"]
    list_filter = [UnderMemberFilter, "state", "kind"]
    list_select_related = ["member__branch"]
    search_fields = ["member__name", "member__number"]
    search_help_text = "姓名或党员编号"
    ordering = ["-asked_at", "-pk"]
    sortable_by = ["due_on", "answered_at"]

    def visible(self, request):
        members = self.admin_site.get_model_admin(Member).visible(request)
        return DataRequest.objects.filter(member__in=members.values("pk"))

    @admin.display(description="党支部")
    def branch(self, asked):
        return asked.member.branch.short_name

    def object_tools(self, request, obj):
        return [("打开", reverse("data_request", args=[obj.pk]))]

    def list_tools(self, request):
        return [("答复", reverse("data_request_list"))]
