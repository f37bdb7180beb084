"""What imports and merges wrote, in the browser admin: shown here, taken back on their own pages."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from . import searching
from .imports.columns import CHOICES
from .models import ColumnMapping, ImportBatch, Member, Merge
from .models.batches import KEPT_FOR

#: So many headings stand in a line of the list.
IN_A_LINE = 4
LATELY = timedelta(days=30)


class UndoneFilter(admin.SimpleListFilter):
    title = "状态"
    parameter_name = "state"
    #: The field that says when it was written, by model.
    written = {ImportBatch: "written_at", Merge: "merged_at"}

    def lookups(self, request, model_admin):
        return [("open", "可撤销"), ("undone", "已撤销"), ("over", "已过撤销期")]

    def queryset(self, request, queryset):
        young = Q(**{f"{self.written[queryset.model]}__gte": timezone.now() - KEPT_FOR})
        standing = queryset.filter(undone_at__isnull=True)
        return {
            "open": standing.filter(young),
            "undone": queryset.filter(undone_at__isnull=False),
            "over": standing.exclude(young),
        }.get(self.value(), queryset)


class UsedFilter(admin.SimpleListFilter):
    title = "最近使用"
    parameter_name = "used"

    def lookups(self, request, model_admin):
        return [("lately", "30天内"), ("before", "更早")]

    def queryset(self, request, queryset):
        lately = Q(used_at__gte=timezone.now() - LATELY)
        return {"lately": queryset.filter(lately), "before": queryset.exclude(lately)}.get(
            self.value(), queryset
        )


class OfImports(ScopedModelAdmin):
    """Rows that the verbs write: shown, never edited here."""

    group = "党员"
    has_history = False


@admin.register(ImportBatch)
class ImportBatchAdmin(OfImports):
    place = 14
    right_to_see = Right.IMPORT
    fields = [
        "source",
        "sheet",
        "written_by",
        "written_at",
        "created",
        "changed",
        "undone_by",
        "undone_at",
        "removed",
        "restored",
        "expired_at",
    ]
    list_display = ["source", "written_by", "written_at", "created", "changed", "undone_at"]
    list_filter = [UnderFilter, UndoneFilter]
    list_select_related = ["written_by"]
    search_fields = ["source"]
    search_help_text = "文件名"
    ordering = ["-written_at", "pk"]
    sortable_by = ["written_at"]

    def object_tools(self, request, obj):
        return [("打开批次", reverse("import_batch", args=[obj.pk]))]


@admin.register(Merge)
class MergeAdmin(OfImports):
    place = 15
    right_to_see = Right.KEEP_MEMBERS
    fields = ["number", "name", "kept", "merged_by", "merged_at", "undone_by", "undone_at"]
    list_display = ["number", "name", "kept", "merged_by", "merged_at", "undone_at"]
    list_filter = [UnderFilter, UndoneFilter]
    list_select_related = ["kept", "merged_by"]
    search_fields = ["name"]
    search_help_text = "并入的姓名或编号；保留的人按姓名、拼音首字母、编号、学工号或后四位"
    ordering = ["-merged_at", "pk"]
    sortable_by = ["merged_at"]

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        kept = searching.find(Member.objects.all(), term).values("pk")
        return queryset.filter(Q(name__contains=term) | Q(number__iexact=term) | Q(kept__in=kept)), False

    def list_tools(self, request):
        return [("疑似重复", reverse("duplicate_list"))]


@admin.register(ColumnMapping)
class ColumnMappingAdmin(OfImports):
    """One's own: what somebody decided about columns is recalled for nobody else."""

    place = 16
    right_to_see = Right.IMPORT
    fields = ["head", "pairs", "used_at"]
    list_display = ["head", "many", "used_at"]
    list_filter = [UsedFilter]
    search_fields = ["columns"]
    search_help_text = "一个列名"
    ordering = ["-used_at", "pk"]
    sortable_by = ["used_at"]

    def visible(self, request):
        return ColumnMapping.objects.visible_to(request.user)

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        return (queryset.filter(columns__has_key=term) if term else queryset), False

    @admin.display(description="表头")
    def head(self, mapping):
        shown = "、".join(list(mapping.columns)[:IN_A_LINE])
        return f"{shown}等" if len(mapping.columns) > IN_A_LINE else shown

    @admin.display(description="列数")
    def many(self, mapping):
        return len(mapping.columns)

    @admin.display(description="对应")
    def pairs(self, mapping):
        return "；".join(
            f"{heading} → {CHOICES.get(field, '忽略')}" for heading, field in mapping.columns.items()
        )
