"""The secretary's report on a phone: written and saved by itself, kept through a lost network, handed in and locked."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments import reports, rounds
from assessments.models import Report
from branches.roles import Role
from tests import cast
from tests.assessments.scene import kept
from tests.browser.conftest import DESK, PHONE, serious
from tests.browser.test_secretary import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = {"work": "做" * 60, "problems": "问" * 30, "plans": "打" * 10}


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="王干事")


@pytest.fixture
def author(school):
    account = cast.a_user(Role.SECRETARY, school.teachers, name="甲书记")
    cast.a_post(cast.a_member(school.teachers, "甲书记", account=account), "secretary")
    return account


@pytest.fixture
def report(school, staff, author):
    """A quarter at least about problems, as the scheme asks."""
    today = timezone.localdate()
    made = rounds.begin(
        school.physics,
        year=today.year,
        name="年度述职评议",
        scheme=kept("work"),
        report_due_on=today + timedelta(days=10),
        by=staff,
    )
    rounds.open_reports(made, by=staff)
    return Report.objects.select_related("subject__round").get(subject__round=made)


def write(page, **words):
    for name, text in words.items():
        page.fill(f"[name={name}]", text)


def saved(page):
    page.get_by_text("已保存").wait_for()


def test_written_on_a_phone_saved_by_itself_handed_in_and_locked(opened, author, report, tap):
    with opened(author) as page:
        tap(page.get_by_role("link", name="年度述职报告"))
        tap(page.get_by_role("link", name="开始写"))
        write(page, **WORDS)
        assert page.locator("[data-count=all]").inner_text() == "100"
        assert page.locator("[data-count=share]").inner_text() == "30.0%"
        saved(page)
        report.refresh_from_db()
        assert (report.work, report.state) == (WORDS["work"], "draft")
        assert serious(page) == []
        tap(page.get_by_role("button", name="提交上级"))
        page.get_by_text("述职报告已提交，等上级审阅。").wait_for()
        assert page.get_by_text("报告已经提交，不能再改").is_visible()
        assert page.get_by_role("link", name="继续写").count() == 0
        assert serious(page) == []
    report.refresh_from_db()
    assert (report.state, tap.number) == ("submitted", 3)


def test_handed_in_at_once_while_it_is_being_saved(opened, author, report):
    """The save on its way brings another version: the form waits for it and is no second window."""
    with opened(author, reverse("own_report_write", args=[report.pk])) as page:
        page.route("**/save/", lambda route: (page.wait_for_timeout(1500), route.continue_()))
        write(page, **WORDS)
        with page.expect_request("**/save/"):
            pass
        page.get_by_role("button", name="提交上级").click()
        page.get_by_text("述职报告已提交，等上级审阅。").wait_for()
    report.refresh_from_db()
    assert report.state == "submitted"


def test_a_lost_network_loses_nothing(opened, author, report):
    with opened(author, reverse("own_report_write", args=[report.pk])) as page:
        page.context.set_offline(True)
        write(page, work="在火车上写的")
        page.get_by_text("网络中断。内容还在本页").wait_for()
        page.context.set_offline(False)
        saved(page)
    report.refresh_from_db()
    assert report.work == "在火车上写的"


@pytest.fixture
def refused(chromium, live_server, report, author):
    """The writing page, where the browser may note that the server refused something: that is what is tried."""

    @contextmanager
    def page_of(*, script=True):
        context = chromium.new_context(locale="zh-CN", java_script_enabled=script, **PHONE)
        page = context.new_page()
        sign_in(page, live_server, author)
        page.goto(f"{live_server.url}{reverse('own_report_write', args=[report.pk])}")
        yield page
        context.close()

    return page_of


def test_two_windows_lose_nothing(refused, author, report):
    with refused() as page:
        reports.save(report, {**WORDS, "work": "在手机上写的"}, version=1, by=author)
        write(page, work="在电脑上写的")
        page.get_by_text("这份报告刚在别处保存过").wait_for()
        page.get_by_role("button", name="保存").click()
        page.get_by_role("heading", name="在别处保存的内容").wait_for()
        assert page.get_by_text("在手机上写的").is_visible()
        assert page.input_value("[name=work]") == "在电脑上写的"
        assert serious(page) == []
        page.get_by_role("button", name="保存").click()
        page.get_by_text("已保存。写完后请提交。").wait_for()
    report.refresh_from_db()
    assert report.work == "在电脑上写的"


def test_without_script(refused):
    with refused(script=False) as page:
        write(page, **{**WORDS, "problems": "问"})
        page.get_by_role("button", name="提交上级").click()
        assert "“存在的问题和原因”1 字，全文 71 字，至少要 18 字" in page.locator("main").inner_text()
        write(page, problems=WORDS["problems"])
        page.get_by_role("button", name="提交上级").click()
        assert "述职报告已提交，等上级审阅。" in page.locator("main").inner_text()


@pytest.mark.parametrize("machine", [PHONE, DESK], ids=["phone", "desk"])
def test_staff_read_it_and_send_it_back(opened, author, staff, report, machine):
    reports.save(report, WORDS, version=1, by=author)
    reports.submit(report, by=author)
    with opened(staff, reverse("duty_report", args=[report.pk]), machine=machine) as page:
        assert serious(page) == []
        page.get_by_label("退回原因").fill("请补充原因分析")
        page.get_by_role("button", name="退回修改").click()
        page.get_by_text("已退回，书记会看到原因。").wait_for()
    with opened(author, reverse("own_report", args=[report.pk]), machine=machine) as page:
        assert page.get_by_text("上级退回：请补充原因分析").is_visible()
        assert serious(page) == []
