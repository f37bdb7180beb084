"""意见建议, the notice, one's own data and the pages of the three administrators, on the phone and at the desk."""

import pytest
from django.urls import reverse

from accounts import audit
from branches import suggestions, trail_check
from branches.roles import Role
from members import data_requests
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = pytest.mark.browser


@pytest.fixture
def school(transactional_db):
    return cast.a_university()


@pytest.fixture
def person(school):
    return cast.a_member(school.teachers, "王五", account=cast.a_user(name="王五"))


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="孙组织")


def test_a_member_says_something_from_the_foot_of_a_page(opened, person, tap):
    with opened(person.account, reverse("me")) as page:
        tap(page.locator("footer").get_by_role("link", name="意见建议"))
        page.get_by_label("意见或建议").fill("字太小")
        tap(page.get_by_role("button", name="提交"))
        page.get_by_text("已提交，谢谢。").wait_for()
        assert page.get_by_text("字太小").is_visible()
        assert tap.number == 2


@pytest.mark.parametrize("machine", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_reads(opened, school, person, staff, machine):
    said = suggestions.make("希望补记时能沿用上一次的地点。", "/record/", by=person.account)
    asked = data_requests.ask(person, "delete", "contact", "手机号已经停用", by=person.account)
    security = cast.a_user(Role.SECURITY_ADMIN)
    auditor = cast.a_user(Role.AUDITOR)
    audit.record(
        trail_check.CHECKED, by=auditor, after={"seal": 9, "faults": 1, "found": "第 9 号封存缺失。"}
    )
    report = f"{reverse('incident')}?username={staff.username}&since=2026-01-01&until=2026-12-31"
    pages = [
        (person.account, reverse("own_suggestions")),
        (person.account, reverse("privacy_notice")),
        (person.account, reverse("own_data")),
        (person.account, reverse("data_request_ask")),
        (person.account, reverse("data_request", args=[asked.pk])),
        (staff, reverse("suggestion_list")),
        (staff, reverse("suggestion", args=[said.pk])),
        (staff, reverse("data_request_list")),
        (staff, reverse("data_request", args=[asked.pk])),
        (security, reverse("privacy_register")),
        (security, reverse("incident")),
        (security, report),
        (security, reverse("admin:index")),
        (auditor, reverse("admin:index")),
        (auditor, reverse("trail_check")),
    ]
    wrong = {}
    for user, url in pages:
        with opened(user, url, machine=machine) as page:
            wrong[url] = serious(page)
    assert {url: found for url, found in wrong.items() if found} == {}
