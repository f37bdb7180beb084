"""Statistics of dormitory work stations (党员工作站): how many there are, and who serves in them."""

from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from branches.models import Station
from branches.roles import Right
from branches.scope import within
from lib.dated import holds_on
from members.models import StationAssignment
from reports.asked import Asked

from .base import Figure, Line
from .people import person
from .tables import ByOrganisation
from .things import Rows


def _stations(asked: Asked) -> Any:
    return (
        Station.objects.on(asked.day)
        .filter(holds_on(asked.day, "branch__placements__"), within("branch__placements__path", asked.ranges))
        .annotate(stood_at=F("branch__placements__path"), unit_category=F("branch__category"))
    )


def _serving(asked: Asked) -> Any:
    placed = "station__branch__placements__"
    return StationAssignment.objects.filter(
        holds_on(asked.day),
        holds_on(asked.day, "station__"),
        holds_on(asked.day, placed),
        within(f"{placed}path", asked.ranges),
    ).annotate(stood_at=F(f"{placed}path"), unit_category=F("station__branch__category"))


def _station(row: Any, named: bool) -> Line:
    return Line(row.name, reverse("station_page", args=[row.pk]), (row.building, row.branch.short_name))


def _server(row: Any, named: bool) -> Line:
    label, url = person(row.member.name, row.member_id, named)
    area = "负责人" if row.is_head else row.area.name if row.area else "—"
    return Line(label, url, (row.station.name, area, str(row.since)))


STATIONS = Rows(
    noun="个工作站",
    find=_stations,
    heads=("工作站", "楼栋", "主管党组织"),
    show=_station,
    right=Right.SEE_MEMBERS,
    order=("position", "pk"),
    select=("branch",),
)
SERVING = Rows(
    noun="人",
    find=_serving,
    heads=("姓名", "工作站", "责任区", "起"),
    show=_server,
    right=Right.SEE_MEMBERS,
    order=("station__position", "-is_head", "member__name_order", "pk"),
    select=("member", "station", "area"),
    path="station__branch_path",
    branch="station__branch",
)
DAY = "统计日当天"
STATION_TABLE = ByOrganisation(
    name="stations",
    title="党员工作站",
    section="党组织",
    note="宿舍党员工作站和在站服务的党员，按主管党组织。",
    columns=(
        Figure(
            code="stations",
            heading="工作站",
            definition=f"{DAY}设立的党员工作站。",
            things=STATIONS,
            which=Q(),
        ),
        Figure(
            code="serving",
            heading="在站党员",
            definition=f"{DAY}在工作站服务的党员，含负责人；一人在几处服务的各计一次，组织关系仍在原支部。",
            things=SERVING,
            which=Q(),
        ),
        Figure(
            code="heads",
            heading="其中负责人",
            definition=f"{DAY}担任工作站负责人的党员。",
            things=SERVING,
            which=Q(is_head=True),
        ),
    ),
)
