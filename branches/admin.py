"""The organisation tree in the browser admin."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from . import (
    admin_factors,  # noqa: F401 - these four register their own
    admin_grants,  # noqa: F401
    admin_suggestions,  # noqa: F401
    admin_trail,  # noqa: F401
    terms,
    tree,
)
from .admin_base import ScopedModelAdmin
from .admin_filters import DueFilter, ExistingFilter
from .admin_site import Errand
from .forms import BranchForm, DissolveForm, MoveForm, OrderForm, PostponeForm, TermForm
from .models import Branch, Term
from .roles import Right
from .scope import has_right, may_restructure

#: What staff are told of when a branch moves or ends; tallies and reminders follow by themselves.
NAMED = ("branch", "member", "post", "partygroup", "station", "activity", "rolegrant")
#: Of a branch's people only those on the roster are counted, of its records all.
WORDS = {"member": "现有党员", "activity": "活动记录（历年）"}


@dataclass(frozen=True)
class BranchPage:
    """A page about one branch (党支部) that a room above adds: its address, its button, and its view."""

    name: str
    label: str
    view: Callable  # of this admin, the request and the branch


@admin.register(Branch)
class BranchAdmin(ScopedModelAdmin):
    #: Pages of the rooms above about one branch.
    further: list[BranchPage] = []
    #: The view that takes the place of dissolving while something in the branch has to be settled first.
    settling: Callable | None = None
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
        pages += [(page.name, partial(self.further_view, page)) for page in self.further]
        return [self.object_page(view, name) for name, view in pages] + super().get_urls()

    def further_view(self, page, request, object_id):
        branch = self._restructured(request, object_id)
        if not branch.is_leaf or branch.dissolved_on:
            raise PermissionDenied("只有现有的党支部才能这样调整。")
        return page.view(self, request, branch)

    def list_tools(self, request):
        return [("导入名册", reverse("import_register"))] if has_right(request.user, Right.IMPORT) else []

    def object_tools(self, request, obj):
        tools = []
        if may_restructure(request.user, obj.path) and obj.dissolved_on is None:
            tools += [("调整隶属关系", self.own_url(obj, "move"))]
            if obj.is_leaf:
                tools += [(page.label, self.own_url(obj, page.name)) for page in self.further]
            tools += [("撤销", self.own_url(obj, "dissolve"))]
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
        named = [(model._meta, count) for model, count in rows if model._meta.model_name in NAMED]
        return [(WORDS.get(meta.model_name, meta.verbose_name), count) for meta, count in named]

    def move_view(self, request, object_id):
        """Asked for by GET, it shows what would follow; done by POST."""
        branch = self._restructured(request, object_id)
        targets = Branch.objects.reachable_by(request.user, Right.KEEP_BRANCHES)
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
        if self.settling and self._is_running(branch):
            return self.settling(request, branch)
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
            help="撤销后不再计入义务和统计，已有的记录都保留。",
            affected=self._affected(branch),
        )

    def _is_running(self, branch):
        if not branch.is_leaf or branch.dissolved_on:
            return False
        return bool(tree.obstacle_to_dissolving(branch, timezone.localdate()))

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


@admin.register(Term)
class TermAdmin(ScopedModelAdmin):
    group = "党组织"
    place = 2
    right_to_keep = Right.KEEP_BRANCHES
    can_add = can_delete = True
    form = TermForm
    refusals = (terms.TermError,)

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
        if obj is None:
            return self.fields
        return [*self.fields, "due_on", "ended_on", "postponed_to", "postponement"]

    def object_tools(self, request, obj):
        if obj.ended_on or not self.may_keep(request, obj):
            return []
        return [("延期换届", self.own_url(obj, "postpone"))]

    def get_urls(self):
        return [self.object_page(self.postpone_view, "postpone"), *super().get_urls()]

    def postpone_view(self, request, object_id):
        term = self.get_object(request, unquote(object_id))
        if not self.may_keep(request, term):
            raise PermissionDenied
        form = PostponeForm(request.POST or None)
        return self.own_form(
            request,
            term,
            form,
            lambda: terms.postpone(
                term,
                to=form.cleaned_data["until"],
                approval=form.cleaned_data["approval"],
                by=request.user,
            ),
            title="延期换届",
            button="登记延期",
            done="已登记延期。",
            help="届满前确需延期的，先报上级党组织批准，再在这里登记。",
        )

    def save_model(self, request, obj, form, change):
        facts = form.cleaned_data
        term = terms.elect(facts["branch"], facts["elected_on"], facts["years"], by=request.user)
        obj.pk = term.pk
        obj.refresh_from_db()

    def delete_model(self, request, obj):
        terms.undo(obj, by=request.user)


def _keeps_branches(user):
    return has_right(user, Right.KEEP_BRANCHES)


def _guessed(user):
    mine = Branch.objects.reachable_by(user, Right.KEEP_BRANCHES)
    return mine.existing_on(timezone.localdate()).filter(category_is_guess=True).count()


admin.site.errands += [
    Errand(
        "导入党组织名册",
        "党委、总支、支部的名称、代码、上级和任期。",
        lambda: reverse("import_register"),
        lambda user: has_right(user, Right.IMPORT),
    ),
    Errand(
        "核对支部类别",
        "导入时按名称推断的类别，逐个核对后确认。",
        lambda: reverse("admin:branches_branch_changelist") + "?category_is_guess__exact=1",
        _keeps_branches,
        _guessed,
    ),
    Errand(
        "校内规定",
        "公示天数、政治生日日期等由学校自定的事项，附依据。",
        lambda: reverse("local_rules"),
        lambda user: has_right(user, Right.KEEP_RULES),
    ),
]
