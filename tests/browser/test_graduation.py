"""Graduation of 200 people: from the menu to the letters of all of them in at most six clicks."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from branches.roles import Role
from jobs import running
from jobs.models import Job
from members.models import Destination, Transfer
from tests import cast
from tests.fonts import needs_fonts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = 200
MOST_CLICKS = 6


class Clicks:
    """Counts what a person would count: every press on a link or a button."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def on(self, role, name):
        self.count += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.page.wait_for_load_state()


def serious(page):
    violations = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:120])
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]


@pytest.fixture
def university():
    school = cast.a_university()
    for number in range(PEOPLE):
        cast.a_member(
            school.students, f"毕业生{number:03d}", graduates_on=timezone.localdate(), education="21"
        )
    return school


@needs_fonts
def test_two_hundred_in_six_clicks(page, live_server, university, tmp_path):
    user = cast.a_user(Role.ORGANIZATION_STAFF, university.root, name="何以宁")
    page.goto(f"{live_server.url}/login/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", cast.PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{live_server.url}/")
    clicks = Clicks(page)

    clicks.on("link", "组织关系")
    assert serious(page) == []
    clicks.on("link", "毕业生")
    assert serious(page) == []
    page.select_option("[name=education]", "21")
    clicks.on("button", "查询")
    page.wait_for_url("**education=21**")
    page.get_by_text(f"共 {PEOPLE} 人").wait_for()
    page.select_option("[name=kind]", "grassroots")
    page.fill("main form [name=place]", "中共XX市委组织部")
    clicks.on("button", "登记去向并开出介绍信")
    page.get_by_role("heading", name=f"本批介绍信 {PEOPLE} 份").wait_for()
    assert serious(page) == []
    clicks.on("button", "介绍信 PDF")
    page.wait_for_url("**/jobs/*-*/")
    running.run(str(Job.objects.get().pk))
    page.reload()
    with page.expect_download() as letters:
        clicks.on("link", "下载")
    letters.value.save_as(tmp_path / "letters.pdf")
    assert (tmp_path / "letters.pdf").read_bytes().startswith(b"%PDF")

    assert clicks.count <= MOST_CLICKS
    assert Transfer.objects.filter(state="sent").count() == PEOPLE
    assert Destination.objects.filter(kind="grassroots", member__isnull=False).count() == PEOPLE
