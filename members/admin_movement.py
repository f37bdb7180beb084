"""Coming and going in the browser admin: shown, written by the verbs on their own pages."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import HoldsFilter, UnderFilter
from branches.roles import Right

from . import searching
from .models import (
    Circumstance,
    Departure,
    Destination,
    Member,
    RosterCorrection,
    Suspension,
    Transfer,
)


class MovementAdmin(ScopedModelAdmin):
    group = "党员"
    right_to_see = Right.SEE_MEMBERS
    list_select_related = ["member"]
    search_fields = ["member__name"]
    search_help_text = "姓名、拼音首字母、党员编号、学工号或后四位"

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        found = searching.find(Member.objects.all(), search_term).values("pk")
        return queryset.filter(member__in=found), False


@admin.register(Transfer)
class TransferAdmin(MovementAdmin):
    place = 10
    fields = [
        "name",
        "kind",
        "state",
        "branch",
        "target",
        "elsewhere",
        "letter",
        "issued_on",
        "valid_until",
        "requested_on",
        "accepted_on",
        "arrived_on",
        "reason",
    ]
    list_display = ["name", "kind", "branch", "target", "elsewhere", "letter", "valid_until", "state"]
    list_filter = [UnderFilter, "kind", "state"]
    list_select_related = ["branch", "target"]
    ordering = ["-requested_on", "letter", "pk"]

    def object_tools(self, request, obj):
        return [("办理", reverse("transfer_detail", args=[obj.pk]))]


@admin.register(Circumstance)
class CircumstanceAdmin(MovementAdmin):
    place = 11
    fields = ["member", "kind", "place", "since", "until", "due_on", "contacted_on", "evidence", "document"]
    list_display = ["member", "kind", "place", "since", "until", "due_on", "contacted_on"]
    list_filter = [HoldsFilter, "kind"]
    ordering = ["-since", "pk"]

    def visible(self, request):
        members = self.admin_site.get_model_admin(Member).visible(request)
        return Circumstance.objects.filter(member__in=members.values("pk"))


@admin.register(Departure)
class DepartureAdmin(MovementAdmin):
    place = 12
    fields = ["member", "branch", "kind", "on", "evidence", "document", "annulled_at", "annulled_why"]
    list_display = ["member", "branch", "kind", "on", "document", "annulled_at"]
    list_filter = [UnderFilter, "kind"]
    list_select_related = ["member", "branch"]
    ordering = ["-on", "pk"]


@admin.register(RosterCorrection)
class RosterCorrectionAdmin(MovementAdmin):
    place = 13
    fields = ["member", "effective_on", "effective_until", "what", "reason", "entered_at", "by"]
    list_display = ["member", "effective_on", "effective_until", "what", "reason", "entered_at"]
    list_filter = [UnderFilter]
    ordering = ["-entered_at", "pk"]


@admin.register(Suspension)
class SuspensionAdmin(MovementAdmin):
    place = 13
    right_to_see = Right.KEEP_MEMBERS
    has_history = False
    fields = [
        *("member", "ground", "since", "until", "evidence", "document"),
        *("ended_evidence", "ended_document", "by"),
    ]
    list_display = ["member", "branch", "ground", "since", "until", "document"]
    list_filter = [HoldsFilter, "ground"]
    list_select_related = ["member__branch"]
    ordering = ["-since", "pk"]

    def visible(self, request):
        members = self.admin_site.get_model_admin(Member).visible(request)
        return Suspension.objects.filter(member__in=members.values("pk"))

    @admin.display(description="党支部")
    def branch(self, suspension):
        return suspension.member.branch.short_name


@admin.register(Destination)
class DestinationAdmin(MovementAdmin):
    """Members and others alike, so they are found by the name that is written here."""

    place = 13
    has_history = False
    fields = ["name", "member", "school_number", "branch", "graduates_on", "kind", "place", "recorded_on"]
    list_display = ["name", "branch", "graduates_on", "kind", "place", "recorded_on"]
    list_filter = [UnderFilter, "kind"]
    list_select_related = ["branch"]
    search_fields = ["name", "school_number"]
    search_help_text = "姓名或学工号"
    ordering = ["-graduates_on", "name", "pk"]
    date_hierarchy = "graduates_on"

    def get_search_results(self, request, queryset, search_term):
        return ScopedModelAdmin.get_search_results(self, request, queryset, search_term)

    def list_tools(self, request):
        return [("登记和统计", reverse("destination_list"))]
