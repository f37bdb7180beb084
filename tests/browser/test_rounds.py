"""J-O9: last year's round copied with one click, and one grid with every secretary and every stage."""

from datetime import date

import pytest
from django.utils import timezone

from assessments import published, rounds
from assessments.models import Round
from assessments.stages import usual
from branches.roles import Role
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = 12
MOST_CLICKS = 5


@pytest.fixture
def staff():
    school = cast.a_university()
    by = cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="王干事")
    for number in range(PEOPLE):
        branch = cast.found(school.physics, f"第{number}党支部", "branch", f"b{number}")
        cast.a_post(cast.a_member(branch, f"书记{number}"), "secretary")
    year = timezone.localdate().year - 1
    rounds.begin(
        school.physics,
        year=year,
        name=f"{year}年度述职评议",
        scheme=published.WORK_AND_REPORT.as_kept(),
        report_due_on=date(year, 12, 20),
        by=by,
    )
    return by


@pytest.mark.parametrize("machine", [DESK, PHONE], ids=["desk", "phone"])
def test_copied_in_one_click_and_seen_in_one_grid(opened, staff, tap, machine):
    year = timezone.localdate().year
    with opened(staff, "/rounds/", machine=machine) as page:
        assert serious(page) == []
        tap.click(page.get_by_role("button", name=f"复制到下一年度：{year - 1}年度述职评议"))
        page.get_by_role("heading", name=f"{year}年度述职评议").wait_for()
        assert Round.objects.get(year=year).subjects.count() == PEOPLE
        tap.click(page.get_by_role("button", name="开始写述职报告"))
        page.get_by_text(f"{PEOPLE} 份述职报告已交 0 份").wait_for()
        assert tap.number <= MOST_CLICKS
        assert page.locator("table.matrix thead th").all_inner_texts()[1:] == [
            stage.title for stage in usual(has_ballot=True)
        ]
        rows = page.locator("table.matrix tbody tr")
        assert rows.count() == PEOPLE
        assert rows.first.locator("td a").first.text_content().strip().startswith("书记0述职报告：")
        assert serious(page) == []
