"""What a member does, J-M1 to J-M4 and J-M6: signing in by code or digits, his own attendance, a mark that is wrong,
larger letters.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import appeals, check_ins
from activities.attendance import Mark
from activities.models import Activity, Appeal, CheckInEntry
from branches.roles import Role
from members.models import Member
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KIND = "theme_day"
SAID = "当天我到会了，坐在后排"


@pytest.fixture
def branch():
    branch = cast.a_university().students
    for name in ("张明远", "李思齐", "王小禾", "陈知行"):
        cast.a_member(branch, name, account=cast.a_user(name=name))
    return branch


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="支部书记")


@pytest.fixture
def window(branch, secretary):
    closes_at = timezone.now() + timedelta(hours=1)
    return check_ins.begin(by=secretary, branch=branch, kind=KIND, group=None, closes_at=closes_at)


def account(name):
    return Member.objects.get(name=name).account


def scanned(window):
    """The address that the projected picture holds."""
    return reverse("check_in_scan", args=[check_ins.mark(window, timezone.now())])


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def person(page, name):
    return page.locator(".tick", has_text=name)


def test_j_m1_a_scan_and_one_tap(opened, window, tap):
    with opened(account("李思齐"), scanned(window)) as page:
        tap(button(page, "签到"))
        page.get_by_text("已签到").first.wait_for(timeout=3000)
    assert tap.number <= 1
    assert CheckInEntry.objects.get().member.name == "李思齐"


def test_j_m2_digits_and_a_tick_are_the_same_in_the_record(opened, window, secretary, tap):
    with opened(account("李思齐"), scanned(window)) as page:
        button(page, "签到").tap()
        page.get_by_text("已签到").first.wait_for()
    with opened(account("王小禾")) as page:
        tap(page.get_by_role("link", name="签到"))
        page.locator("[name=code]").fill(check_ins.digits(window, timezone.now()))
        tap(button(page, "签到"))
        page.get_by_text("已签到").first.wait_for()
    assert tap.number <= 2
    with opened(secretary, f"{reverse('activity_log', args=[KIND])}") as page:
        assert "已签到 2 人，已勾好。" in page.locator("#people").inner_text()
        person(page, "陈知行").tap()
        person(page, "张明远").tap()
        button(page, "提交记录").tap()
        page.wait_for_url("**/activities/**")
        assert "李思齐、王小禾、陈知行" in page.locator("main").inner_text()
    marks = Activity.objects.get().attendances.values_list("state", "reason")
    assert list(marks) == [("present", "")] * 4


def test_j_m3_ones_own_attendance(opened, branch, tap):
    cast.a_record(branch, KIND, timezone.localdate())
    with opened(account("李思齐")) as page:
        text = page.locator("main").inner_text()
        assert page.locator(".quartet").inner_text().split() == [
            "应到",
            "1",
            "实到",
            "1",
            "请假",
            "0",
            "缺席",
            "0",
        ]
        assert "主题党日" in text
        assert "王小禾" not in text
    assert tap.number <= 2


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_j_m4_a_wrong_mark_is_told_and_answered(opened, branch, secretary, tap, script):
    absent = {Member.objects.get(name="李思齐").pk: Mark("absent")}
    day = timezone.localdate()
    record = cast.a_record(branch, KIND, day, marks={**cast.all_present(KIND, branch, day), **absent})
    with opened(account("李思齐"), script=script) as page:
        tap(page.get_by_role("link", name="申请更正"))
        tap(page.locator("[name=said]"))
        page.keyboard.insert_text(SAID)
        tap(button(page, "告诉支部"))
        page.get_by_text("已说明有误，待支部答复").wait_for()
    assert tap.number <= 3
    with opened(secretary, script=script) as page:
        page.get_by_role("link", name="李思齐").tap()
        assert f"李思齐说：“{SAID}”" in page.locator("main").inner_text()
        person(page, "李思齐").tap()
        button(page, "保存修改").tap()
        page.locator("[name=answer]").fill("已改为到会")
        button(page, "已更正").tap()
        page.get_by_text("已答复李思齐。").wait_for()
    with opened(account("李思齐")) as page:
        assert "支部答复，已更正：已改为到会" in page.locator("main").inner_text()
    record.refresh_from_db()
    assert (record.version, record.present, Appeal.objects.get().state) == (2, 4, "corrected")


@pytest.mark.parametrize("machine", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_serious_where_a_mark_is_told_wrong(opened, branch, secretary, machine):
    record = cast.a_record(branch, KIND, timezone.localdate())
    member = Member.objects.get(name="李思齐")
    told = appeals.ask(record, member, SAID, by=member.account)
    with opened(member.account, machine=machine) as page:
        found = {page.url: serious(page)}
        page.goto(page.url.replace("/me/", reverse("appeal_ask", args=[record.pk])))
        found[page.url] = serious(page)
    for address in (
        reverse("appeal", args=[told.pk]),
        reverse("home"),
        f"{reverse('activity_correct', args=[record.pk])}?appeal={told.pk}",
    ):
        with opened(secretary, address, machine=machine) as page:
            found[page.url] = serious(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_j_m6_large_letters_are_one_tap_away_and_stay(opened, branch, tap):
    """No function is lost: all that can be tapped is there, and nothing runs out of the screen."""
    with opened(account("李思齐"), reverse("me")) as page:
        named = page.get_by_role("link").count()
        tap(button(page, "大字版"))
        page.locator("html.large").wait_for()
        assert page.get_by_role("link").count() == named
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
        assert button(page, "标准字号").bounding_box()["height"] >= 60
        assert serious(page) == []
        page.goto(page.url.replace(reverse("me"), reverse("notice_choices")))
        page.locator("html.large").wait_for()
    assert tap.number == 1
