"""Dormitory work stations: the list, and one of them with its areas."""

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from branches.models import Station
from branches.scope import get_visible_or_404
from members.stations import staffing


@require_safe
def station_list(request: AuthenticatedRequest) -> HttpResponse:
    serving = Count("assignments", filter=Q(assignments__until__isnull=True), distinct=True)
    stations = (
        Station.objects.visible_to(request.user)
        .open()
        .select_related("branch")
        .annotate(serving=serving, area_count=Count("areas", distinct=True))
    )
    return render(request, "members/station_list.html", {"stations": stations})


@require_safe
def station_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    station = get_visible_or_404(Station.objects.select_related("branch"), request.user, pk=pk)
    context = {"station": station, "staffing": staffing(station, request.user)}
    return render(request, "members/station.html", context)
