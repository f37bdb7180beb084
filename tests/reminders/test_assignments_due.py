"""Notices and tasks in the ledger: a week before they are due, when chased, and settled when returned."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from activities import assignments, records, returns
from branches.roles import Role
from reminders import ledger
from reminders.models import Reminder
from tests import cast


@pytest.fixture
def school(db):
    with time_machine.travel("2026-10-10 10:00 +0800", tick=False):
        yield cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def secretary(school):
    cast.a_member(school.teachers)
    return cast.a_user(Role.SECRETARY, school.teachers)


@pytest.fixture
def task(school, staff, secretary):
    facts = {"nature": "task", "title": "参观校史馆", "kind": "theme_day"}
    days = {"opens_on": date(2026, 10, 1), "due_on": date(2026, 10, 31)}
    return assignments.issue(by=staff, organisation=school.physics, picked=[school.teachers], **facts, **days)


def states():
    rows = Reminder.objects.filter(kind="assignment").order_by("pk")
    return list(rows.values_list("state", flat=True))


def test_a_week_before_it_is_due_once(task):
    ledger.collect(date(2026, 10, 23))
    assert states() == []
    ledger.collect(date(2026, 10, 24))
    ledger.collect(date(2026, 11, 3))
    assert states() == ["open"]


def test_returned_it_is_done_and_open_again_when_the_record_is_withdrawn(task, secretary, school):
    ledger.collect(date(2026, 10, 24))
    record = cast.a_record(school.teachers, "theme_day", date(2026, 10, 8))
    returns.link(task.returns.get(), record, by=secretary)
    ledger.collect(date(2026, 10, 24))
    assert states() == ["done"]
    records.withdraw(record, by=secretary, version=1, reason="重复")
    ledger.collect(date(2026, 10, 24))
    assert states() == ["open"]


def test_withdrawn_it_is_cancelled(task, staff):
    ledger.collect(date(2026, 10, 24))
    assignments.withdraw(task, by=staff, version=1, reason="重复")
    ledger.collect(date(2026, 10, 24))
    assert states() == ["cancelled"]


def test_a_button_writes_the_reminder_at_once_and_once_a_day(task, staff, secretary):
    desk, address = cast.a_browser(staff), reverse("assignment_chase", args=[task.pk])
    assert "已催办 1 个党支部" in desk.post(address, follow=True).content.decode()
    assert "今天已经催办过" in desk.post(address, follow=True).content.decode()
    [reminder] = Reminder.objects.filter(kind="assignment")
    assert (reminder.recipient, reminder.due_on) == (secretary, date(2026, 10, 31))
    assert "2026-10-10 催办" in reminder.detail


def test_a_chase_takes_the_place_of_what_was_open(task, staff):
    ledger.collect(date(2026, 10, 24))
    with time_machine.travel("2026-10-25 10:00 +0800", tick=False):
        ledger.chase(task, by=staff, today=date(2026, 10, 25))
        assert states() == ["cancelled", "open"]
        ledger.collect(date(2026, 10, 25))
        assert states() == ["cancelled", "open"]
