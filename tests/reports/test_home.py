"""Everybody's way in."""

from datetime import date

import pytest
from django.urls import reverse

from branches.models import Branch, RoleGrant, Station
from branches.roles import Role
from jobs.models import Job
from reminders import ledger
from reminders.models import Reminder
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


def enter(client, user):
    client.force_login(user)
    return client.get("/")


def test_a_leader_comes_to_the_dashboard(client, school):
    assert enter(client, cast.a_user(Role.LEADER, school.root))["Location"] == "/dashboard/"


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_the_three_administrators_come_to_the_admin(client, role):
    assert enter(client, cast.a_user(role))["Location"] == "/admin/"


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.RECORDER, Role.ATTENDANCE_TAKER])
def test_who_records_comes_to_the_phone_page(client, school, role):
    page = enter(client, cast.a_user(role, school.teachers))
    assert (page.status_code, page.templates[0].name) == (200, "activities/home.html")


def test_a_plain_member_comes_to_his_own_page(client, school):
    assert enter(client, cast.a_user())["Location"] == "/me/"


def test_a_station_head_comes_to_the_stations(client, school):
    user = cast.a_user()
    station = Station.objects.create(
        branch=school.students,
        branch_path=school.students.path,
        name="一号楼工作站",
        building="一号楼",
        since=date(2024, 9, 1),
    )
    RoleGrant.objects.create(user=user, role=Role.STATION_HEAD, station=station, since=date(2024, 9, 1))
    assert enter(client, user)["Location"] == "/stations/"


@pytest.mark.parametrize("role", [Role.ORGANIZATION_STAFF, Role.COMMITTEE_STAFF])
def test_staff_see_what_waits(client, school, role):
    page = enter(client, cast.a_user(role, school.root))
    assert (page.status_code, page.templates[0].name) == (200, "reports/staff_home.html")
    assert "10月8日，星期四" in page.content.decode()
    waiting = {one.title: one.number for one in page.context["waiting"]}
    assert waiting["逾期未开的义务"] == 11
    assert "即将到期的义务" not in waiting


def test_who_has_two_hats_comes_to_the_wider_one(client, school):
    user = cast.a_user(Role.SECRETARY, school.teachers)
    cast.give(user, Role.COMMITTEE_STAFF, school.physics)
    assert enter(client, user).templates[0].name == "reports/staff_home.html"


def test_guesses_and_failed_jobs_wait_too(client, school):
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    school.teachers.category_is_guess = True
    school.teachers.save()
    Job.objects.create(kind="x", owner=staff, label="导入党员花名册", state="failed", message="第 3 行有误。")
    page = enter(client, staff)
    waiting = {one.title: (one.number, one.url) for one in page.context["waiting"]}
    assert waiting["核对支部类别"][0] == 1
    assert waiting["没有做成的任务"] == (1, reverse("job_list") + "?state=failed")
    assert "第 3 行有误。" in page.content.decode()
    failed = client.get(waiting["没有做成的任务"][1])
    assert len(failed.context["page"].object_list) == 1
    guessed = client.get(waiting["核对支部类别"][1])
    assert guessed.context["cl"].result_count == 1


def test_what_staff_are_reminded_of_for_branches_without_an_account_waits_too(client, school):
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    ledger.collect(date(2026, 10, 8))
    waiting = {one.title: (one.number, one.url) for one in enter(client, staff).context["waiting"]}
    mine = Reminder.objects.filter(recipient=staff).count()
    assert waiting["由您代收的支部待办"] == (mine, "/todo/")
    assert mine > 0


@pytest.mark.parametrize(
    ("dissolved_on", "held"),
    [(None, "1"), (date(2026, 9, 30), "0"), (date(2026, 10, 1), "0"), (date(2026, 10, 2), "1")],
)
def test_the_strip_says_what_the_dashboard_says(client, school, dissolved_on, held):
    """It is cut from the duties of two quarters; the dashboard judges one."""
    cast.a_record(school.students, "theme_day", day=date(2026, 10, 1))
    Branch.objects.filter(pk=school.students.pk).update(dissolved_on=dissolved_on)
    page = enter(client, cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    figures = client.get(reverse("dashboard")).context["board"].figures
    assert page.context["figures"][:3] == figures[:3]
    assert figures[0].value == held


def test_an_anonymous_visitor_signs_in(client):
    assert client.get("/")["Location"] == "/login/?next=/"


def test_the_number_of_queries_does_not_grow(client, school, django_assert_num_queries):
    enter(client, cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    for number in (0, 20):
        for n in range(number):
            cast.found(school.physics, f"第{n}党支部", "branch", f"9{n:03d}")
        with django_assert_num_queries(39):
            client.get("/")


def labels(entries):
    return [entry.label for entry in entries]


def menu(page):
    return labels(entry for group in page.context["frame"].nav for entry in group.entries)


def test_no_menu_names_one_page_twice(client, school):
    enter(client, cast.a_user(Role.LEADER, school.root))
    assert menu(client.get("/dashboard/"))[:2] == ["驾驶舱", "活动记录"]
    enter(client, cast.a_user())
    assert labels(client.get("/me/").context["frame"].tabs) == ["我的"]


def test_who_works_on_phone_pages_keeps_the_bottom_bar_on_desk_pages(client, school):
    enter(client, cast.a_user(Role.SECRETARY, school.teachers))
    page = client.get(reverse("roster"))
    assert 'class="tabbar"' in page.content.decode()
    assert menu(page)[:5] == ["首页", "记录", "支部", "我的", "驾驶舱"]


@pytest.mark.parametrize("role", [Role.ORGANIZATION_STAFF, Role.COMMITTEE_STAFF, Role.LEADER, Role.SECRETARY])
def test_the_menu_has_at_most_seven_groups_each_but_the_first_named(client, school, role):
    enter(client, cast.a_user(role, school.teachers if role is Role.SECRETARY else school.root))
    groups = client.get("/dashboard/").context["frame"].nav
    assert len(groups) <= 7
    assert [bool(group.title) for group in groups] == [False] + [True] * (len(groups) - 1)
    assert sum(entry.current for group in groups for entry in group.entries) == 1
