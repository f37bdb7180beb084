"""From a record of the list to the next one and back, as the list is filtered and ordered."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import supplements
from activities.models import Activity
from branches.roles import Role
from tests import cast


@pytest.fixture
def school(db):
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def browser(staff):
    return cast.a_browser(staff)


@pytest.fixture
def rows(school):
    """Newest first, two of one day; then one that staff of the college do not see."""
    cast.a_member(school.teachers)
    cast.a_member(school.musicians)
    day = timezone.localdate().replace(month=1, day=10)
    days = (day, day, day - timedelta(days=5))
    made = [cast.a_record(school.teachers, "theme_day", each) for each in days]
    cast.a_record(school.musicians, "theme_day", day - timedelta(days=1))
    cast.a_record(school.teachers, "party_lecture", day - timedelta(days=2))
    return sorted(made, key=lambda row: (row.held_on, row.entered_at, row.pk), reverse=True)


def go(browser, here, way, query="kind=theme_day"):
    address = reverse("activity_walk", args=[here.pk, way])
    return browser.get(f"{address}?{query}", follow=True)


def shown(answer):
    return answer.context["activity"]


def test_down_and_up_through_the_filtered_list(browser, rows):
    first, second, third = rows
    assert [shown(go(browser, each, "next")) for each in rows] == [second, third, third]
    assert [shown(go(browser, each, "previous")) for each in rows] == [first, first, second]


def test_the_ends_are_said(browser, rows):
    assert "这是列表中的最后一条。" in go(browser, rows[-1], "next").content.decode()
    assert "这是列表中的第一条。" in go(browser, rows[0], "previous").content.decode()


def test_the_query_goes_along_without_the_page(browser, rows):
    answer = go(browser, rows[0], "next", "kind=theme_day&page=3")
    assert answer.redirect_chain == [(f"/activities/{rows[1].pk}/?kind=theme_day&list=1", 302)]
    assert reverse("activity_walk", args=[rows[1].pk, "next"]) in answer.content.decode()


def test_a_record_by_itself_has_no_way_on(browser, rows):
    page = browser.get(reverse("activity_detail", args=[rows[0].pk])).content.decode()
    assert "下一条" not in page


def test_a_foreign_record_and_an_unknown_way_are_missing(browser, rows, school):
    foreign = Activity.objects.get(branch=school.musicians)
    assert go(browser, foreign, "next").status_code == 404
    assert go(browser, rows[0], "sideways").status_code == 404


def test_what_is_sent_back_is_marked_in_the_list(browser, rows, staff):
    supplements.ask(rows[0], "缺签到表", by=staff)
    answer = browser.get(reverse("activity_list"))
    assert [line.record.is_sent_back for line in answer.context["lines"]].count(True) == 1
    assert "退回补充" in answer.content.decode()
