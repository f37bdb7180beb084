"""Reminders in the browser admin: who was reminded of what, and whether it is done."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.admin_site import Errand
from branches.roles import Right
from branches.scope import has_right

from . import (
    admin_messages,  # noqa: F401 - registers its own
    first_steps,
)
from .models import Reminder


@admin.register(Reminder)
class ReminderAdmin(ScopedModelAdmin):
    group = "任务与提醒"
    place = 2
    has_history = False

    fields = ["title", "detail", "recipient", "channel", "due_on", "state", "created_at", "settled_at"]
    list_display = ["title", "recipient", "due_on", "state", "created_at", "settled_at"]
    list_filter = [UnderFilter, "state", "channel"]
    list_select_related = ["recipient"]
    search_fields = ["title", "recipient__name", "recipient__username"]
    search_help_text = "事项或接收人"
    ordering = ["-due_on", "kind", "subject", "pk"]
    sortable_by = ["due_on", "created_at"]
    date_hierarchy = "due_on"

    def visible(self, request):
        return Reminder.objects.sent_below(request.user, Right.KEEP_BRANCHES)


def _keeps_the_system(user):
    return has_right(user, Right.KEEP_CHANNELS)


admin.site.errands += [
    Errand(
        "看系统状态",
        "后台任务、备份、恢复演练、磁盘；不正常的写明怎么办。",
        lambda: reverse("system_state"),
        _keeps_the_system,
    ),
    Errand(
        "首次设置",
        "从空的系统到可以使用，还有几项没有做，由谁做。",
        lambda: reverse("first_steps"),
        _keeps_the_system,
        lambda _: sum(not step.is_done for step in first_steps.steps()),
    ),
    Errand(
        "设置发送渠道",
        "邮件和企业微信；填好可以当场测试。",
        lambda: reverse("message_channels"),
        _keeps_the_system,
    ),
    Errand(
        "设置统一身份认证",
        "用学校的账号登录（CAS 或 OpenID Connect）；填好可以当场测试。",
        lambda: reverse("sign_on_set_up"),
        _keeps_the_system,
    ),
]
