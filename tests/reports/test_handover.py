"""Handover of a post on one page: post, successor, day; the account, and what the next holder finds open."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry, User
from branches.roles import RIGHTS, Right, Role
from branches.scope import may
from members import transfers
from members.models import Member, Post
from reports.openings import open_in
from tests import cast

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 20)
URL = "/handover/"


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel("2026-10-20 12:00 +0800"):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def post(school):
    return cast.a_post(cast.a_member(school.teachers, "前任", account=cast.a_user()), "secretary")


@pytest.fixture
def successor(school, post):
    return cast.a_member(school.teachers, "接任", joined=date(2010, 10, 28), school_number="2010001")


@pytest.fixture
def staff(school):
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))


class TestThePage:
    def test_three_requests_from_the_menu_to_the_slip(self, staff, post, successor):
        """职务交接, the post, 下一步, the successor, 办理交接: five clicks, the day is filled in."""
        assert "职务交接" in staff.get("/admin/").content.decode()
        assert list(staff.get(URL).context["which"].fields["post"].queryset) == [post]
        shown = staff.get(URL, {"post": post.pk})
        assert list(shown.context["form"].fields["to"].queryset) == [successor]
        done = staff.post(URL, {"post": post.pk, "to": successor.pk, "on": "2026-10-20"})
        (slip,) = done.context["slips"]
        assert slip.username == "2010001"
        assert slip.password in done.content.decode()
        assert "no-store" in done.headers["Cache-Control"]

    def test_both_posts_the_role_and_the_trail(self, staff, post, successor):
        staff.post(URL, {"post": post.pk, "to": successor.pk, "on": "2026-10-20"})
        post.refresh_from_db()
        taken = Post.objects.get(member=successor)
        assert (post.until, taken.since, taken.title) == (date(2026, 10, 19), TODAY, "secretary")
        account = User.objects.get(member=successor)
        assert may(account, Right.RECORD, taken.branch.path)
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert {"post.end", "post.appoint", "account.provide", "grant.give"} <= actions

    def test_what_is_open_stands_below_the_slip(self, staff, post, successor):
        done = staff.post(URL, {"post": post.pk, "to": successor.pk, "on": "2026-10-20"})
        titles = [part.title for part in done.context["parts"]]
        assert titles == ["支部设置、班子与任期", "要开的会和活动", "30天内的政治生日"]
        assert "接任，入党 16 周年" in done.content.decode()

    def test_a_young_party_member_needs_a_reason_and_nothing_is_half_done(self, staff, school, post):
        young = cast.a_member(school.teachers, joined=date(2024, 12, 1), full=date(2025, 12, 1))
        sent = {"post": post.pk, "to": young.pk, "on": "2026-10-20"}
        refused = staff.post(URL, sent)
        assert "支部条例第二十三条" in str(refused.context["form"].non_field_errors())
        post.refresh_from_db()
        assert (post.until, Member.objects.get(pk=young.pk).account) == (None, None)
        staff.post(URL, {**sent, "reason": "学院党委批复3号"})
        assert Post.objects.get(member=young).reason == "学院党委批复3号"

    @pytest.mark.parametrize("on", ["2016-01-01", "2026-10-21", ""])
    def test_days_that_cannot_be(self, staff, post, successor, on):
        response = staff.post(URL, {"post": post.pk, "to": successor.pk, "on": on})
        assert "on" in response.context["form"].errors

    def test_whoever_keeps_branches_keeps_their_accounts(self):
        assert RIGHTS[Right.KEEP_BRANCHES] <= RIGHTS[Right.KEEP_ACCOUNTS]

    def test_neither_a_post_nor_a_person_of_others(self, staff, school, post, successor):
        other = cast.a_post(cast.a_member(school.musicians), "secretary")
        assert "post" in staff.get(URL, {"post": other.pk}).context["which"].errors
        response = staff.post(URL, {"post": post.pk, "to": other.member.pk, "on": "2026-10-20"})
        assert "to" in response.context["form"].errors


class TestWhatIsOpen:
    def test_only_what_there_is(self, school):
        assert [part.title for part in open_in(school.teachers, TODAY)] == ["支部设置、班子与任期"]

    def test_letters_and_those_out_of_touch(self, school):
        member = cast.a_member(school.teachers, "外出")
        transfers.offer(
            member, school.students, on=TODAY, by=cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        )
        titles = [part.title for part in open_in(school.students, TODAY)]
        assert "组织关系转接" in titles
        lines = {part.title: part.lines for part in open_in(school.teachers, TODAY)}["组织关系转接"]
        assert [line.title for line in lines] == ["外出的组织关系转接"]

    def test_the_branch_s_own_page(self, school, post):
        browser = cast.a_browser(cast.a_user(Role.SECRETARY, school.teachers))
        text = browser.get(reverse("branch_open", args=[school.teachers.pk])).content.decode()
        assert "主题党日" in text
        assert browser.get(reverse("branch_open", args=[school.students.pk])).status_code == 404
        page = browser.get(reverse("branch_page", args=[school.teachers.pk])).content.decode()
        assert reverse("branch_open", args=[school.teachers.pk]) in page
