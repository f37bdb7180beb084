"""T38 on a phone: the database goes away while somebody works, and comes back."""

import pytest
from django.db import OperationalError
from playwright.sync_api import expect

from activities import records
from activities.models import Activity
from activities.views import record as record_page
from branches.roles import Role
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def away(monkeypatch):
    """While ``is_away``, records are written and nobody is told: the line is cut after the commit."""

    class Switch:
        is_away = False

    switch = Switch()
    real = records.log

    def log(**facts):
        made = real(**facts)
        if switch.is_away:
            raise OperationalError(
                "server closed the connection unexpectedly"
            )  # it was done, nobody was told
        return made

    monkeypatch.setattr(record_page.records, "log", log)
    return switch


@pytest.fixture
def secretary():
    school = cast.a_university()
    cast.a_member(school.teachers)
    return cast.a_user(Role.SECRETARY, school.teachers)


def filled(page):
    page.goto(f"{page.url.rstrip('/')}/log/theme_day/")
    page.get_by_role("button", name="全部到会").click()


def send(page):
    page.get_by_role("button", name="提交记录").click()


def test_the_phone_sends_again_until_it_is_saved(opened, secretary, away):
    with opened(secretary) as page:
        filled(page)
        away.is_away = True
        send(page)
        expect(page.get_by_text("内容已存本机")).to_be_visible()
        away.is_away = False
        expect(page.get_by_text("已记录：")).to_be_visible(timeout=15_000)
    assert Activity.objects.count() == 1


def test_without_script_the_page_says_what_is_not_known(opened, secretary, away):
    """And sent again from there it is the same record."""
    with opened(secretary, script=False) as page:
        filled(page)
        away.is_away = True
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("暂时连不上数据库，不能确定是否已保存")
        away.is_away = False
        page.reload()
        expect(page.get_by_text("已记录：")).to_be_visible()
    assert Activity.objects.count() == 1


def test_a_part_that_does_not_come_is_told_of_until_it_comes(opened, secretary):
    lost = "暂时连不上服务器，这一页没有更新。"
    with opened(secretary) as page:
        page.goto(f"{page.url.rstrip('/')}/log/theme_day/")
        page.route("**/log/**", lambda route: route.fulfill(status=503, body=""))
        page.get_by_role("heading", name="主题党日").click()
        day = page.get_by_label("日期")
        day.fill("2026-03-02")
        day.dispatch_event("change")
        expect(page.get_by_text(lost)).to_be_visible()
        page.unroute("**/log/**")
        day.fill("2026-03-03")
        day.dispatch_event("change")
        expect(page.get_by_text(lost)).to_have_count(0)
