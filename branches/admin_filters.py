"""Filters of the browser admin's lists, cut to the user's scope like the lists."""

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone

from .models import Branch
from .roles import Right
from .scope import covering_ranges, within

DUE_SOON = timedelta(days=183)


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers only what the related model's own list shows this user."""

    def field_choices(self, field, request, model_admin):
        rows = model_admin.choices_of(field, request, to_keep=False)
        return [(row.pk, str(row)) for row in rows]


class StateFilter(admin.SimpleListFilter):
    """A filter whose first choice is not everything but what counts today, called ``default``."""

    title = "状态"
    parameter_name = "state"
    default = ""

    def choices(self, changelist):
        first, *rest = super().choices(changelist)
        yield {**first, "display": self.default}
        yield from rest


admin.FieldListFilter.register(lambda field: field.remote_field, ScopedRelatedFilter, take_priority=True)


class ExistingFilter(StateFilter):
    default = "现有"

    def lookups(self, request, model_admin):
        return [("ended", "已撤销"), ("all", "全部")]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "ended":
            return queryset.filter(dissolved_on__lte=today)
        return queryset if self.value() == "all" else queryset.existing_on(today)


class HoldsFilter(StateFilter):
    default = "现在有效"

    def lookups(self, request, model_admin):
        return [("ended", "已结束"), ("all", "全部")]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "ended":
            return queryset.filter(until__lt=today)
        return queryset if self.value() == "all" else queryset.exclude(until__lt=today)


class UnderFilter(admin.SimpleListFilter):
    """A part of the tree: the colleges, or the branches of one college for those who see no more."""

    title = "所属党组织"
    parameter_name = "under"
    #: Where a row stands.
    path_field = "branch_path"

    def _offered(self, request):
        mine = Branch.objects.reachable_by(request.user, Right.USE_ADMIN)
        return list(mine.existing_on(timezone.localdate()).values_list("pk", "path", "short_name", "level"))

    def lookups(self, request, model_admin):
        offered = self._offered(request)
        upper = [row for row in offered if row[3] != Branch.Level.BRANCH]
        self.paths = {str(pk): path for pk, path, _, _ in offered}
        return [(str(pk), name) for pk, _, name, _ in (upper if len(upper) > 1 else offered)]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        ranges = covering_ranges([self.paths.get(self.value(), "")])
        return queryset.filter(within(self.path_field, ranges))


class DueFilter(admin.SimpleListFilter):
    title = "届满"
    parameter_name = "due"

    def lookups(self, request, model_admin):
        return [
            ("soon", "半年内届满（含已届满）"),
            ("over", "已届满未换届"),
            ("running", "任期内"),
            ("ended", "往届"),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        running = queryset.filter(ended_on__isnull=True)
        return {
            "over": running.filter(due_on__lt=today),
            "soon": running.filter(due_on__lte=today + DUE_SOON),
            "running": running.filter(due_on__gt=today + DUE_SOON),
            "ended": queryset.filter(ended_on__isnull=False),
        }.get(self.value(), queryset)
