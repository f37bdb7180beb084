"""Role grants in the browser admin."""

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone

from . import grants
from .admin_base import ScopedModelAdmin
from .admin_filters import HoldsFilter
from .admin_site import Errand
from .forms import GrantForm
from .models import Branch, BranchQuerySet, RoleGrant, Station
from .roles import Right, Role
from .scope import has_right, ranges_of, roles_of, within


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


admin.site.errands += [
    Errand(
        "授予角色",
        "给账号授予或收回角色。",
        lambda: reverse("admin:branches_rolegrant_changelist"),
        lambda user: has_right(user, Right.KEEP_GRANTS),
    ),
    Errand(
        "登记免用动态验证码的角色",
        "学校有文件规定某个角色不用的，写明文件和期限；三员和工作人员不能免。",
        lambda: reverse("admin:branches_factorexemption_changelist"),
        lambda user: has_right(user, Right.KEEP_FACTORS),
    ),
]
