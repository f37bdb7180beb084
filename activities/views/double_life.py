"""双重组织生活 of leaders in a year: a line each, the records behind its numbers, and all of it as a workbook."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.proof import confirmed
from activities import double_life, double_life_sheet
from activities.double_life import Leader
from activities.filters import YearFilter
from branches.roles import Right
from branches.scope import has_right, ranges_of
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send


def _leaders(request: AuthenticatedRequest, form: YearFilter) -> list[Leader]:
    if not has_right(request.user, Right.KEEP_BRANCHES):
        raise PermissionDenied("双重组织生活情况由组织部和二级党组织工作人员查看。")
    return double_life.leaders_of(ranges_of(request.user, Right.KEEP_BRANCHES), form.asked_year)


@require_safe
def double_life_list(request: AuthenticatedRequest) -> HttpResponse:
    """In the order of the organisations: nobody is compared with anybody."""
    form = YearFilter(request.GET, today=timezone.localdate())
    context = {
        "form": form,
        "lines": _leaders(request, form),
        "year": form.asked_year,
        "article": double_life.ARTICLE,
        "kinds": "、".join(str(kind.label) for kind in double_life.LIFE),
        "is_filtered": form.asked_year != form.today.year,
    }
    return render(request, "activities/double_life.html", context)


@require_safe
def double_life_person(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The records behind one leader's numbers."""
    form = YearFilter(request.GET, today=timezone.localdate())
    line = next((each for each in _leaders(request, form) if each.member.pk == pk), None)
    if line is None:
        raise Http404
    context = {"form": form, "line": line, "year": form.asked_year, "article": double_life.ARTICLE}
    return render(request, "activities/double_life_person.html", context)


@confirmed
@require_POST
@leaving
def double_life_export(request: AuthenticatedRequest) -> HttpResponseBase:
    form = YearFilter(request.POST, today=timezone.localdate())
    if not form.is_valid():
        messages.error(request, "年度认不出，没有导出。请重新选择后再导出。")
        return redirect("double_life")
    content = Outgoing(request.POST)
    double_life_sheet.write(content, request.user, form.asked_year, _leaders(request, form))
    return send(content, f"双重组织生活-{form.asked_year}")
