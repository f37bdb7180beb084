"""The secretary's journey on a phone: taps counted, drafts kept, without script too, and nothing axe calls serious."""

import json
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from branches.roles import Role
from branches.terms import elect
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
NAMES = ("张明远 李思齐 王小禾 陈知行 刘一诺 赵清和 周书言 吴亦安 郑可为 孙望舒 林见微 高向阳").split()


class Taps:
    """Counts what a thumb does."""

    def __init__(self):
        self.number = 0

    def __call__(self, locator):
        self.number += 1
        locator.tap()


@pytest.fixture
def branch():
    """Twelve members, a committee, a group, a term, and last quarter's meeting to prefill from."""
    branch = cast.a_university().students
    members = [cast.a_member(branch, name) for name in NAMES]
    cast.a_post(members[0], "secretary")
    cast.a_post(members[1])
    cast.a_group(branch, *members[:6])
    elect(branch, date(2025, 1, 10), by=None)
    last = {"title": "学习党章；通报党费", "place": "理工楼 A305", "host": "张明远", "recorder": "李思齐"}
    cast.a_record(branch, "general_meeting", timezone.localdate() - timedelta(days=100), **last)
    return branch


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="张明远")


def sign_in(page, live_server, user):
    page.goto(f"{live_server.url}{reverse('login')}")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", cast.PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{live_server.url}/")


@pytest.fixture
def phone(chromium, live_server, secretary):
    """The secretary's phone on the home page. What the browser complains of fails the test."""
    context = chromium.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport=PHONE, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, live_server, secretary)
    yield page
    context.close()
    assert complaints == []


def person(page, name):
    return page.locator(".tick", has_text=name)


def general_meeting(page):
    return page.get_by_role("link", name="去记录：支部党员大会")


def test_a_general_meeting_with_two_on_leave_takes_at_most_twelve_taps(phone):
    tap = Taps()
    tap(general_meeting(phone).last)
    phone.wait_for_url("**/log/general_meeting/**")
    assert "理工楼 A305，主持 张明远，记录 李思齐" in phone.locator("#facts-line").inner_text()
    assert phone.locator(".tick input:checked").count() == 0
    tap(phone.get_by_label("学习党章"))
    tap(phone.get_by_role("button", name="全部到会 12"))
    tap(person(phone, "陈知行"))
    tap(person(phone, "林见微"))
    tap(phone.get_by_label("上课"))
    assert "有表决权到会 10/12，达到半数，可表决" in phone.locator("#bar").inner_text()
    tap(phone.get_by_role("button", name="提交记录"))
    phone.wait_for_url("**/activities/**")
    assert "已记录：支部党员大会，应到 12，实到 10，请假 2。" in phone.locator("main").inner_text()
    assert tap.number == 7
    activity = Activity.objects.get(held_on=timezone.localdate())
    assert (activity.title, activity.place, activity.present) == ("学习党章", "理工楼 A305", 10)
    reasons = activity.attendances.filter(state="leave").values_list("member__name", "reason")
    assert sorted(reasons) == [("林见微", "上课"), ("陈知行", "上课")]


def test_a_tap_goes_round_present_leave_absent(phone, live_server):
    phone.goto(f"{live_server.url}{reverse('activity_log', args=['general_meeting'])}")
    one = person(phone, "刘一诺")
    seen = []
    for _ in range(4):
        one.tap()
        seen.append(one.locator("input:checked").get_attribute("value"))
    assert seen == ["present", "leave", "absent", "present"]


def test_an_interrupted_record_is_found_again_and_sent_once(phone):
    general_meeting(phone).last.tap()
    phone.get_by_role("button", name="全部到会 12").tap()
    person(phone, "陈知行").tap()
    phone.get_by_text("修改", exact=True).tap()
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    with phone.expect_response("**/log/general_meeting/**"):
        phone.fill("[name=held_on]", yesterday)
        phone.locator("[name=held_on]").blur()
    phone.fill("[name=notes]", "讨论了三件事")
    phone.get_by_text("已存本机").wait_for()
    phone.locator(".topbar a").first.tap()
    phone.locator(".tabbar a").first.tap()
    with phone.expect_response(lambda response: response.request.method == "POST"):
        phone.locator("[data-drafts] a").tap()
    assert phone.locator("[name=notes]").input_value() == "讨论了三件事"
    assert person(phone, "陈知行").locator("input:checked").get_attribute("value") == "leave"
    phone.locator("#facts-line", has_text=f"{int(yesterday[5:7])}月{int(yesterday[8:])}日").wait_for()
    phone.get_by_role("button", name="提交记录").tap()
    phone.wait_for_url("**/activities/**")
    assert Activity.objects.get(held_on=yesterday).on_leave == 1
    assert phone.evaluate("Object.keys(localStorage)") == []


def test_after_signing_out_the_device_keeps_what_nobody_opens_there(phone, live_server, secretary):
    log = f"{live_server.url}{reverse('activity_log', args=['general_meeting'])}"
    phone.goto(log)
    phone.get_by_text("修改", exact=True).tap()
    phone.fill("[name=notes]", "讨论了三件事")
    phone.get_by_text("已存本机").wait_for()
    kept = phone.evaluate("Object.values(localStorage)")
    assert [sorted(json.loads(each)) for each in kept] == [["saved", "sealed"]]
    phone.context.clear_cookies()
    other = cast.a_user(Role.SECRETARY, secretary.grants.get().branch)
    sign_in(phone, live_server, other)
    phone.evaluate(f"localStorage.setItem('draft:u{other.pk}-copy', Object.values(localStorage)[0])")
    phone.goto(f"{live_server.url}/")
    assert phone.locator("[data-drafts]").is_hidden()
    phone.context.clear_cookies()
    sign_in(phone, live_server, secretary)
    phone.goto(log)
    phone.get_by_text("已恢复草稿").wait_for()
    assert phone.locator("[name=notes]").input_value() == "讨论了三件事"


def test_without_script_the_same_form_does_it(chromium, live_server, secretary):
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE, has_touch=True)
    page = context.new_page()
    sign_in(page, live_server, secretary)
    general_meeting(page).last.tap()
    with page.expect_navigation():
        page.get_by_role("button", name="全部到会 12").tap()
    person(page, "陈知行").tap()
    page.get_by_role("button", name="提交记录").tap()
    page.wait_for_url("**/activities/**")
    assert "应到 12，实到 11，请假 1。" in page.locator("main").inner_text()
    context.close()


def test_axe_finds_nothing_serious(phone, live_server, branch):
    activity = cast.a_record(branch, "theme_day", timezone.localdate())
    pages = [
        reverse("home"),
        reverse("activity_choose"),
        reverse("activity_log", args=["general_meeting"]),
        reverse("activity_detail", args=[activity.pk]),
        reverse("activity_correct", args=[activity.pk]),
        reverse("activity_history", args=[activity.pk]),
        reverse("branch_page", args=[branch.pk]),
        reverse("birthdays"),
        reverse("me"),
        reverse("todo"),
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
