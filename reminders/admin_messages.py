"""Messages and the robots of groups in the browser admin: what went out, what failed, and where it goes."""

from django.contrib import admin, messages

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right
from branches.scope import has_right

from . import delivery, robots
from .addresses import AddressError
from .channels import Unsent
from .forms import RobotForm
from .models import Delivery, Robot

#: Each may take some seconds, and whoever asked waits.
TRIED_AT_ONCE = 3


@admin.register(Delivery)
class DeliveryAdmin(ScopedModelAdmin):
    group = "任务与提醒"
    place = 3
    has_history = False
    right_to_see = right_to_keep = Right.KEEP_ROBOTS

    fields = ["to", "channel", "day", "state", "attempts", "last_error", "next_at", "sent_at", "created_at"]
    list_display = ["to", "channel", "day", "state", "attempts", "last_error", "sent_at"]
    list_filter = [UnderFilter, "state", "channel"]
    list_select_related = ["recipient", "robot"]
    search_fields = ["recipient__name", "recipient__username"]
    search_help_text = "接收人"
    ordering = ["-day", "-created_at", "pk"]
    sortable_by = ["day", "sent_at"]
    date_hierarchy = "day"
    readonly_fields = fields
    actions = ["send_again"]

    def visible(self, request):
        return Delivery.objects.sent_below(request.user, Right.KEEP_ROBOTS)

    def has_change_permission(self, request, obj=None):
        """Only the action over the list writes."""
        return obj is None and has_right(request.user, self.right_to_keep)

    @admin.display(description="发给")
    def to(self, row):
        return str(row.robot or row.recipient)

    @admin.action(description="再次发送", permissions=["change"])
    def send_again(self, request, queryset):
        again = sum(delivery.send_again(row, by=request.user) for row in queryset)
        if again:
            self.message_user(request, f"{again} 条将在一刻钟内再次发送。", messages.SUCCESS)
        else:
            self.message_user(request, "只有“发送失败”的消息可以再次发送。", messages.ERROR)


@admin.register(Robot)
class RobotAdmin(ScopedModelAdmin):
    group = "任务与提醒"
    place = 4
    has_history = False
    can_add = can_delete = True
    right_to_see = right_to_keep = Right.KEEP_ROBOTS
    form = RobotForm
    refusals = (AddressError,)

    list_display = ["name", "kind", "branch", "host", "is_on"]
    list_filter = [UnderFilter, "kind", "is_on"]
    list_select_related = ["branch"]
    search_fields = ["name"]
    search_help_text = "名称"
    ordering = ["branch_path", "name", "pk"]
    actions = ["try_out"]

    def visible(self, request):
        return Robot.objects.visible_to(request.user)

    def get_fields(self, request, obj=None):
        return ["branch", "kind", "name", *(["host"] if obj else []), "address", "secret", "is_on"]

    def get_readonly_fields(self, request, obj=None):
        return ["branch", "kind", "host"] if obj else []

    def save_model(self, request, obj, form, change):
        facts = form.cleaned_data
        if change:
            told = {name: facts[name] for name in ("name", "is_on", "address", "secret")}
            robots.change(obj, **told, by=request.user)
            return
        obj.pk = robots.add(**facts, by=request.user).pk

    def delete_model(self, request, obj):
        robots.remove(obj, by=request.user)

    @admin.action(description="发送测试消息", permissions=["change"])
    def try_out(self, request, queryset):
        for robot in queryset[:TRIED_AT_ONCE]:
            try:
                robots.try_out(robot, by=request.user)
            except Unsent as reason:
                self.message_user(request, f"{robot}：{reason}", messages.ERROR)
            else:
                self.message_user(request, f"{robot}：已发送，请到群里查看。", messages.SUCCESS)
