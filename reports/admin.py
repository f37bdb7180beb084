"""Locked periods in the browser admin: the files of one's own part of the tree, to be looked at."""

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.admin_site import Errand
from branches.roles import Right
from branches.scope import has_right

from .figures.catalogue import STATISTICS
from .models import ClosedFile, Subscription


@admin.register(ClosedFile)
class ClosedFileAdmin(ScopedModelAdmin):
    group = "任务与提醒"
    place = 5
    right_to_see = Right.SEE_FIGURES
    has_history = False

    fields = ["period", "branch", "name", "size_in_words", "sha256"]
    readonly_fields = ["period", "size_in_words"]
    list_display = ["name", "branch", "period", "size_in_words", "state"]
    list_filter = [UnderFilter]
    list_select_related = ["closing", "branch"]
    search_fields = ["name", "closing__period"]
    search_help_text = "文件名或期间，如 2026Q3"
    ordering = ["-closing__period", "-closing__version", "branch__order_key", "pk"]
    sortable_by = []

    @admin.display(description="期间")
    def period(self, file):
        return file.closing

    @admin.display(description="大小")
    def size_in_words(self, file):
        return filesizeformat(file.size)

    @admin.display(description="状态")
    def state(self, file):
        return file.closing.get_state_display()

    def object_tools(self, request, obj):
        return [("打开锁定情况", reverse("closing_page", args=[obj.closing.period]))]


@admin.register(Subscription)
class SubscriptionAdmin(ScopedModelAdmin):
    """Who gets which statistics by mail; subscribed and ended on their own pages."""

    group = "任务与提醒"
    place = 7
    right_to_see = Right.KEEP_SUBSCRIPTIONS
    has_history = False

    fields = ["user", "branch", "tables", "state", "reason", "since", "made_by"]
    readonly_fields = ["tables"]
    list_display = ["user", "branch", "tables", "state", "since", "made_by"]
    list_filter = [UnderFilter, "state"]
    list_select_related = ["user", "branch", "made_by"]
    search_fields = ["user__name", "user__username", "branch__short_name"]
    search_help_text = "订阅人或党组织"
    ordering = ["branch_path", "pk"]
    sortable_by = ["since"]

    @admin.display(description="统计表")
    def tables(self, subscription):
        return "、".join(STATISTICS[name].title for name in subscription.statistics if name in STATISTICS)

    def list_tools(self, request):
        return [("订阅和取消", reverse("subscription_list"))]


admin.site.errands += [
    Errand(
        "事件报告",
        "账号被盗用时，查明它从哪里登录，查看、取走和修改了什么。",
        lambda: reverse("incident"),
        lambda user: has_right(user, Right.INVESTIGATE),
    ),
    Errand(
        "个人信息登记表",
        "系统保存哪些个人信息、凭什么、保存多久、谁能看到。",
        lambda: reverse("privacy_register"),
        lambda user: has_right(user, Right.SEE_REGISTER),
    ),
]
