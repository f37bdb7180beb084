"""Political birthdays in the browser admin: what was sent and recorded, and who wants no greeting."""

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import HoldsFilter, UnderFilter
from branches.admin_site import Errand
from branches.roles import Right
from branches.scope import has_right, ranges_of

from . import birthdays, searching
from .models import Celebration, Greeting, GreetingOptOut, Member


class OfBirthdays(ScopedModelAdmin):
    """Rows that the verbs write: shown, never edited here."""

    group = "党员"
    right_to_see = Right.SEE_MEMBERS
    has_history = False
    search_fields = ["member__name"]
    search_help_text = "姓名、拼音首字母、党员编号、学工号或后四位"

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        found = searching.find(Member.objects.all(), search_term)
        return queryset.filter(member__in=found.values("pk")), False


@admin.register(Greeting)
class GreetingAdmin(OfBirthdays):
    place = 6
    fields = ["member", "branch", "year", "day", "title", "text", "sent_by", "sent_at"]
    list_display = ["member", "branch", "day", "title", "sent_by", "sent_at"]
    list_filter = [UnderFilter, "year"]
    list_select_related = ["member", "branch", "sent_by"]
    ordering = ["-day", "pk"]
    sortable_by = ["day", "sent_at"]


@admin.register(Celebration)
class CelebrationAdmin(OfBirthdays):
    place = 7
    fields = ["member", "branch", "year", "way", "held_on", "note", "recorded_by", "recorded_at"]
    list_display = ["member", "branch", "year", "way", "held_on", "recorded_by"]
    list_filter = [UnderFilter, "way", "year"]
    list_select_related = ["member", "branch", "recorded_by"]
    ordering = ["-held_on", "pk"]
    sortable_by = ["held_on"]


@admin.register(GreetingOptOut)
class GreetingOptOutAdmin(OfBirthdays):
    place = 8
    fields = ["member", "since", "until", "set_by"]
    list_display = fields
    list_filter = [HoldsFilter]
    list_select_related = ["member", "set_by"]
    ordering = ["-since", "pk"]

    def visible(self, request):
        members = self.admin_site.get_model_admin(Member).visible(request)
        return GreetingOptOut.objects.filter(member__in=members.values("pk"))


def _undated(user):
    ranges = ranges_of(user, Right.KEEP_MEMBERS)
    return birthdays.undated(ranges, timezone.localdate(), birthdays.reckoning()).count()


admin.site.errands.append(
    Errand(
        "补入党日期",
        "在册党员缺入党日期（或学校规定的转正日期）的，补上才有政治生日。",
        lambda: reverse("birthday_undated"),
        lambda user: has_right(user, Right.KEEP_MEMBERS),
        _undated,
    )
)
