"""Dormitory work stations: the list, and one of them with its areas."""

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.list_exports import Found, ListExport, columns, offered
from branches.models import Station
from branches.roles import Right
from branches.scope import get_visible_or_404
from members.stations import staffing


def _stations(user: User) -> QuerySet[Station]:
    serving = Count("assignments", filter=Q(assignments__until__isnull=True), distinct=True)
    rows: QuerySet[Station] = Station.objects.visible_to(user).open().select_related("branch")
    return rows.annotate(serving=serving, area_count=Count("areas", distinct=True))


@require_safe
def station_list(request: AuthenticatedRequest) -> HttpResponse:
    context = {
        "stations": _stations(request.user),
        "export": offered(request, request.user, "station_export"),
    }
    return render(request, "members/station_list.html", context)


def _found(user: User, data: QueryDict) -> Found:
    rows = [
        [one.name, one.building, one.branch.short_name, one.branch.code, one.serving, one.area_count]  # type: ignore[attr-defined]
        for one in _stations(user)
    ]
    return Found(rows, len(rows))


EXPORT = ListExport(
    "station",
    "党员工作站",
    Right.SEE_BRANCHES,
    columns(
        ("工作站", "text", 26),
        ("楼宇", "text", 20),
        ("党支部", "text", 26),
        ("党组织代码", "text", 16),
        ("在岗人数", "integer"),
        ("责任区数", "integer"),
    ),
    _found,
)


@require_safe
def station_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    station = get_visible_or_404(Station.objects.select_related("branch"), request.user, pk=pk)
    context = {"station": station, "staffing": staffing(station, request.user)}
    return render(request, "members/station.html", context)
