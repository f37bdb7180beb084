"""People who are away in the ledger: what the branch owes, and what its staff may do once the time has passed."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from members import circumstances, departures, suspensions
from members.circumstances import Kind
from reminders import ledger
from reminders.models import Reminder
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 10:00 +0800")]

TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def member(school):
    return cast.a_member(school.teachers, "甲某")


@pytest.fixture(autouse=True)
def secretary(school):
    return cast.a_user(Role.SECRETARY, school.teachers)


@pytest.fixture(autouse=True)
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def away(member, kind, since, **more):
    facts = {"evidence": "本人申请", "place": "海外", **more}
    return circumstances.begin(member, kind, since=since, by=None, **facts)


def told(kind, on=TODAY):
    ledger.collect(on)
    rows = Reminder.objects.filter(kind=kind).order_by("pk")
    return [(row.recipient, row.title, row.due_on, row.state) for row in rows]


def states(kind, on=TODAY):
    return [state for *_, state in told(kind, on)]


def opens(user, url):
    return cast.a_browser(user).get(url).status_code


def test_who_is_abroad_is_to_be_asked_after_each_half_year(member, secretary):
    away(member, Kind.ABROAD, date(2026, 5, 29))
    assert told("contact", date(2026, 11, 21)) == []
    assert told("contact") == [(secretary, "甲某：出国（境）联系，联系本人", date(2026, 11, 29), "open")]


def test_a_contact_settles_it_and_the_next_half_year_asks_again(member, secretary):
    row = away(member, Kind.ABROAD, date(2026, 5, 1))
    told("contact")
    [reminder] = Reminder.objects.filter(kind="contact")
    assert reminder.url == reverse("circumstance_contact", args=[row.pk])
    assert reminder.detail == "物理教师党支部：从2026-05-01算起（教育管理条例第三十四条）"
    assert opens(secretary, reminder.url) == 200
    circumstances.contact(row, on=TODAY, by=None, note="视频通话，一切正常")
    assert states("contact") == ["done"]
    assert states("contact", date(2027, 5, 15)) == ["done", "open"]


def test_who_has_come_back_is_not_asked_after(member):
    row = away(member, Kind.ABROAD, date(2026, 5, 1))
    told("contact")
    circumstances.end(row, on=TODAY, by=None, evidence="已回国报到")
    assert states("contact") == ["cancelled"]


def test_a_half_year_of_floating_that_passed_is_cancelled_and_nobody_is_late(member):
    away(member, Kind.FLOATING, date(2026, 4, 30))
    with time_machine.travel("2026-10-30 10:00 +0800", tick=False):
        assert states("contact", date(2026, 10, 30)) == ["open"]
        assert states("contact", date(2026, 10, 31)) == ["cancelled"]


def test_a_term_kept_after_graduation_is_settled_by_its_end(member, secretary):
    row = away(member, Kind.KEPT, date(2024, 11, 25), due_on=date(2026, 11, 25))
    assert told("contact") == [(secretary, "甲某：毕业后保留期满，转出组织关系", date(2026, 11, 25), "open")]
    assert opens(secretary, reverse("member_transfer", args=[member.pk])) == 200
    circumstances.end(row, on=TODAY, by=None, evidence="已转出")
    assert states("contact") == ["done"]


def test_a_time_to_mend_ends_with_a_conclusion(member, secretary):
    row = away(member, Kind.RECTIFYING, date(2025, 12, 1), due_on=date(2026, 11, 28))
    assert told("contact") == [(secretary, "甲某：限期改正期满，作出结论", date(2026, 11, 28), "open")]
    assert opens(secretary, reverse("circumstance_end", args=[row.pk])) == 200


@pytest.mark.parametrize(("since", "number"), [(date(2026, 5, 23), 0), (date(2026, 5, 22), 1)])
def test_what_may_follow_half_a_year_out_of_touch_is_told_to_the_staff(member, staff, since, number):
    away(member, Kind.LOST, since)
    assert told("standing") == [(staff, "甲某：失去联系，停止党籍", TODAY, "open")] * number


def test_suspended_it_is_done_and_found_again_it_is_cancelled(member, staff, school):
    found = cast.a_member(school.teachers, "乙某")
    away(member, Kind.LOST, date(2026, 1, 1))
    row = away(found, Kind.LOST, date(2026, 1, 2))
    told("standing")
    assert opens(staff, Reminder.objects.filter(kind="standing").first().url) == 200
    suspensions.suspend(member, "lost", on=TODAY, by=None, evidence="支部大会决议")
    circumstances.end(row, on=TODAY, by=None, evidence="已取得联系")
    assert states("standing") == ["done", "cancelled"]


def test_two_years_after_that_the_person_may_be_struck_off(member, staff):
    away(member, Kind.LOST, date(2024, 1, 1))
    suspensions.suspend(member, "lost", on=date(2024, 11, 20), by=None, evidence="支部大会决议")
    assert told("standing") == [(staff, "甲某：停止党籍，除名", date(2026, 11, 20), "open")]
    departures.depart(member, "lost", on=TODAY, by=None, evidence="支部大会决议，党委批准")
    assert states("standing") == ["done"]
