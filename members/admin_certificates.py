"""Certificates of membership in the browser admin: which were issued to whom; they are issued on their own pages."""

from django.contrib import admin
from django.urls import reverse

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import UnderFilter
from branches.roles import Right

from .models import Certificate


@admin.register(Certificate)
class CertificateAdmin(ScopedModelAdmin):
    group = "党员"
    place = 22
    right_to_see = Right.KEEP_MEMBERS
    has_history = False

    fields = ["number", "member", "purpose", "issued_on", "issued_by"]
    list_display = ["number", "member", "purpose", "issued_on", "issued_by"]
    list_filter = [UnderFilter]
    list_select_related = ["member", "issued_by"]
    search_fields = ["number", "member__name", "member__number"]
    search_help_text = "证明编号、姓名或党员编号"
    ordering = ["-issued_on", "-pk"]
    sortable_by = ["number", "issued_on"]
    date_hierarchy = "issued_on"

    def list_tools(self, request):
        return [("开具和核验", reverse("certificate_list"))]
