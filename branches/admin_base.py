"""The base class of the browser admin's lists: it covers every way out of one's scope."""

from collections.abc import Callable
from functools import partial, partialmethod

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters, ShowFacets
from django.contrib.admin.utils import NestedObjects, unquote
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, router
from django.forms import CheckboxInput
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse

from accounts import audit
from accounts.leaving import leaving
from accounts.proof import confirmed
from accounts.refusals import OutOfReach
from lib import required

from . import admin_export, history
from .forms import BranchChoiceField, DateInput
from .models import Branch
from .roles import RIGHTS, Right, Role
from .scope import has_right, may

#: In a form the words of a column head are too short.
LABELS = {"since": "开始日期", "until": "结束日期"}
#: The groups of the menu, in this order.
GROUPS = ("党员", "党组织", "活动", "述职评议", "账号与权限", "任务与提醒", "审计")


#: What Django's filters ask of a column.
CONDITIONS = ("", "__exact", "__isnull", "__id__exact")


class ReadonlyField(admin.helpers.AdminReadonlyField):
    """Names what it refers to as a link where the user may open it; Django links whatever has a form.

    Django's lines of a form make these by the name below, and offer no other way in.
    """

    def get_admin_url(self, remote_field, remote_obj):
        opens = getattr(self.form, "opens", None)
        return (
            super().get_admin_url(remote_field, remote_obj)
            if opens and opens(remote_obj)
            else str(remote_obj)
        )


admin.helpers.AdminReadonlyField = ReadonlyField


