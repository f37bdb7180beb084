"""Roles without a second factor, in the browser admin: written down by the security administrator."""

from django.contrib import admin
from django.utils import timezone

from . import second_factor
from .admin_base import ScopedModelAdmin
from .forms import FactorExemptionForm
from .models import FactorExemption
from .roles import Right


@admin.register(FactorExemption)
class FactorExemptionAdmin(ScopedModelAdmin):
    group = "账号与权限"
    place = 3
    right_to_see = right_to_keep = Right.KEEP_FACTORS
    can_add = True
    has_history = False
    form = FactorExemptionForm
    refusals = (second_factor.ExemptionError,)

    fields = ["role", "citation", "since", "until"]
    list_display = ["role", "citation", "since", "until", "by"]
    list_filter = ["role"]
    list_select_related = ["by"]
    ordering = ["-since", "pk"]
    sortable_by = ()

    def visible(self, request):
        return FactorExemption.objects.all()

    def may_keep(self, request, obj):
        return self._may_keep_any(request)

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["role", "citation", "since"]

    def get_changeform_initial_data(self, request):
        return {"since": timezone.localdate(), **super().get_changeform_initial_data(request)}

    def save_model(self, request, obj, form, change):
        facts = form.cleaned_data
        if change:
            if facts["until"]:
                second_factor.end(obj, on=facts["until"], by=request.user)
            return
        made = second_factor.exempt(
            facts["role"],
            citation=facts["citation"],
            since=facts["since"],
            until=facts["until"],
            by=request.user,
        )
        obj.pk = made.pk
