"""The organisation tree and the role grants in the browser admin."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from . import admin_trail, grants, terms, tree  # noqa: F401 - admin_trail registers its own
from .admin_site import Errand, ScopedModelAdmin, StateFilter
from .forms import BranchForm, DissolveForm, GrantForm, MoveForm, OrderForm, TermForm
from .models import Branch, BranchQuerySet, RoleGrant, Station, Term
from .roles import Right, Role
from .scope import covering_ranges, has_right, may_restructure, ranges_of, roles_of, within

DUE_SOON = timedelta(days=183)
#: What staff are told of when a branch moves or ends; tallies and reminders follow by themselves.
NAMED = ("branch", "member", "post", "partygroup", "station", "activity", "rolegrant")


class ExistingFilter(StateFilter):
    default = "现有"

    def lookups(self, request, model_admin):
        return [("ended", "已撤销"), ("all", "全部")]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "ended":
            return queryset.filter(dissolved_on__lte=today)
        return queryset if self.value() == "all" else queryset.existing_on(today)


@admin.register(Branch)
class BranchAdmin(ScopedModelAdmin):
    group = "党组织"
    place = 1
    right_to_keep = Right.KEEP_BRANCHES
    can_add = True
    form = BranchForm
    refusals = (tree.TreeError,)

    list_display = ["indented", "code", "level", "category_shown", "form", "founded_on", "due_on"]
    list_filter = [ExistingFilter, "level", "category", "category_is_guess", "form"]
    search_fields = ["name", "short_name", "code"]
    search_help_text = "全称、简称或党组织代码"
    ordering = ["order_key"]
    sortable_by = ["founded_on"]
    actions = ["confirm_categories"]
    facts = ["name", "short_name", "code", "level", "category", "form", "is_college", "founded_on", "note"]

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["parent", *self.facts]})]
        return [
            (None, {"fields": self.facts}),
            (
                "组织关系",
                {"fields": ["parent", "position", "dissolved_on"], "description": "用页面右上方的按钮办理。"},
            ),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["level", "parent", "position", "dissolved_on"]

    def get_queryset(self, request):
        running = Term.objects.filter(branch=OuterRef("pk"), ended_on__isnull=True).order_by("-elected_on")
        return super().get_queryset(request).annotate(term_due_on=Subquery(running.values("due_on")[:1]))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            parents = self.choices_of(db_field, request).exclude(level=Branch.Level.BRANCH)
            kwargs["queryset"] = parents.existing_on(timezone.localdate())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        facts = {name: form.cleaned_data[name] for name in self.facts if name in form.cleaned_data}
        if change:
            self._change(request, obj, {name: facts[name] for name in form.changed_data})
            return
        obj.pk = tree.found(by=request.user, parent=form.cleaned_data["parent"], **facts).pk
        obj.refresh_from_db()

    def _change(self, request, obj, facts):
        """From the row as it stands: the form has already put the new values on its own object."""
        if "category" in facts:
            facts["category_is_guess"] = False
        if facts:
            tree.change(Branch.objects.get(pk=obj.pk), by=request.user, **facts)

    @admin.display(description="党组织", ordering="order_key")
    def indented(self, branch):
        return "　" * tree.depth(branch.path) + branch.short_name

    @admin.display(description="类别")
    def category_shown(self, branch):
        return branch.get_category_display() + ("（推断）" if branch.category_is_guess else "")

    @admin.display(description="届满日期")
    def due_on(self, branch):
        return branch.term_due_on

    @admin.action(description="确认类别（推断无误）", permissions=["change"])
    def confirm_categories(self, request, queryset):
        self.refuse_unkept(request, queryset)
        count = tree.confirm_categories(queryset, by=request.user)
        self.message_user(request, f"已确认 {count} 个党组织的类别。", messages.SUCCESS)

    # Own pages

    def get_urls(self):
        pages = [("move", self.move_view), ("dissolve", self.dissolve_view), ("order", self.order_view)]
        return [self.object_page(view, name) for name, view in pages] + super().get_urls()

    def object_tools(self, request, obj):
        tools = []
        if may_restructure(request.user, obj.path) and obj.dissolved_on is None:
            tools += [("调整隶属关系", self.own_url(obj, "move")), ("撤销", self.own_url(obj, "dissolve"))]
        if not obj.is_leaf and self.may_keep(request, obj):
            tools.append(("调整下级顺序", self.own_url(obj, "order")))
        return tools

    def _restructured(self, request, object_id):
        branch = self.get_object(request, unquote(object_id))
        if not may_restructure(request.user, branch.path):
            raise PermissionDenied("调整或撤销党组织，由它的上级党组织办理。")
        return branch

    def _affected(self, branch):
        """Names and counts of what follows the branch."""
        rows = tree.affected_by(branch)
        return [(model._meta.verbose_name, count) for model, count in rows if model._meta.model_name in NAMED]

    def move_view(self, request, object_id):
        """Asked for by GET, it shows what would follow; done by POST."""
        branch = self._restructured(request, object_id)
        targets = Branch.objects.visible_to(request.user).reachable_by(request.user, Right.KEEP_BRANCHES)
        targets = targets.exclude(level=Branch.Level.BRANCH).existing_on(timezone.localdate())
        if request.method == "POST":
            form = MoveForm(branch, targets, request.POST)
            words = {"title": "调整隶属关系", "button": "确认调整", "done": "已调整隶属关系，立即生效。"}
            return self.own_form(
                request,
                branch,
                form,
                lambda: tree.move(branch, by=request.user, **form.cleaned_data),
                **words,
            )
        form = MoveForm(branch, targets, request.GET if "to" in request.GET else None)
        context = {**self.page_context(request, branch, "调整隶属关系"), "form": form}
        if form.is_bound and form.is_valid():
            context |= {
                "preview": True,
                "before": tree.line_of(branch.path),
                "after": [*tree.line_of(form.cleaned_data["to"].path), branch.short_name],
                "affected": self._affected(branch),
            }
        return render(request, "admin/branches/branch/move.html", context)

    def dissolve_view(self, request, object_id):
        branch = self._restructured(request, object_id)
        form = DissolveForm(branch, request.POST or None)
        return self.own_form(
            request,
            branch,
            form,
            lambda: tree.dissolve(branch, form.cleaned_data["on"], by=request.user),
            title="撤销党组织",
            button=f"撤销“{branch}”",
            danger=True,
            done="已撤销，已有的记录都保留。",
            help="撤销后不再计入义务和统计，已有的记录都保留。仍在册的党员请先办理组织关系转接。",
            affected=self._affected(branch),
        )

    def order_view(self, request, object_id):
        parent = self.get_object(request, unquote(object_id))
        if not self.may_keep(request, parent):
            raise PermissionDenied
        children = Branch.objects.filter(parent=parent).existing_on(timezone.localdate())
        form = OrderForm(children, request.POST or None)
        if {name for name in request.POST if name.startswith("place-")} - set(form.fields):
            raise Http404
        return self.own_form(
            request,
            parent,
            form,
            lambda: tree.reorder(parent, form.ordered(), by=request.user),
            title="调整下级党组织的顺序",
            button="保存顺序",
            done="已调整下级党组织的顺序。",
            help="数字小的排在前面，数字相同的保持现在的先后。名单、统计和报表都按这个顺序。",
        )


class UnderFilter(admin.SimpleListFilter):
    """A part of the tree: the colleges, or the branches of one college for those who see no more."""

    title = "所属党组织"
    parameter_name = "under"

    def _offered(self, request):
        mine = Branch.objects.visible_to(request.user)
        mine = mine.filter(within("path", ranges_of(request.user, Right.USE_ADMIN)))
        return list(mine.existing_on(timezone.localdate()).values_list("pk", "path", "short_name", "level"))

    def lookups(self, request, model_admin):
        offered = self._offered(request)
        upper = [row for row in offered if row[3] != Branch.Level.BRANCH]
        self.paths = {str(pk): path for pk, path, _, _ in offered}
        return [(str(pk), name) for pk, _, name, _ in (upper if len(upper) > 1 else offered)]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        return queryset.filter(within("branch_path", covering_ranges([self.paths.get(self.value(), "")])))


class DueFilter(admin.SimpleListFilter):
    title = "届满"
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [
            ("soon", "半年内届满（含已届满）"),
            ("over", "已届满未换届"),
            ("running", "任期内"),
            ("ended", "往届"),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        running = queryset.filter(ended_on__isnull=True)
        return {
            "over": running.filter(due_on__lt=today),
            "soon": running.filter(due_on__lte=today + DUE_SOON),
            "running": running.filter(due_on__gt=today + DUE_SOON),
            "ended": queryset.filter(ended_on__isnull=False),
        }.get(self.value(), queryset)


@admin.register(Term)
class TermAdmin(ScopedModelAdmin):
    group = "党组织"
    place = 2
    right_to_keep = Right.KEEP_BRANCHES
    can_add = can_delete = True
    form = TermForm

    fields = ["branch", "elected_on", "years"]
    list_display = ["branch", "elected_on", "years", "due_on", "ended_on"]
    list_filter = [DueFilter]
    list_select_related = ["branch"]
    search_fields = ["branch__name", "branch__short_name"]
    search_help_text = "党组织名称"
    ordering = ["branch__order_key", "-elected_on"]
    date_hierarchy = "due_on"

    def has_change_permission(self, request, obj=None):
        """An election is recorded or taken back, not edited."""
        return False

    def has_delete_permission(self, request, obj=None):
        return self._may_keep_any(request) if obj is None else self.may_keep(request, obj)

    def get_fields(self, request, obj=None):
        return self.fields if obj is None else [*self.fields, "due_on", "ended_on"]

    def save_model(self, request, obj, form, change):
        facts = form.cleaned_data
        term = terms.elect(facts["branch"], facts["elected_on"], facts["years"], by=request.user)
        obj.pk = term.pk
        obj.refresh_from_db()

    def delete_model(self, request, obj):
        terms.undo(obj, by=request.user)


class HoldsFilter(StateFilter):
    default = "现在有效"

    def lookups(self, request, model_admin):
        return [("ended", "已结束"), ("all", "全部")]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "ended":
            return queryset.filter(until__lt=today)
        return queryset if self.value() == "all" else queryset.exclude(until__lt=today)


@admin.register(RoleGrant)
class RoleGrantAdmin(ScopedModelAdmin):
    group = "账号与权限"
    place = 2
    right_to_see = right_to_keep = Right.KEEP_GRANTS
    can_add = True
    form = GrantForm
    refusals = (grants.GrantError,)

    fields = ["user", "role", "branch", "station", "since", "until"]
    autocomplete_fields = ["user"]
    list_display = ["user", "role", "where", "since", "until", "granted_by"]
    list_filter = [HoldsFilter, "role"]
    list_select_related = ["user", "branch", "station", "granted_by"]
    search_fields = ["user__username", "user__name", "branch__short_name"]
    search_help_text = "账号、姓名或党组织"
    ordering = ["branch_path", "role", "user__username"]
    actions = ["revoke"]

    def visible(self, request):
        return RoleGrant.objects.visible_to(request.user)

    def may_keep(self, request, obj):
        return obj.user_id != request.user.pk and grants.may_grant(request.user, obj.role, obj.branch_path)

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["user", "role", "branch", "station", "since"]

    def choices_of(self, db_field, request, *, to_keep=True):
        """The security administrator sees no branches, yet grants roles over them."""
        if db_field.remote_field.model in (Branch, Station):
            field = "path" if db_field.remote_field.model is Branch else "branch_path"
            rows = db_field.remote_field.model.objects.all()
            if Role.SECURITY_ADMIN not in roles_of(request.user):
                rows = rows.filter(within(field, ranges_of(request.user, Right.KEEP_GRANTS)))
            return rows.existing_on(timezone.localdate()) if isinstance(rows, BranchQuerySet) else rows.open()
        return super().choices_of(db_field, request, to_keep=to_keep)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.giver = request.user
        return form

    def get_changeform_initial_data(self, request):
        return {"since": timezone.localdate(), **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        facts = form.cleaned_data
        if change and facts["until"]:
            grants.end(obj, on=facts["until"], by=request.user)
        elif not change:
            place = {name: facts[name] for name in ("branch", "station", "since", "until")}
            grant = grants.give(facts["user"], facts["role"], by=request.user, **place)
            obj.pk = grant.pk
            obj.refresh_from_db()

    @admin.display(description="范围", ordering="branch_path")
    def where(self, grant):
        return grant.branch or grant.station or "（三员，不分范围）"

    @admin.action(description="立即收回所选授权", permissions=["change"])
    def revoke(self, request, queryset):
        self.refuse_unkept(request, queryset)
        try:
            count = grants.revoke(queryset.select_related("user"), by=request.user)
        except grants.GrantError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, f"已收回 {count} 项授权，立即生效。", messages.SUCCESS)


def _keeps_branches(user):
    return has_right(user, Right.KEEP_BRANCHES)


def _guessed(user):
    mine = Branch.objects.visible_to(user).reachable_by(user, Right.KEEP_BRANCHES)
    return mine.existing_on(timezone.localdate()).filter(category_is_guess=True).count()


def _due_terms(user):
    mine = Term.objects.visible_to(user).reachable_by(user, Right.KEEP_BRANCHES)
    return mine.filter(ended_on__isnull=True, due_on__lte=timezone.localdate() + DUE_SOON).count()


admin.site.errands += [
    Errand(
        "核对支部类别",
        "导入时按名称推断的类别，逐个核对后确认。",
        lambda: reverse("admin:branches_branch_changelist") + "?category_is_guess__exact=1",
        _keeps_branches,
        _guessed,
    ),
    Errand(
        "准备换届",
        "已届满和半年内届满的党组织。",
        lambda: reverse("admin:branches_term_changelist") + "?due=soon",
        _keeps_branches,
        _due_terms,
    ),
    Errand(
        "授予角色",
        "给账号授予或收回角色。",
        lambda: reverse("admin:branches_rolegrant_changelist"),
        lambda user: has_right(user, Right.KEEP_GRANTS),
    ),
]
