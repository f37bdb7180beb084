"""A figure is put into a case report where the cursor stands, and opens its rows."""

import pytest

from branches.roles import Role
from lib.periods import Period
from reports.cases import keeping
from reports.models import CaseReport
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff(transactional_db):
    school = cast.a_university()
    cast.a_member(school.teachers)
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    keeping.write(school.root, keeping.Facts("典型案例", "做法", "党员名。", Period.year(2025)), by=staff)
    return staff


@pytest.mark.parametrize("machine", [DESK, PHONE])
def test_a_figure_stands_where_the_cursor_stood(opened, staff, machine):
    report = CaseReport.objects.get()
    with opened(staff, f"/cases/{report.pk}/edit/", machine=machine) as page:
        page.locator("#id_text").evaluate("field => field.setSelectionRange(2, 2)")
        page.select_option("#id_figure_statistic", "members")
        page.get_by_role("button", name="插入正文").click()
        assert page.input_value("#id_text") == "党员{{党员基本情况｜党员}}名。"
        assert serious(page) == []
        page.get_by_role("button", name="保存").click()
        assert page.locator(".case-text").inner_text() == "党员1名。"
        assert serious(page) == []
        page.locator(".case-text a").click()
        page.locator("tbody tr").wait_for()
        assert page.locator("tbody tr").count() == 1
