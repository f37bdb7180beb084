"""The kinds of reminders where people see them: to-do list, home, message, robot, calendar."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from reminders import calendars
from reminders.messages import message_to_group, message_to_person
from reminders.models import Delivery, Robot
from tests import cast
from tests.reminders.scene import a_reminder

TODAY, PAST, AHEAD = date(2026, 10, 26), date(2026, 10, 20), date(2026, 11, 5)
#: Kind, how its day is said when it has passed, whether that is late, and the button.
SHOWN = [
    ("term", "10月 已逾期", True, "查看"),
    ("transfer", "10月 已逾期", True, "去办理"),
    ("development", "10月 已逾期", True, "去办理"),
    ("development_open", "10月", False, "去办理"),
    ("contact", "10月 已逾期", True, "去办理"),
    ("standing", "10月", False, "去办理"),
]


@pytest.fixture(autouse=True)
def today(db):
    with time_machine.travel("2026-10-26 10:00 +0800", tick=False):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def secretary(school):
    return cast.a_user(Role.SECRETARY, school.teachers)


def told(user, *reminders):
    delivery = Delivery.objects.create(channel="mail", recipient=user, day=TODAY, branch_path="00001")
    for row in reminders:
        delivery.lines.create(reminder=row, channel="mail", step_on=TODAY)
    return message_to_person(delivery)


@pytest.mark.parametrize(("kind", "when", "is_late", "action"), SHOWN)
def test_in_the_to_do_list(secretary, kind, when, is_late, action):
    a_reminder(secretary, PAST, kind=kind)
    [item] = cast.a_browser(secretary).get(reverse("todo")).context["items"]
    assert (item.when, item.is_late, item.action) == (when, is_late, action)


def test_a_resolution_is_late_there_as_on_the_home_page(secretary):
    a_reminder(secretary, PAST, kind="task")
    [item] = cast.a_browser(secretary).get(reverse("todo")).context["items"]
    assert (item.when, item.is_late) == ("10月 已逾期", True)


def test_what_is_from_another_year_says_so(secretary):
    row = a_reminder(secretary, date(2024, 4, 25), kind="development")
    [item] = cast.a_browser(secretary).get(reverse("todo")).context["items"]
    assert (item.day, item.when) == (25, "2024年4月 已逾期")
    assert told(secretary, row).lines[0].text == "发展党员：2024年4月25日已到期"


def test_home_shows_what_it_does_not_work_out_itself(secretary, school):
    for kind, *_ in SHOWN:
        a_reminder(secretary, AHEAD, f"提醒{kind}", kind, branch_path=school.teachers.path)
    a_reminder(secretary, AHEAD, "提醒duty", "duty", branch_path=school.teachers.path)
    a_reminder(secretary, AHEAD, "别的支部", "term", branch_path=school.students.path)
    a_reminder(cast.a_user(), AHEAD, "别人的", "term", branch_path=school.teachers.path)
    items = cast.a_browser(secretary).get(reverse("home")).context["items"]
    assert [item.title for item in items] == [f"提醒{kind}" for kind, *_ in SHOWN]


def test_what_has_become_possible_is_no_deadline_of_the_headline(secretary, school):
    a_reminder(secretary, PAST, kind="standing", branch_path=school.teachers.path)
    a_reminder(secretary, AHEAD, kind="term", branch_path=school.teachers.path)
    page = cast.a_browser(secretary).get(reverse("home"))
    assert page.context["headline"] == "还有 2 件事，1 件11月5日截止"


def test_staff_see_what_they_have_to_do_themselves_apart_from_what_they_stand_in_for(school):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    for kind in ("transfer", "development", "duty", "escalation"):
        a_reminder(staff, AHEAD, kind=kind, branch_path=school.physics.path)
    waiting = {one.title: one.number for one in cast.a_browser(staff).get(reverse("home")).context["waiting"]}
    assert (waiting["由您办理的待办"], waiting["由您代收的支部待办"]) == (2, 1)


def test_a_message_names_nobody_and_says_what_is_late(secretary):
    rows = [a_reminder(secretary, PAST, f"王敏{kind}", kind) for kind, *_ in SHOWN[1:]]
    message = told(secretary, a_reminder(secretary, AHEAD, "物理教师党支部换届", "term"), *rows)
    assert message.title == "支部簿：6 项待办，其中 3 项已到期"
    assert [line.text for line in message.lines] == [
        "外出与失联：10月20日已到期",
        "发展党员：10月20日已到期",
        "发展党员下一步：10月20日起可办理",
        "党籍处理：10月20日起可办理",
        "组织关系转接：10月20日已到期",
        "物理教师党支部换届：11月5日到期",
    ]


def test_a_robot_gets_figures(secretary, school):
    for kind, *_ in SHOWN:
        a_reminder(secretary, PAST, f"王敏{kind}", kind, branch_path=school.teachers.path)
    robot = Robot(branch=school.physics, branch_path=school.physics.path)
    message = message_to_group(robot, TODAY)
    assert message.title == "物理学院党委：6 项待办，其中 4 项已到期"
    assert {line.text for line in message.lines} == {
        "换届：1 项待办，其中 1 项已到期",
        "组织关系转接：1 项待办，其中 1 项已到期",
        "发展党员：1 项待办，其中 1 项已到期",
        "发展党员下一步：1 项待办",
        "外出与失联：1 项待办，其中 1 项已到期",
        "党籍处理：1 项待办",
    }


def test_a_calendar_names_nobody(secretary):
    for kind, *_ in SHOWN:
        a_reminder(secretary, AHEAD, "物理教师党支部换届" if kind == "term" else "王敏", kind)
    lines = calendars.feed_of(secretary).split("\r\n")
    assert [line.removeprefix("SUMMARY:") for line in lines if line.startswith("SUMMARY:")] == [
        "物理教师党支部换届到期",
        "组织关系转接到期",
        "发展党员到期",
        "发展党员下一步可办理",
        "外出与失联到期",
        "党籍处理可办理",
    ]
