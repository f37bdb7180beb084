"""Exemptions from taking part in the browser admin: who is exempt and since when; the reason stands on the page."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import HoldsFilter
from branches.roles import Right

from .models import Exemption, Member


@admin.register(Exemption)
class ExemptionAdmin(ScopedModelAdmin):
    """Rows that the verbs write: shown, never edited here."""

    group = "党员"
    place = 17
    right_to_see = Right.KEEP_MEMBERS
    has_history = False

    fields = ["member", "since", "until", "ground", "by", "at"]
    list_display = ["member", "branch", "since", "until", "by"]
    list_filter = [HoldsFilter]
    list_select_related = ["member__branch", "by"]
    search_fields = ["member__name", "member__number"]
    search_help_text = "姓名或党员编号"
    ordering = ["-since", "pk"]
    sortable_by = ["since"]

    def visible(self, request):
        members = self.admin_site.get_model_admin(Member).visible(request)
        return Exemption.objects.filter(member__in=members.values("pk"))

    @admin.display(description="党支部")
    def branch(self, exemption):
        return exemption.member.branch.short_name

    def object_tools(self, request, obj):
        return [("打开", reverse("member_exemptions", args=[obj.member_id]))]
