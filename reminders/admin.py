"""Reminders in the browser admin: who was reminded of what, and whether it is done."""

from django.contrib import admin

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from . import admin_messages  # noqa: F401 - registers its own
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
