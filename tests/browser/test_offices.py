"""Staff merge two branches and hand over a post: clicks counted, nothing axe calls serious, nothing on the console."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from branches.models import Branch
from branches.roles import Role
from members.models import Member, Post
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school():
    """Two people in each branch of the college, and a secretary in the first."""
    school = cast.a_university()
    for branch in (school.teachers, school.students):
        people = [cast.a_member(branch) for _ in range(2)]
        cast.a_post(people[0], "secretary")
    return school


class Hand:
    """Counts what a person does with the mouse."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, name, role="link"):
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.clicks += 1

    def choose(self, label, words):
        self.page.get_by_label(label).first.select_option(label=words)
        self.clicks += 1


def serious(page):
    """Without the style sheets that axe would fetch anew: the admin's policy refuses them, aloud."""
    found = Axe().run(page, options={"preload": False}).response["violations"]
    return [one["id"] for one in found if one["impact"] in ("serious", "critical")]


@pytest.fixture
def staff(page, live_server, school):
    """The browser of the college's staff. What it complains of fails the test."""
    user = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}{reverse('login')}")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", cast.PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{live_server.url}/")
    yield page
    assert complaints == []


def test_two_branches_in_four_clicks(staff, live_server, school):
    """J-O7: five at most, from the page of the branch."""
    staff.goto(f"{live_server.url}/admin/branches/branch/{school.students.pk}/change/")
    hand = Hand(staff)
    hand.click("并入另一支部")
    hand.choose("并入", "　　物理教师党支部")
    hand.click("预览影响", "button")
    assert serious(staff) == []
    hand.click("确认合并", "button")
    staff.get_by_text("已合并").wait_for()
    assert hand.clicks == 4
    assert Member.objects.filter(branch=school.teachers).count() == 4
    assert Branch.objects.get(pk=school.students.pk).dissolved_on is not None


def test_a_post_in_five_clicks(staff, live_server, school):
    """The day is filled in; the slip and what is open stand on the answer."""
    successor = Member.objects.filter(branch=school.teachers, posts=None).get()
    staff.goto(f"{live_server.url}/admin/")
    hand = Hand(staff)
    hand.click("职务交接")
    post = Post.objects.get(branch=school.teachers)
    hand.choose("交接的职务", f"物理教师党支部 书记（{post.member.name}）")
    hand.click("下一步", "button")
    hand.choose("接任人", f"{successor.name}（{successor.number}）")
    hand.click("办理交接", "button")
    staff.get_by_text("一次性密码", exact=True).wait_for()
    assert serious(staff) == []
    assert hand.clicks == 5
    assert Post.objects.get(member=successor).since >= date(2026, 1, 1)


@pytest.mark.parametrize("name", ["branch_health", "contact_list", "training_list", "certificate_verify"])
def test_nothing_serious_on_the_lists(staff, live_server, name):
    staff.goto(f"{live_server.url}{reverse(name)}")
    assert serious(staff) == []
