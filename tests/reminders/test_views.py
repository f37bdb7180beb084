"""One's own to-do list."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from reminders import ledger
from reminders.models import Reminder
from tests import cast

TODO = reverse("todo")


@pytest.fixture
def secretary(db):
    with time_machine.travel("2026-10-26 10:00 +0800", tick=False):
        school = cast.a_university()
        cast.a_member(school.teachers, "王敏", joined=date(2015, 10, 28))
        yield cast.a_user(Role.SECRETARY, school.teachers)


def titles(response):
    return [(item.day, item.when, item.title, item.action) for item in response.context["items"]]


def test_what_is_open_the_earliest_first_with_the_form_that_settles_it(secretary):
    ledger.collect(date(2026, 10, 26))
    browser = cast.a_browser(secretary)
    response = browser.get(TODO)
    assert titles(response)[-2:] == [
        (28, "10月", "王敏政治生日", "查看"),
        (31, "10月", "10月主题党日", "去记录"),
    ]
    assert titles(response)[0] == (31, "7月 已逾期", "7月主题党日", "去记录")
    form = browser.get(response.context["items"][-1].url).context["form"]
    assert (form.occasion.kind, form.day) == ("theme_day", date(2026, 10, 26))


def test_what_was_done_moves_to_the_settled(secretary):
    ledger.collect(date(2026, 10, 26))
    for month in (7, 8, 9, 10):
        cast.a_record(secretary.grants.get().branch, "theme_day", date(2026, month, 5))
    ledger.collect(date(2026, 10, 26))
    browser = cast.a_browser(secretary)
    assert not any("主题党日" in title for _, _, title, _ in titles(browser.get(TODO)))
    settled = browser.get(TODO, {"state": "settled"})
    assert {(when, title) for _, when, title, _ in titles(settled)} == {
        ("已完成", f"{month}月主题党日") for month in (7, 8, 9, 10)
    }
    assert [item.url for item in settled.context["items"]] == [""] * 4


def test_nothing_open_is_said(secretary):
    browser = cast.a_browser(secretary)
    assert "没有待办。" in browser.get(TODO).content.decode()
    assert "还没有了结的事项。" in browser.get(TODO, {"state": "settled"}).content.decode()


def test_nobody_sees_anothers(secretary):
    ledger.collect(date(2026, 10, 26))
    other = cast.a_user(Role.RECORDER, secretary.grants.get().branch)
    assert cast.a_browser(other).get(TODO).context["items"] == []


@pytest.mark.parametrize("number", [1, 50])
def test_the_number_of_queries_is_the_same(secretary, django_assert_num_queries, number):
    branch = secretary.grants.get().branch
    Reminder.objects.bulk_create(
        Reminder(
            kind="duty",
            subject=f"s{one}",
            due_on=date(2026, 10, 31),
            recipient=secretary,
            title="主题党日",
            branch_path=branch.path,
        )
        for one in range(number)
    )
    browser = cast.a_browser(secretary)
    browser.get(TODO)
    with django_assert_num_queries(5):
        assert len(browser.get(TODO).context["items"]) == number
