"""What a round came to: a leader finds it from his menu, a plain member from his own page, and both read it."""

from datetime import date

import pytest
from django.utils import timezone

from assessments import published, rounds
from assessments.models import Round
from branches.roles import Role
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = 12
NAME = "2025年度党支部书记述职评议"


@pytest.fixture
def school():
    """Twelve branch secretaries of a college, ten of them graded 好; told to everybody there."""
    school = cast.a_university()
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    for number in range(PEOPLE):
        branch = cast.found(school.physics, f"第{number}党支部", "branch", f"b{number}")
        cast.a_post(cast.a_member(branch, f"书记{number}"), "secretary", since=date(2024, 1, 1))
    scheme = published.HALF_AND_HALF.as_kept()
    facts = {"scheme": scheme, "report_due_on": date(2025, 12, 20), "by": staff}
    round_ = rounds.begin(school.physics, year=2025, name=NAME, **facts)
    for place, subject in enumerate(round_.subjects.all()):
        subject.decided = "好" if place < PEOPLE - 2 else "较好"
        subject.save()
    told = {"audience": "below", "state": "published", "published_at": timezone.now()}
    Round.objects.update(decided_on=date(2026, 1, 8), decided_by="学院党委会", **told)
    return school


def test_a_leader_comes_from_the_menu(opened, school):
    with opened(cast.a_user(Role.LEADER, school.root), machine=DESK) as page:
        page.get_by_role("link", name="述职评议结果").click()
        assert serious(page) == []
        page.get_by_role("link", name=NAME).click()
        page.get_by_text("12 名书记述职：好 10 人，较好 2 人。").wait_for()
        page.get_by_role("link", name="较好 2").click()
        assert page.locator("tbody tr").count() == 2
        assert serious(page) == []


def test_a_member_comes_from_his_own_page(opened, school):
    member = cast.a_member(school.teachers, "党员", account=cast.a_user(name="党员"))
    with opened(member.account, "/me/", machine=PHONE) as page:
        page.get_by_role("link", name=NAME).tap()
        page.get_by_text("12 名书记述职：好 10 人，较好 2 人。").wait_for()
        assert page.locator("tbody tr").count() == PEOPLE
        assert serious(page) == []
