"""Jobs and the audit trail in the browser admin. They stand in this room because a lower one knows no roles."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.wording import THINGS, action_label, fact_label, fact_value
from jobs.models import Job

from .admin_base import ScopedModelAdmin
from .admin_site import Errand
from .roles import Right
from .scope import has_right
from .trail import ABOUT_PEOPLE, object_shown


@admin.register(Job)
class JobAdmin(ScopedModelAdmin):
    group = "任务与提醒"
    place = 1
    right_to_see = Right.IMPORT
    has_history = False

    fields = ["label", "state", "stage", "progress", "message", "created_at", "finished_at"]
    readonly_fields = ["progress"]
    list_display = ["label", "state", "stage", "message", "created_at", "finished_at"]
    list_filter = ["state"]
    search_fields = ["label"]
    ordering = ["-created_at", "pk"]
    sortable_by = ["created_at"]

    @admin.display(description="进度", empty_value="—")
    def progress(self, job):
        return f"{job.done}/{job.total}" if job.total else None

    def visible(self, request):
        return Job.objects.visible_to(request.user)

    def object_tools(self, request, obj):
        return [("打开任务", reverse("job_detail", args=[obj.pk]))]


class ThingFilter(admin.SimpleListFilter):
    title = "操作对象"
    parameter_name = "thing"

    def lookups(self, request, model_admin):
        return sorted(THINGS.items(), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        # "." and "/" enclose every action of one thing in byte order, so that the index answers.
        thing = self.value()
        return queryset.filter(action__gte=f"{thing}.", action__lt=f"{thing}/") if thing else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ScopedModelAdmin):
    group = "审计"
    place = 1
    right_to_see = right_to_export = Right.READ_AUDIT
    has_history = False

    fields = ["at", "actor_label", "address", "what", "object_shown", "outcome", "values", "seal_number"]
    list_display = ["at_second", "actor_label", "what", "object_shown", "address", "outcome"]
    list_display_links = ["at_second"]
    list_filter = [ThingFilter, "outcome"]
    search_fields = ["actor_label", "action", "address"]
    search_help_text = "操作人姓名、账号，操作代码，或来源地址"
    ordering = ["-at", "-id"]
    sortable_by = ["at_second"]
    date_hierarchy = "at"

    def visible(self, request):
        return AuditEntry.objects.all()

    @admin.display(description="时间", ordering="at")
    def at_second(self, entry):
        return timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S")

    @admin.display(description="操作")
    def what(self, entry):
        return action_label(entry.action)

    @admin.display(description="对象")
    def object_shown(self, entry):
        return object_shown(entry)

    @admin.display(description="内容")
    def values(self, entry):
        names = list(dict.fromkeys([*entry.before, *entry.after]))
        if entry.object_type.startswith(ABOUT_PEOPLE):
            return "、".join(fact_label(name, entry.object_type) for name in names)
        return "；".join(self._change(entry, name) for name in names)

    def _change(self, entry, name):
        """地址：/admin/, or 简称：旧 → 新 where there was something before."""
        said = fact_label(name, entry.object_type)
        new = fact_value(name, entry.after.get(name, "—"))
        return f"{said}：{entry.before[name]} → {new}" if name in entry.before else f"{said}：{new}"

    @admin.display(description="封存号")
    def seal_number(self, entry):
        return entry.seal.number if hasattr(entry, "seal") else "尚未封存"


admin.site.errands += [
    Errand(
        "查审计记录",
        "谁、什么时候、对什么、做了什么；按人、按操作对象、按日期查找，可以导出。",
        lambda: reverse("admin:accounts_auditentry_changelist"),
        lambda user: has_right(user, Right.READ_AUDIT),
    ),
    Errand(
        "核验审计记录",
        "核对记录有没有被改动、删除，结果留下备查。",
        lambda: reverse("trail_check"),
        lambda user: has_right(user, Right.READ_AUDIT),
    ),
]
