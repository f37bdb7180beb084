"""Whose messages and robots staff see, and what a robot counts."""

from datetime import date

import pytest
from django.urls import reverse

from branches.roles import Right, Role
from reminders.messages import message_to_group
from reminders.models import Delivery, Reminder, Robot
from tests import cast
from tests.reminders.scene import a_reader, a_reminder

DAY = date(2026, 10, 20)


@pytest.fixture
def school(db):
    return cast.a_university()


def robot_of(branch) -> Robot:
    return Robot.objects.create(branch=branch, branch_path=branch.path, kind="wecom", name=branch.short_name)


def listed(user, name: str) -> set:
    page = cast.a_browser(user).get(reverse(f"admin:reminders_{name}_changelist"))
    return set(page.context["cl"].queryset)


def test_a_robot_counts_nothing_of_another_college(school):
    a_reminder(a_reader(), DAY, branch_path=school.musicians.path)
    assert message_to_group(robot_of(school.physics), DAY) is None


def test_staff_see_only_the_robots_of_their_college(school):
    own, _ = robot_of(school.teachers), robot_of(school.musicians)
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    assert set(Robot.objects.visible_to(staff)) == listed(staff, "robot") == {own}


def test_staff_see_only_messages_on_account_of_their_college(school):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    own, _ = (
        Delivery.objects.create(channel="mail", recipient=a_reader(), day=DAY, branch_path=branch.path)
        for branch in (school.teachers, school.musicians)
    )
    assert set(Delivery.objects.sent_below(staff, Right.KEEP_ROBOTS)) == listed(staff, "delivery") == {own}


def test_staff_see_only_reminders_on_account_of_their_college(school):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    own = a_reminder(a_reader(), DAY, branch_path=school.teachers.path)
    a_reminder(a_reader(), DAY, branch_path=school.musicians.path)
    assert set(Reminder.objects.sent_below(staff, Right.KEEP_BRANCHES)) == {own}
