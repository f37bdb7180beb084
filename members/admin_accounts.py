"""Accounts in the browser admin. They stand in this room because scope over them follows grants and member records."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from accounts import access, factors, passwords
from accounts.factors import FactorError
from accounts.forms import ResetForm
from accounts.models import User
from accounts.proof import proved
from accounts.sign_on import binding
from accounts.sign_on.fetching import SignOnError
from branches.admin_base import ScopedModelAdmin
from branches.admin_site import Errand
from branches.grants import GrantError
from branches.models import RoleGrant
from branches.roles import Right, Role
from branches.scope import has_right, roles_of

from . import account_holders
from .slips import sheet, slip_of

OPENERS = {Role.SYSTEM_ADMIN, Role.ORGANIZATION_STAFF}


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "name", "email"]
        error_messages = {"username": {"unique": "这个账号不能使用，请换一个。"}}


@admin.register(User)
class UserAdmin(ScopedModelAdmin):
    group = "账号与权限"
    place = 1
    right_to_see = right_to_keep = Right.KEEP_ACCOUNTS
    form = AccountForm

    fields = ["username", "name", "email"]
    list_display = ["username", "name", "roles", "is_active", "state", "last_login"]
    list_filter = ["is_active", "must_change_password"]
    search_fields = ["username", "name"]
    search_help_text = "账号或姓名"
    ordering = ["username"]
    actions = ["issue_passwords", "close", "reopen"]
    refusals = (FactorError, SignOnError)
    told = ("roles", "is_active", "state", "second_factor_at", "last_login", "date_joined")

    def visible(self, request):
        return account_holders.visible_accounts(request.user)

    def get_queryset(self, request):
        held = RoleGrant.objects.on(timezone.localdate()).select_related("branch", "station")
        return super().get_queryset(request).prefetch_related(Prefetch("grants", held, to_attr="held"))

    def has_view_permission(self, request, obj=None):
        """Whoever grants roles has to find the account."""
        return has_right(request.user, Right.KEEP_ACCOUNTS) or has_right(request.user, Right.KEEP_GRANTS)

    def may_keep(self, request, obj):
        return account_holders.may_keep(request.user, obj)

    def has_add_permission(self, request):
        """Committee staff open accounts for the holders of posts: a bare account would belong to nobody's scope."""
        return bool(roles_of(request.user) & OPENERS)

    def get_fields(self, request, obj=None):
        return self.fields if obj is None else [*self.fields, *self.told]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["username", *self.told]

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        facts = form.cleaned_data
        opened, obj.one_time_password = access.open_account(
            facts["username"], facts["name"], email=facts["email"], by=request.user
        )
        obj.pk = opened.pk
        obj.initial_password_until = opened.initial_password_until

    def get_urls(self):
        return [
            self.object_page(self.factor_view, "second-factor"),
            self.object_page(self.binding_view, "sign-on"),
            *super().get_urls(),
        ]

    def object_tools(self, request, obj):
        if not has_right(request.user, Right.KEEP_FACTORS):
            return []
        tools = []
        if obj.second_factor_at is not None:
            tools.append(("重置动态验证码", self.own_url(obj, "second-factor")))
        if binding.is_bound(obj):
            tools.append(("解除统一身份认证绑定", self.own_url(obj, "sign-on")))
        return tools

    def factor_view(self, request, object_id):
        """The phone is lost. Whoever gives passwords cannot do it: two people are needed to enter an account."""
        return self._released(
            request,
            object_id,
            factors.remove,
            refusal="动态验证码由安全管理员重置。",
            title="重置动态验证码",
            button="重置",
            done="已重置，本人下次登录时重新设置。",
            help="请先当面或通过可靠的方式核对是本人。重置不改变密码，但会结束这个账号在各处的登录。",
        )

    def binding_view(self, request, object_id):
        """Whom the university's service signs in as this account is fixed at the first time, until released here."""
        return self._released(
            request,
            object_id,
            binding.release,
            refusal="统一身份认证的绑定由安全管理员解除。",
            example="如：换了学工号，已向信息中心核对。",
            title="解除统一身份认证绑定",
            button="解除",
            done="已解除，下次从统一身份认证登录时重新绑定。",
            help="请先向学校信息中心核对统一身份认证中的人就是账号本人。",
        )

    def _released(self, request, object_id, release, *, refusal, example="", **words):
        """The page on which the security administrator says why, and ``release`` is done."""
        account = self.get_object(request, unquote(object_id))
        if not has_right(request.user, Right.KEEP_FACTORS):
            raise PermissionDenied(refusal)
        form = ResetForm(request.POST or None)
        if example:
            form.fields["why"].help_text = example

        def page(request):
            return self.own_form(
                request,
                account,
                form,
                lambda: release(account, by=request.user, why=form.cleaned_data["why"]),
                danger=True,
                **words,
            )

        return (proved(page) if request.method == "POST" else page)(request)

    def response_add(self, request, obj, post_url_continue=None):
        """The slip itself: the password is shown in this answer and in no other."""
        return sheet(request, [slip_of(obj, obj.one_time_password)], self._list_url())

    @admin.display(description="角色")
    def roles(self, account):
        return "、".join(
            f"{grant.get_role_display()}（{grant.branch or grant.station}）"
            if grant.branch or grant.station
            else grant.get_role_display()
            for grant in account.held
        )

    @admin.display(description="登录情况")
    def state(self, account):
        if not account.must_change_password:
            return "正常"
        until = account.initial_password_until
        return "一次性密码已过期" if until and until < timezone.now() else "待用一次性密码登录"

    @admin.action(description="发放一次性密码（原密码作废）", permissions=["change"])
    def issue_passwords(self, request, queryset):
        self.refuse_unkept(request, queryset)
        if queryset.filter(is_active=False).exists():
            self.message_user(request, "所选账号中有已停用的，请先恢复。没有发放任何密码。", messages.ERROR)
            return None
        return proved(lambda request: self._issue(request, queryset))(request)

    def _issue(self, request, queryset):
        slips = [
            slip_of(account, passwords.issue(account, by=request.user), self.roles(account))
            for account in queryset
        ]
        return sheet(request, slips, self._list_url())

    @admin.action(description="停用所选账号", permissions=["change"])
    def close(self, request, queryset):
        self.refuse_unkept(request, queryset)
        try:
            account_holders.close_all(queryset, by=request.user)
        except (GrantError, access.AccessError) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, "已停用所选账号，立即生效。", messages.SUCCESS)

    @admin.action(description="恢复所选账号", permissions=["change"])
    def reopen(self, request, queryset):
        self.refuse_unkept(request, queryset)
        for account in queryset:
            access.reopen(account, by=request.user)
        self.message_user(request, "已恢复所选账号。", messages.SUCCESS)

    def _list_url(self):
        return reverse("admin:accounts_user_changelist")


admin.site.errands += [
    Errand(
        "新开账号",
        "新建后当场打印一次性密码条；忘记密码的，在账号列表里勾选重新发放。",
        lambda: reverse("admin:accounts_user_add"),
        lambda user: Role.SYSTEM_ADMIN in roles_of(user),
    ),
    Errand(
        "重置动态验证码",
        "手机和备用码都没有了的，当面核对是本人后，打开他的账号重置。",
        lambda: reverse("admin:accounts_user_changelist"),
        lambda user: has_right(user, Right.KEEP_FACTORS),
    ),
]
