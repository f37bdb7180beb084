"""Dormitory work stations and who sees them."""

import pytest
from django.urls import reverse

from branches.roles import RIGHTS, Right, Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db):
    school = cast.a_university()
    school.teachers.station = cast.a_station(school.teachers, cast.a_member(school.students, "单晓东"))
    return school


def test_the_head_sees_the_station_and_no_other(client, school):
    other = cast.a_station(school.musicians, name="二号楼工作站")
    head = cast.a_user()
    cast.give(head, Role.STATION_HEAD, station=school.teachers.station)
    client.force_login(head)
    assert [station.name for station in client.get(reverse("station_list")).context["stations"]] == [
        "一号楼工作站"
    ]
    page = client.get(reverse("station_page", args=[school.teachers.station.pk]))
    [area] = page.context["staffing"].areas
    [person] = area.people
    assert (area.name, person.name) == ("一层", "单晓东")
    assert client.get(reverse("member_detail", args=[person.pk])).status_code == 200
    assert client.get(reverse("station_page", args=[other.pk])).status_code == 404


@pytest.mark.parametrize("role", sorted(RIGHTS[Right.SEE_MEMBERS]))
def test_whoever_sees_a_station_opens_the_pages_of_those_who_serve_there(client, school, role):
    """Though they belong to another branch."""
    client.force_login(cast.a_user(role, school.teachers))
    [area] = client.get(reverse("station_page", args=[school.teachers.station.pk])).context["staffing"].areas
    assert [client.get(reverse("member_detail", args=[one.pk])).status_code for one in area.people] == [200]


def test_a_leader_sees_masked_names(client, school):
    client.force_login(cast.a_user(Role.LEADER, school.root))
    text = client.get(reverse("station_page", args=[school.teachers.station.pk])).text
    assert "单**" in text
    assert "单晓东" not in text


def test_an_attendance_taker_reads_no_names_here(client, school):
    client.force_login(cast.a_user(Role.ATTENDANCE_TAKER, school.teachers))
    assert "一号楼工作站" not in client.get(reverse("station_list")).text
    assert client.get(reverse("station_page", args=[school.teachers.station.pk])).status_code == 404


def test_an_attendance_taker_who_heads_a_station_sees_that_one(client, school):
    taker = cast.a_user(Role.ATTENDANCE_TAKER, school.teachers)
    cast.give(taker, Role.STATION_HEAD, station=school.teachers.station)
    client.force_login(taker)
    assert "单晓东" in client.get(reverse("station_page", args=[school.teachers.station.pk])).text


@pytest.mark.parametrize("number", [1, 50])
def test_the_list_is_one_query_more_than_the_frame(client, school, number, django_assert_num_queries):
    for count in range(number):
        cast.a_station(school.teachers, name=f"{count}号工作站")
    client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    client.get(reverse("station_list"))
    with django_assert_num_queries(4):
        client.get(reverse("station_list"))