class ScopedFields:
    """What a list and its inlines share: fields whose choices end where the user's scope ends."""

    formfield_overrides = {
        models.DateField: {"widget": DateInput},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
    }
    right_to_keep: Right | None = None

    def choices_of(self, db_field, request, *, to_keep=True):
        """Rows of the related model's own list; nothing when that model has no list."""
        related = db_field.remote_field.model
        if not self.admin_site.is_registered(related):
            return related._default_manager.none()
        rows = self.admin_site.get_model_admin(related).get_queryset(request)
        if to_keep and self.right_to_keep and hasattr(rows, "reachable_by"):
            rows = rows.reachable_by(request.user, self.right_to_keep)
        return rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.remote_field.model is Branch:
            kwargs.setdefault("form_class", BranchChoiceField)
        kwargs.setdefault("queryset", self.choices_of(db_field, request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", self.choices_of(db_field, request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if field is not None and db_field.name in LABELS:
            field.label = LABELS[db_field.name]
        return field


class ScopedInline(ScopedFields, admin.TabularInline):
    """Rows of one object; who may change the object may change them."""

    extra = 1
    view_on_site = False

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        required.name_fields(formset.form.base_fields)
        # The head of a column is no label to who hears the page.
        for field in formset.form.base_fields.values():
            field.widget.attrs["aria-label"] = field.label
        formset.deletion_widget = CheckboxInput(attrs={"aria-label": "删除这一行"})
        return formset

    def _keeps(self, request, obj):
        parent = self.admin_site.get_model_admin(self.parent_model)
        return parent.has_change_permission(request, obj) if obj else parent.has_add_permission(request)

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return self._keeps(request, obj)

    has_change_permission = has_delete_permission = has_add_permission


class ScopedModelAdmin(ScopedFields, admin.ModelAdmin):
    """A list cut to the user's scope. Read-only unless ``right_to_keep`` names the right it takes to write.

    Where a verb exists the subclass calls it in ``save_model`` or in an action, and its field is read-only.
    """

    group = GROUPS[0]
    place = 0
    right_to_see = Right.SEE_BRANCHES
    #: What it takes to take the list along as a workbook.
    right_to_export = Right.EXPORT
    can_add = can_delete = False
    has_history = True
    #: How the history page shows columns that this page does not show in clear.
    history_masks: dict[str, Callable[[object], str]] = {}
    #: What a verb called from the form may raise to refuse; its message is shown.
    refusals: tuple[type[Exception], ...] = ()

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    view_on_site = False
    save_as = False

    def choice_label(self, obj):
        """How a row is offered in a choice, where names alone may be equal."""
        return str(obj)

    # Who sees and who writes

    def visible(self, request):
        """The part of the tree for which the admin is open: who is a leader elsewhere sees figures there, not names."""
        return self.model._default_manager.reachable_by(request.user, Right.USE_ADMIN)

    def get_queryset(self, request):
        rows = self.visible(request)
        if ordering := self.get_ordering(request):
            rows = rows.order_by(*ordering)
        return rows

    def get_object(self, request, object_id, from_field=None):
        obj = super().get_object(request, object_id)
        # Whoever has no such list does not learn from the answer whether a row exists.
        if obj is None or not self.has_view_permission(request):
            raise OutOfReach(is_there=self._is_there(object_id))
        return obj

    def _is_there(self, object_id):
        try:
            return self.model._base_manager.filter(pk=object_id).exists()
        except (ValidationError, ValueError):
            return False

    def to_field_allowed(self, request, to_field):
        return to_field == self.opts.pk.name

    def path_of(self, obj):
        return obj.branch_path

    def may_keep(self, request, obj):
        return self.right_to_keep is not None and may(request.user, self.right_to_keep, self.path_of(obj))

    def _may_keep_any(self, request):
        return self.right_to_keep is not None and has_right(request.user, self.right_to_keep)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_right(request.user, self.right_to_see)

    def has_add_permission(self, request):
        return self.can_add and self._may_keep_any(request)

    def has_change_permission(self, request, obj=None):
        return self._may_keep_any(request) if obj is None else self.may_keep(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.can_delete and self.has_change_permission(request, obj)

    def lookup_allowed(self, lookup, value, request):
        """Only what a filter of this list asks: any other condition on a column would tell what the page masks.

        On a relation it would go on to whatever hangs there, in every part of the tree.
        """
        names = [entry[0] if isinstance(entry, tuple) else entry for entry in self.get_list_filter(request)]
        own = {name.parameter_name for name in names if hasattr(name, "parameter_name")}
        fields = {f"{name}{how}" for name in names if isinstance(name, str) for how in CONDITIONS}
        days = {f"{self.date_hierarchy}{how}" for how in ("__year", "__month", "__day")}
        return lookup in own | fields | days

    def opens(self, request, obj):
        """Whether the user may open the form of ``obj``, which may be of another model. One query."""
        if not self.admin_site.is_registered(type(obj)):
            return False
        own = self.admin_site.get_model_admin(type(obj))
        return own.has_view_permission(request) and own.get_queryset(request).filter(pk=obj.pk).exists()

    # Pages

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        required.name_fields(form.base_fields)
        # Labels end as everywhere else, without the half-wide colon that Django has for Chinese.
        form.__init__ = partialmethod(form.__init__, label_suffix="")
        return form

    def get_urls(self):
        """Without the old form of the address, which redirects whatever the method and whoever asks."""
        return super().get_urls()[:-1]

    def object_page(self, view, name):
        """The address of an own page about one object: ``…/<id>/<name>/``."""
        route = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=route)

    def own_url(self, obj, name):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[obj.pk])

    def object_tools(self, request, obj):
        """(label, address) of the buttons over one object; over the list: :meth:`list_tools`."""
        return []

    def list_tools(self, request):
        return []

    def page_context(self, request, obj, title):
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": title,
            "subtitle": str(obj),
            "has_view_permission": True,
        }

    def refuse_others(self, request):
        """Whoever has no such list is told whose it is."""
        if not self.has_view_permission(request):
            whose = RIGHTS[self.right_to_see] & RIGHTS[Right.USE_ADMIN]
            roles = "、".join(role.label for role in Role if role in whose)
            raise PermissionDenied(f"“{self.opts.verbose_name_plural}”由{roles}使用。")

    def changelist_view(self, request, extra_context=None):
        may_export = has_right(request.user, self.right_to_export)
        if request.method == "POST" and "export" in request.POST:
            return confirmed(leaving(self._export))(request)
        if request.method == "POST":
            if not self.get_actions(request):
                return HttpResponseNotAllowed(["GET"])
            self._refuse_foreign_selection(request)
        self.refuse_others(request)
        context = {
            "title": self.opts.verbose_name_plural,
            "tools": self.list_tools(request),
            "may_export": may_export,
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def _export(self, request):
        """The list as it is filtered, as a workbook or a PDF."""
        if not self.has_view_permission(request) or not has_right(request.user, self.right_to_export):
            raise PermissionDenied
        try:
            return admin_export.export(self, request, self.get_changelist_instance(request))
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
        except admin_export.TooManyRows as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def _refuse_foreign_selection(self, request):
        """One row of somebody else's among the selected ones, and nothing is done to any."""
        selected = set(request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME))
        try:
            found = self.visible(request).filter(pk__in=selected).count()
        except (ValueError, ValidationError) as error:
            raise Http404 from error
        if found != len(selected):
            raise Http404

    def refuse_unkept(self, request, rows):
        """An action over rows of which one may only be seen is refused whole."""
        if not all(self.may_keep(request, row) for row in rows):
            raise PermissionDenied("所选内容中有您无权修改的，没有作任何改动。")

    def own_form(self, request, obj, form, verb, **words):
        """An own page that is one form: ``title``, ``button``, ``done``; perhaps ``help``, ``danger``, ``affected``.

        ``verb`` is called when the form is right; what it refuses stands over the form.
        """
        if request.method == "POST" and form.is_valid():
            try:
                verb()
            except self.refusals as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, words["done"])
                return HttpResponseRedirect(self.own_url(obj, "change"))
        context = {**self.page_context(request, obj, words["title"]), "form": form, **words}
        return render(request, "admin/own_form.html", {**context, "back": self.own_url(obj, "change")})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except self.refusals as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["title"] = f"新增{self.opts.verbose_name}" if add else str(obj)
        context["subtitle"] = None
        context["tools"] = self.object_tools(request, obj) if change else []
        context |= {"show_save_and_continue": False, "has_history": self.has_history}
        rows = [form for each in context["inline_admin_formsets"] for form in each.formset.forms]
        for form in (context["adminform"].form, *rows):
            form.opens = partial(self.opens, request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # What was done goes to the audit trail

    def save_model(self, request, obj, form, change):
        before = {name: _plain(form.initial.get(name)) for name in form.changed_data} if change else {}
        super().save_model(request, obj, form, change)
        after = {name: _plain(form.cleaned_data.get(name)) for name in form.changed_data}
        if after:
            self.record(request, "change" if change else "add", obj, before, after)

    def _create_formsets(self, request, obj, change):
        """A row that is not this object's own refuses the whole form; Django would pass over it in silence."""
        formsets, inlines = super()._create_formsets(request, obj, change)
        if any(form.instance.pk is None for formset in formsets for form in formset.initial_forms):
            raise Http404
        return formsets, inlines

    def save_formset(self, request, form, formset, change):
        formset.save()
        for obj in formset.new_objects:
            self.record(request, "add", obj)
        for obj, names in formset.changed_objects:
            self.record(request, "change", obj, after={name: _plain(getattr(obj, name)) for name in names})
        for obj in formset.deleted_objects:
            self.record(request, "delete", obj)

    def delete_model(self, request, obj):
        self.record(request, "delete", obj)
        super().delete_model(request, obj)

    def record(self, request, done, obj, before=None, after=None):
        audit.record(f"{obj._meta.model_name}.{done}", by=request.user, on=obj, before=before, after=after)

    def log_addition(self, request, obj, message):
        return None

    def log_change(self, request, obj, message):
        return None

    def log_deletions(self, request, queryset):
        return None

    def get_deleted_objects(self, objs, request):
        """What hangs on the objects is counted, not named: it may lie outside the scope."""
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        protected = {}
        for obj in collector.protected:
            name = obj._meta.verbose_name_plural
            protected[name] = protected.get(name, 0) + 1
        counts = {model._meta.verbose_name_plural: len(rows) for model, rows in collector.model_objs.items()}
        unnamed = [f"{name} {count} 条" for name, count in protected.items()]
        return [str(obj) for obj in objs], counts, set(), unnamed

    def history_view(self, request, object_id, extra_context=None):
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        obj = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if not self.has_history:
            raise Http404
        context = {
            **self.page_context(request, obj, "历史记录"),
            "changes": history.changes(
                obj, lambda field, keys: self._names(request, field, keys), self.history_masks
            ),
            "deeds": history.deeds(obj),
        }
        return render(request, "admin/object_history.html", context)

    def _names(self, request, field, keys):
        rows = self.choices_of(field, request, to_keep=False).filter(pk__in=keys)
        return {row.pk: str(row) for row in rows}


def _plain(value):
    """A form's value as the audit trail keeps it."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, models.QuerySet | list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
