"""A month of political birthdays on a phone: greeted in two taps, recorded in four, without script too."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from branches.roles import Role
from lib.periods import anniversary
from members.models import Celebration, Greeting, GreetingOptOut
from tests import cast
from tests.browser.test_secretary import PHONE, Taps, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("林见微", "周书言", "阿卜杜热西提·阿卜杜克热木·买买提明")


def born(branch, name, *, account=True):
    """A member of five years whose political birthday is today, so that the greeting shows at once."""
    joined = anniversary(timezone.localdate(), timezone.localdate().year - 5)
    user = cast.a_user(name=name) if account else None
    return cast.a_member(branch, name, joined=joined, full=anniversary(joined, joined.year + 1), account=user)


@pytest.fixture
def branch():
    branch = cast.a_university().students
    for name in NAMES:
        born(branch, name)
    born(branch, "没有账号", account=False)
    GreetingOptOut.objects.create(member=born(branch, "欧阳晴"), since=date(2020, 1, 1))
    return branch


def a_phone(chromium, **more):
    return chromium.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport=PHONE, has_touch=True, is_mobile=True, **more
    )


@pytest.fixture
def phone(chromium, live_server, branch):
    """The secretary's phone on the home page. What the browser complains of fails the test."""
    context = a_phone(chromium)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, live_server, cast.a_user(Role.SECRETARY, branch, name="张明远"))
    yield page
    context.close()
    assert complaints == []


def test_all_of_the_month_are_greeted_in_two_taps(phone):
    tap = Taps()
    tap(phone.get_by_role("link", name="查看名单"))
    button = phone.get_by_role("button", name="发送给 3 人")
    phone.locator(".greet").wait_for()
    tap(button)
    phone.get_by_text("已祝贺 3 人：").wait_for()
    assert tap.number == 2
    assert sorted(Greeting.objects.values_list("member__name", flat=True)) == sorted(NAMES)
    text = phone.locator("main").inner_text()
    assert "没有账号，请打印贺卡" in text
    assert "本人关闭" in text
    assert phone.get_by_role("button", name="发送给").count() == 0


def test_the_button_counts_whom_is_left(phone):
    phone.get_by_role("link", name="查看名单").tap()
    phone.get_by_label("发送给周书言").uncheck()
    phone.get_by_role("button", name="发送给 2 人").wait_for()
    phone.get_by_text("换一段话").tap()
    phone.get_by_label("自己写的话").fill("常回支部看看。")
    phone.get_by_role("button", name="发送给 2 人").tap()
    phone.get_by_text("已祝贺 2 人：").wait_for()
    assert {greeting.text.splitlines()[-1] for greeting in Greeting.objects.all()} == {"常回支部看看。"}


def test_a_way_of_marking_it_takes_four_taps(phone):
    tap = Taps()
    tap(phone.get_by_role("link", name="查看名单"))
    tap(phone.get_by_role("link", name="没有账号", exact=True))
    tap(phone.get_by_label("送贺卡"))
    tap(phone.get_by_role("button", name="登记"))
    phone.get_by_text("已登记没有账号").wait_for()
    assert tap.number == 4
    assert list(Celebration.objects.values_list("way", "held_on")) == [("card", timezone.localdate())]


def test_the_member_finds_the_card_and_switches_greetings_off(chromium, phone, live_server):
    phone.get_by_role("link", name="查看名单").tap()
    phone.get_by_role("button", name="发送给 3 人").tap()
    phone.get_by_text("已祝贺 3 人：").wait_for()
    context = a_phone(chromium)
    page = context.new_page()
    own = Greeting.objects.get(member__name="林见微").member.account
    page.goto(f"{live_server.url}{reverse('login')}")
    page.fill("[name=username]", own.username)
    page.fill("[name=password]", cast.PASSWORD)
    page.locator("main button").tap()
    page.get_by_role("link", name="政治生日快乐").tap()
    assert "林见微同志：" in page.locator(".greet").inner_text()
    page.get_by_role("button", name="不再接收祝贺").tap()
    page.get_by_text("已关闭：").wait_for()
    assert page.locator(".greet").count() == 0
    context.close()


def test_without_script_the_same_two_taps_do_it(chromium, live_server, branch):
    context = a_phone(chromium, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, cast.a_user(Role.SECRETARY, branch))
    page.get_by_role("link", name="查看名单").tap()
    page.get_by_role("button", name="发送给 3 人").tap()
    page.get_by_text("已祝贺 3 人：").wait_for()
    context.close()


def test_axe_finds_nothing_serious(phone, live_server, branch):
    cast.a_member(branch, "老党员", joined=date(1995, 6, 1), full=anniversary(timezone.localdate(), 1996))
    member = branch.members.get(name="林见微")
    year = timezone.localdate().year
    Celebration.objects.create(
        member=member,
        branch=branch,
        branch_path=branch.path,
        year=year,
        way="talk",
        held_on=timezone.localdate(),
    )
    pages = [
        reverse("birthdays"),
        reverse("birthdays", query={"state": "settled"}),
        reverse("birthday_milestones"),
        reverse("birthday_undated"),
        reverse("birthday_person", args=[member.pk, year]),
        reverse("birthday_person", args=[member.pk, year - 5]),
    ]
    serious = {}
    for address in pages:
        phone.goto(f"{live_server.url}{address}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= phone.viewport_size["width"], address
        found = Axe().run(phone).response["violations"]
        names = [
            (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        ]
        if names:
            serious[address] = names
    assert serious == {}
