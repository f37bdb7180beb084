"""Results of the members' democratic review in the browser admin: who got which grade; what was said is on the page."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.roles import Right

from .models import Member, ReviewResult


@admin.register(ReviewResult)
class ReviewResultAdmin(ScopedModelAdmin):
    """Rows that the verbs write: shown, never edited here."""

    group = "党员"
    place = 19
    right_to_see = Right.REVIEW
    has_history = False

    fields = ["member", "branch", "year", "held_on", "grade", "ungraded", "decided_on", "decided_by"]
    list_display = ["member", "branch", "year", "grade", "ungraded", "decided_on"]
    list_filter = ["grade", "year"]
    list_select_related = ["member", "branch"]
    search_fields = ["member__name", "member__number"]
    search_help_text = "姓名或党员编号"
    ordering = ["-year", "pk"]
    sortable_by = ["year"]

    def visible(self, request):
        members = self.admin_site.get_model_admin(Member).visible(request)
        return ReviewResult.objects.filter(member__in=members.values("pk"))

    def object_tools(self, request, obj):
        return [("打开", reverse("member_detail", args=[obj.member_id]))]
