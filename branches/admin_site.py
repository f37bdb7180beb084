"""The browser admin: a site opened by roles.

Django's own permission rows, log entries, pop-ups, redirects for missing rows and bulk deletion are not used: who may
do what is asked of :mod:`branches.roles`, what was done is written to the audit trail. The lists' base class, which
covers every way out of one's scope, is in :mod:`branches.admin_base`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.urls import reverse
from django.utils.text import capfirst

from accounts.models import User

from .admin_base import GROUPS, ScopedModelAdmin
from .roles import Right
from .scope import has_right

METHODS = ["GET", "POST"]


@dataclass(frozen=True)
class Errand:
    """Something staff come to the admin for: a line of its first page, with how many wait when that can be counted."""

    label: str
    hint: str
    url: Callable[[], str]
    may_see: Callable[[User], bool]
    waiting: Callable[[User], int] | None = None


class BranchbookAdminSite(admin.AdminSite):
    site_header = site_title = "支部簿　数据后台"
    index_title = "数据后台"
    empty_value_display = "—"

    def __init__(self, name="admin"):
        super().__init__(name)
        self.disable_action("delete_selected")
        self.errands: list[Errand] = []

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only lists that know scope: the groups that Django's own app brings are left out."""
        if admin_class is not None and issubclass(admin_class, ScopedModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request):
        return has_right(request.user, Right.USE_ADMIN)

    def admin_view(self, view, cacheable=False):
        guarded = super().admin_view(view, cacheable)

        def inner(request, *args, **kwargs):
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            if not self.has_permission(request):
                raise PermissionDenied("数据后台由组织部、二级党组织工作人员和三员使用。")
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, view)

    def get_urls(self):
        """Without a second sign-in, the redirect to any object, and the pages by app: they know no scope."""
        left_out = {"login", "logout", "password_change", "password_change_done", "view_on_site", "app_list"}
        urls = [entry for entry in super().get_urls() if getattr(entry, "name", None) not in left_out]
        for entry in urls:
            if hasattr(getattr(entry, "callback", None), "login_url"):
                del entry.callback.login_url
        return urls

    def get_log_entries(self, request):
        return ()

    def get_app_list(self, request, app_label=None):
        groups = {name: [] for name in GROUPS}
        for model, model_admin in self._registry.items():
            if model_admin.has_module_permission(request):
                groups[model_admin.group].append(
                    (model_admin.place, self._entry(request, model, model_admin))
                )
        return [
            {
                "name": name,
                "app_label": f"group-{number}",
                "models": [entry for _, entry in sorted(entries, key=lambda pair: pair[0])],
            }
            for number, (name, entries) in enumerate(groups.items(), start=1)
            if entries
        ]

    def _entry(self, request, model, model_admin):
        route = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        perms = model_admin.get_model_perms(request)
        return {
            "model": model,
            "name": capfirst(model._meta.verbose_name_plural),
            "object_name": model._meta.object_name,
            "perms": perms,
            "admin_url": reverse(f"{route}_changelist"),
            "add_url": reverse(f"{route}_add") if perms["add"] else None,
            "view_only": not perms["change"],
        }

    def autocomplete_view(self, request):
        return ScopedAutocomplete.as_view(admin_site=self)(request)

    def index(self, request, extra_context=None):
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        errands = [
            {
                "label": errand.label,
                "hint": errand.hint,
                "url": errand.url(),
                "waiting": errand.waiting(request.user) if errand.waiting else None,
            }
            for errand in self.errands
            if errand.may_see(request.user)
        ]
        return super().index(request, {"errands": errands, **(extra_context or {})})


class ScopedAutocomplete(AutocompleteJsonView):
    """Its rows are those of the related model's own list, so it ends where that list ends."""

    http_method_names = ["get"]

    def serialize_result(self, obj, to_field_name):
        return {"id": str(getattr(obj, to_field_name)), "text": self.model_admin.choice_label(obj)}
