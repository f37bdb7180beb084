"""The leader's journey: three clicks to one missing meeting, the workbook through a job, nothing axe calls serious."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from branches.roles import Role
from lib.periods import quarter_of
from lib.sheets.reading import read_workbook
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def school():
    """Last quarter one branch held all its theme days, one all but the first, one none."""
    school = cast.a_university()
    for branch in (school.teachers, school.students, school.musicians):
        for _ in range(6):
            cast.a_member(branch)
    for month in last_quarter().months():
        cast.a_record(school.teachers, "theme_day", month.start + timedelta(days=9))
    for month in last_quarter().months()[1:]:
        cast.a_record(school.students, "theme_day", month.start + timedelta(days=9))
    return school


def last_quarter():
    return quarter_of(timezone.localdate()).previous()


@pytest.fixture
def leader(page, live_server, school):
    """The leader's browser on the dashboard. What the browser complains of fails the test."""
    user = cast.a_user(Role.LEADER, school.root, name="陈静之")
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}{reverse('login')}")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", cast.PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/dashboard/")
    yield page
    assert complaints == []


def open_last_quarter(page, live_server):
    page.goto(f"{live_server.url}{reverse('dashboard')}?period={last_quarter().code}")


def test_three_clicks_from_the_total_to_one_missing_meeting(leader, live_server, school):
    open_last_quarter(leader, live_server)
    total = leader.locator(".conclusion a[href*='state=missed']").first
    number = int(total.inner_text())
    total.click()
    leader.wait_for_url("**/duties/**")
    assert f"{number} 项" in leader.locator("h1").inner_text()
    assert leader.locator("#duties tbody tr").count() == number
    leader.get_by_role("link", name="音乐教师党支部").first.click()
    leader.wait_for_url("**/branches/**")
    assert "音乐教师党支部" in leader.locator("main").inner_text()
    assert leader.get_by_role("link", name="主题党日：逾期未开").count() >= 1


def test_a_cell_of_the_matrix_opens_its_branches(leader, live_server):
    open_last_quarter(leader, live_server)
    month = last_quarter().months()[0]
    leader.get_by_role("link", name=f"物理学院党委{month.short_label}主题党日，1 项未开：逾期未开").click()
    leader.wait_for_url("**/duties/**")
    assert leader.locator("#duties tbody th").all_inner_texts() == ["物理学生党支部"]


def test_the_workbook_comes_through_a_job(leader, live_server, school, tmp_path):
    open_last_quarter(leader, live_server)
    leader.get_by_role("link", name="统计表").click()
    with leader.expect_download() as download:
        leader.get_by_role("button", name="下载 Excel 工作簿").click()
    assert download.value.suggested_filename == f"{last_quarter().label}组织生活统计.xlsx"
    target = tmp_path / "statistics.xlsx"
    download.value.save_as(target)
    names = [sheet.name for sheet in read_workbook(target)]
    assert names == ["汇总", "各党支部", "逾期未开", "口径"]
    leader.goto(f"{live_server.url}{reverse('job_list')}")
    assert f"{last_quarter().label}组织生活统计" in leader.locator("#jobs").inner_text()


def test_filters_change_the_list_and_the_address(leader, live_server, school):
    leader.goto(f"{live_server.url}{reverse('duty_list')}?period={last_quarter().code}")
    leader.get_by_label("义务", exact=True).select_option("主题党日")
    leader.get_by_label("状态", exact=True).select_option("逾期未开")
    leader.get_by_role("button", name="查询").click()
    leader.wait_for_url("**state=missed**")
    assert leader.locator("#duties tbody tr").count() == 4
    leader.go_back()
    leader.wait_for_url(f"**/duties/?period={last_quarter().code}")


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_and_nothing_is_cut_off(leader, live_server, school, size):
    leader.set_viewport_size(SIZES[size])
    period = last_quarter().code
    found = {}
    for address in (
        f"{reverse('dashboard')}?period={period}",
        reverse("dashboard"),
        reverse("quarter_period", args=[period]),
        f"{reverse('quarter_period', args=[period])}?org={school.physics.pk}",
        f"{reverse('duty_list')}?period={period}",
        f"{reverse('activity_list')}?period={period}",
        reverse("job_list"),
    ):
        leader.goto(f"{live_server.url}{address}")
        serious = [
            (one["id"], one["nodes"][0]["html"])
            for one in Axe().run(leader).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        is_cut = leader.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        if serious or is_cut:
            found[address] = (serious, is_cut)
    assert found == {}


def test_without_script_the_job_page_refreshes_itself(chromium, live_server, school, worker_is_away):
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    user = cast.a_user(Role.LEADER, school.root)
    page.goto(f"{live_server.url}{reverse('login')}")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", cast.PASSWORD)
    page.locator("main button").click()
    page.goto(f"{live_server.url}{reverse('quarter_period', args=[last_quarter().code])}")
    page.get_by_role("button", name="下载 Excel 工作簿").click()
    assert "排队中" in page.locator("#job").inner_text()
    worker_is_away()
    page.get_by_role("link", name="下载").wait_for(timeout=15_000)
    context.close()


@pytest.fixture
def worker_is_away(monkeypatch):
    """Jobs wait until the returned function does them."""
    from jobs import running
    from jobs.models import Job

    monkeypatch.setattr(running, "_send", lambda job: None)
    return lambda: [running.run(str(pk)) for pk in Job.objects.values_list("pk", flat=True)]
