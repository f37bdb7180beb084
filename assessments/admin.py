"""Rounds, their groups, reports and rectification in the browser admin: to be looked at, and found.

All is done on its own pages. Nothing here leads to a code, a paper ballot or a mark; the text of a report is read on
its page, where only what was handed in is shown.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from activities.filters import YEARS_BACK
from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import StateFilter, UnderFilter
from branches.admin_site import Errand
from branches.roles import Right
from branches.scope import has_right, ranges_of, within

from . import admin_reviews, problems  # noqa: F401
from .models import Problem, RaterGroup, Report, Round, StageDone, Subject


class AssessmentAdmin(ScopedModelAdmin):
    group = "述职评议"
    right_to_see = Right.ASSESS
    has_history = False


@admin.register(Round)
class RoundAdmin(AssessmentAdmin):
    place = 1

    fieldsets = [
        (None, {"fields": ["name", "year", "branch", "state", "scheme_title", "report_due_on"]}),
        ("会议", {"fields": ["meeting_on", "meeting_place", "closed_at", "decided_on", "decided_by"]}),
        ("公布和归档", {"fields": ["published_at", "audience", "archived_at", "digest"]}),
    ]
    readonly_fields = ["scheme_title"]
    list_display = ["name", "year", "branch", "state", "report_due_on", "audience"]
    list_filter = [UnderFilter, "year", "state"]
    list_select_related = ["branch"]
    search_fields = ["name", "branch__short_name"]
    search_help_text = "名称或党组织"
    ordering = ["-year", "branch__order_key", "-pk"]
    sortable_by = ["year", "report_due_on"]

    @admin.display(description="方案")
    def scheme_title(self, round_):
        return round_.rules.title

    def object_tools(self, request, obj):
        return [("打开", reverse("round", args=[obj.pk]))]

    def list_tools(self, request):
        return [("新建和办理", reverse("round_list"))]


class UnderRoundFilter(UnderFilter):
    path_field = "round__branch_path"


class YearFilter(admin.SimpleListFilter):
    title = "年度"
    parameter_name = "year"
    year_field = "subject__round__year"

    def lookups(self, request, model_admin):
        now = timezone.localdate().year
        return [(str(year), f"{year} 年") for year in range(now, now - YEARS_BACK - 1, -1)]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.year_field: self.value()}) if self.value() else queryset


class RoundYearFilter(YearFilter):
    year_field = "round__year"


class RoundStateFilter(admin.SimpleListFilter):
    title = "进度"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Round.State.choices

    def queryset(self, request, queryset):
        return queryset.filter(round__state=self.value()) if self.value() else queryset


@admin.register(RaterGroup)
class RaterGroupAdmin(AssessmentAdmin):
    """How many ballots are out and came back; no way leads on to what they say."""

    place = 2

    fields = ["round_name", "title", "issued", "papers", "returned", "valid"]
    readonly_fields = ["round_name"]
    list_display = ["round_name", "title", "issued", "papers", "returned", "valid"]
    list_filter = [UnderRoundFilter, RoundYearFilter, RoundStateFilter]
    list_select_related = ["round"]
    search_fields = ["title", "round__name", "round__branch__short_name"]
    search_help_text = "类别、述职评议名称或党组织"
    ordering = ["-round__year", "round_id", "pk"]
    sortable_by = ()

    @admin.display(description="述职评议")
    def round_name(self, group):
        return group.round

    def visible(self, request):
        ranges = ranges_of(request.user, Right.USE_ADMIN)
        return RaterGroup.objects.filter(within("round__branch_path", ranges))

    def object_tools(self, request, obj):
        return [("发票和回收", reverse("round_ballots", args=[obj.round_id]))]


class UnderSubjectFilter(UnderFilter):
    """By the organisation the secretary leads."""

    path_field = "subject__branch__path"


class OfSubjectAdmin(AssessmentAdmin):
    """Rows about one secretary, seen by whoever keeps the round."""

    list_select_related = ["subject__member", "subject__branch", "subject__round"]
    search_fields = ["subject__member__name", "subject__branch__short_name", "subject__round__name"]
    search_help_text = "书记、党组织或述职评议名称"

    def visible(self, request):
        ranges = ranges_of(request.user, Right.USE_ADMIN)
        return self.model.objects.filter(within("subject__branch_path", ranges))

    @admin.display(description="书记")
    def member(self, row):
        return row.subject.member.name

    @admin.display(description="党组织")
    def branch(self, row):
        return row.subject.branch

    @admin.display(description="述职评议")
    def round(self, row):
        return row.subject.round


@admin.register(Report)
class ReportAdmin(OfSubjectAdmin):
    place = 3

    fields = ["member", "branch", "round", "state", "submitted_at", "returned_why"]
    readonly_fields = ["member", "branch", "round"]
    list_display = ["member", "branch", "round", "state", "submitted_at"]
    list_filter = [UnderSubjectFilter, "state", YearFilter]
    ordering = ["-subject__round__year", "subject__round_id", "subject__position", "pk"]
    sortable_by = ["submitted_at"]

    def object_tools(self, request, obj):
        return [("打开", reverse("duty_report", args=[obj.pk]))]


class StageFilter(StateFilter):
    """Where a line stands today; first of all those that are not settled."""

    default = "没有办结"

    def lookups(self, request, model_admin):
        return [*((stage.value, problems.LABELS[stage]) for stage in problems.Stage), ("all", "全部")]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset.filter(checked_on=None)
        if self.value() == "all":
            return queryset
        return queryset.filter(problems.at(self.value(), timezone.localdate()))


@admin.register(Problem)
class ProblemAdmin(OfSubjectAdmin):
    place = 4

    fields = [
        *("member", "branch", "round", "problem", "measure", "owner", "due_on"),
        *("evidence", "done_on", "checked_on", "check_result"),
    ]
    readonly_fields = ["member", "branch", "round"]
    list_display = ["problem", "member", "branch", "owner", "due_on", "done_on", "checked_on"]
    list_filter = [UnderSubjectFilter, StageFilter, YearFilter]
    search_fields = ["problem", "owner", "subject__member__name", "subject__branch__short_name"]
    search_help_text = "问题、责任人、书记或党组织"
    ordering = ["due_on", "pk"]
    sortable_by = ["due_on", "done_on", "checked_on"]

    def object_tools(self, request, obj):
        return [("打开", reverse("problem", args=[obj.pk]))]

    def list_tools(self, request):
        return [("按条件查看", reverse("problem_list"))]


@admin.register(StageDone)
class StageDoneAdmin(OfSubjectAdmin):
    """The university's own stages: noted for each secretary on the page of the stage."""

    place = 5

    fields = ["member", "branch", "round", "title", "on", "note"]
    readonly_fields = ["member", "branch", "round", "title"]
    list_display = ["member", "branch", "round", "title", "on", "note"]
    list_filter = [UnderSubjectFilter, YearFilter]
    ordering = ["-on", "pk"]
    sortable_by = ["on"]

    @admin.display(description="环节")
    def title(self, row):
        titles = {stage.code: stage.title for stage in row.subject.round.rules.own_stages}
        return titles.get(row.stage, row.stage)

    def object_tools(self, request, obj):
        return [("打开", reverse("round_stage", args=[obj.subject.round_id, obj.stage]))]


def _waiting(user):
    """Those reported as done, for staff to look at."""
    kept = Problem.objects.filter(subject__in=Subject.objects.visible_to(user))
    return kept.filter(problems.at(problems.Stage.DONE, timezone.localdate())).count()


admin.site.errands += [
    Errand(
        label="核查述职整改",
        hint="书记报告已经完成的整改事项",
        url=lambda: f"{reverse('problem_list')}?state={problems.Stage.DONE}",
        may_see=lambda user: has_right(user, Right.ASSESS),
        waiting=_waiting,
    ),
]
