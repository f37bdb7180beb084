"""Party groups and dormitory work stations in the browser admin, with the people in them."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.utils import timezone

from branches.admin_base import ScopedInline, ScopedModelAdmin
from branches.admin_filters import HoldsFilter, UnderFilter
from branches.grants import GrantError
from branches.models import Branch, PartyGroup, Station, StationArea
from branches.roles import Right

from . import posts, seats, stations
from .admin_forms import EndGroupForm, EndPostForm, PartyGroupForm, SeatsForm, StationAssignmentForm
from .models import StationAssignment


@admin.register(PartyGroup)
class PartyGroupAdmin(ScopedModelAdmin):
    group = "党组织"
    place = 3
    right_to_keep = Right.KEEP_BRANCHES
    can_add = True
    form = PartyGroupForm
    refusals = (seats.SeatError, posts.PostError)

    fields = ["branch", "name", "position", "since"]
    list_display = ["branch", "name", "people", "since", "until"]
    list_display_links = ["name"]
    list_filter = [UnderFilter, HoldsFilter]
    list_select_related = ["branch"]
    search_fields = ["name", "branch__short_name"]
    search_help_text = "党小组或党支部名称"
    ordering = ["branch__order_key", "position", "pk"]
    sortable_by = ["since"]

    def get_queryset(self, request):
        sitting = Count("seats", filter=Q(seats__until__isnull=True))
        return super().get_queryset(request).select_related("branch").annotate(people=sitting)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "branch":
            kwargs["queryset"] = self.choices_of(db_field, request).filter(level=Branch.Level.BRANCH)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fields(self, request, obj=None):
        return self.fields if obj is None else [*self.fields, "until"]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["branch", "since", "until"]

    def save_model(self, request, obj, form, change):
        obj.branch_path = obj.branch.path
        super().save_model(request, obj, form, change)

    @admin.display(description="人数")
    def people(self, group):
        return group.people

    def object_tools(self, request, obj):
        if obj.until or not self.may_keep(request, obj):
            return []
        return [("成员", self.own_url(obj, "seats")), ("撤销党小组", self.own_url(obj, "end"))]

    def get_urls(self):
        pages = [("seats", self.seats_view), ("end", self.end_view)]
        return [self.object_page(view, name) for name, view in pages] + super().get_urls()

    def _running(self, request, object_id):
        group = self.get_object(request, unquote(object_id))
        if group.until or not self.may_keep(request, group):
            raise PermissionDenied("这个党小组已撤销，或者不归您管理。")
        return group

    def seats_view(self, request, object_id):
        group = self._running(request, object_id)
        form = SeatsForm(group, request.POST or None)

        def arrange():
            facts = form.cleaned_data
            leaving = [seat.member for seat in facts["leave"]]
            seats.arrange(group, join=facts["join"], leave=leaving, on=facts["on"], by=request.user)

        return self.own_form(
            request, group, form, arrange, title="成员", button="保存成员", done="已保存党小组成员。"
        )

    def end_view(self, request, object_id):
        group = self._running(request, object_id)
        form = EndGroupForm(request.POST or None)
        return self.own_form(
            request,
            group,
            form,
            lambda: seats.end(group, on=form.cleaned_data["on"], by=request.user),
            title="撤销党小组",
            button=f"撤销“{group.name}”",
            danger=True,
            done="已撤销党小组。",
            help="成员的席位和组长的任职同时结束，以前的会议记录都保留。",
        )


class AreaInline(ScopedInline):
    model = StationArea
    fields = ["name", "position"]


@admin.register(Station)
class StationAdmin(ScopedModelAdmin):
    group = "党组织"
    place = 4
    right_to_keep = Right.KEEP_BRANCHES
    can_add = True
    inlines = [AreaInline]

    fields = ["name", "building", "branch", "position", "since", "until"]
    list_display = ["name", "building", "branch", "people", "since", "until"]
    list_filter = [UnderFilter, HoldsFilter]
    list_select_related = ["branch"]
    search_fields = ["name", "building"]
    search_help_text = "名称或楼栋"
    ordering = ["position", "pk"]
    sortable_by = ["since"]

    def get_queryset(self, request):
        serving = Count("assignments", filter=Q(assignments__until__isnull=True))
        return super().get_queryset(request).annotate(people=serving)

    def save_model(self, request, obj, form, change):
        obj.branch_path = obj.branch.path
        super().save_model(request, obj, form, change)

    @admin.display(description="人数")
    def people(self, station):
        return station.people


@admin.register(StationAssignment)
class StationAssignmentAdmin(ScopedModelAdmin):
    group = "党组织"
    place = 5
    right_to_see = Right.SEE_MEMBERS
    right_to_keep = Right.KEEP_BRANCHES
    can_add = True
    form = StationAssignmentForm
    refusals = (stations.StationError, GrantError)

    fields = ["member", "station", "area", "is_head", "since"]
    autocomplete_fields = ["member"]
    list_display = ["member", "station", "area_name", "is_head", "since", "until"]
    list_filter = [HoldsFilter, "station", "is_head"]
    list_select_related = ["member", "station", "area"]
    search_fields = ["member__name", "member__name_initials", "station__name"]
    search_help_text = "姓名、拼音首字母或工作站"
    ordering = ["station__position", "-is_head", "member__name_order", "pk"]
    sortable_by = ["since"]

    def visible(self, request):
        station_list = self.admin_site.get_model_admin(Station).visible(request)
        return StationAssignment.objects.filter(station__in=station_list.values("pk"))

    def path_of(self, obj):
        return obj.station.branch_path

    def get_fields(self, request, obj=None):
        return self.fields if obj is None else [*self.fields, "until"]

    def has_change_permission(self, request, obj=None):
        """A service is assigned and ended, not edited."""
        return False

    def choices_of(self, db_field, request, *, to_keep=True):
        if db_field.remote_field.model is StationArea:
            return StationArea.objects.filter(station__in=self._stations(request)).select_related("station")
        if db_field.name == "station" and to_keep:
            return self._stations(request)
        return super().choices_of(db_field, request, to_keep=to_keep)

    def _stations(self, request):
        return Station.objects.reachable_by(request.user, Right.KEEP_BRANCHES).open()

    def save_model(self, request, obj, form, change):
        facts = dict(form.cleaned_data)
        obj.pk = stations.assign(facts.pop("member"), facts.pop("station"), by=request.user, **facts).pk

    def get_changeform_initial_data(self, request):
        return {"since": timezone.localdate(), **super().get_changeform_initial_data(request)}

    def object_tools(self, request, obj):
        return (
            [] if obj.until or not self.may_keep(request, obj) else [("解除安排", self.own_url(obj, "end"))]
        )

    def get_urls(self):
        return [self.object_page(self.end_view, "end"), *super().get_urls()]

    def end_view(self, request, object_id):
        assignment = self.get_object(request, unquote(object_id))
        if assignment.until or not self.may_keep(request, assignment):
            raise PermissionDenied
        form = EndPostForm(assignment, request.POST or None)
        return self.own_form(
            request,
            assignment,
            form,
            lambda: stations.release(assignment, on=form.cleaned_data["on"], by=request.user),
            title="解除安排",
            button="解除安排",
            done="已解除安排。",
        )

    @admin.display(description="责任区")
    def area_name(self, assignment):
        return assignment.area.name if assignment.area else ""
