"""Reminders of political birthdays: closed by a greeting or by any way of marking the day, open again when undone."""

from datetime import date

import pytest
from django.urls import reverse

from branches import local
from branches.roles import Role
from lib.periods import Period
from members import celebrations, enrolment, greetings
from members.models import GreetingOptOut, Member
from reminders import ledger
from reminders.models import Reminder
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-26 10:00 +0800")]

TODAY = date(2026, 11, 26)


@pytest.fixture
def branch():
    return cast.a_university().teachers


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch)


@pytest.fixture
def member(branch, secretary):
    return cast.a_member(
        branch, "林见微", joined=date(2021, 11, 28), full=date(2022, 11, 28), account=cast.a_user()
    )


def states():
    ledger.collect(TODAY)
    found = Reminder.objects.filter(kind="political_birthday").order_by("due_on", "pk")
    return [(row.due_on, row.state) for row in found]


def test_it_opens_the_month_and_says_the_years(member):
    ledger.collect(TODAY)
    reminder = Reminder.objects.get(kind="political_birthday")
    assert reminder.url == f"{reverse('birthdays_month', args=['2026-11'])}?branch={member.branch_id}"
    assert reminder.detail == "物理教师党支部：11月28日，入党 5 周年"


def test_a_greeting_settles_it(member, branch, secretary):
    assert states() == [(date(2026, 11, 28), "open")]
    greetings.greet(branch, Period.month(2026, 11), [member.number], by=secretary)
    assert states() == states() == [(date(2026, 11, 28), "done")]


def test_a_way_of_marking_it_settles_it_and_taking_that_back_opens_it(member, secretary):
    states()
    celebrations.mark(member, 2026, ["talk"], on=TODAY, by=secretary)
    assert states() == [(date(2026, 11, 28), "done")]
    celebrations.take_back(member, 2026, "talk", by=secretary)
    assert states() == [(date(2026, 11, 28), "open")]


def test_what_was_done_last_year_settles_nothing(member, secretary):
    celebrations.mark(member, 2025, ["talk"], on=date(2025, 11, 28), by=secretary)
    assert states() == [(date(2026, 11, 28), "open")]


def test_what_was_settled_before_is_never_written(member, branch, secretary):
    greetings.greet(branch, Period.month(2026, 11), [member.number], by=secretary)
    assert states() == []


def test_whoever_wants_none_brings_none(member):
    states()
    GreetingOptOut.objects.create(member=member, since=TODAY)
    assert states() == [(date(2026, 11, 28), "cancelled")]


def test_whoever_left_last_week_brings_none(branch, secretary):
    gone = cast.a_member(branch, joined=date(2015, 11, 20))
    Member.objects.filter(pk=gone.pk).update(status="left")
    gone.statuses.update(until=date(2026, 11, 24))
    assert states() == []


def test_after_a_move_the_new_branch_is_reminded(member, branch):
    students = type(branch).objects.get(short_name="物理学生党支部")
    other = cast.a_user(Role.SECRETARY, students)
    enrolment.move(member, students, on=TODAY, by=None)
    ledger.collect(TODAY)
    assert Reminder.objects.get(kind="political_birthday").recipient == other


def test_another_rule_makes_another_day(member):
    states()
    Member.objects.update(full_on=date(2022, 12, 1))
    local.decide(local.rule_of("birthday-from"), "full", "校组字〔2026〕1号", by=None)
    assert states() == [(date(2026, 11, 28), "cancelled"), (date(2026, 12, 1), "open")]
