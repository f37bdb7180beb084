"""Accounts for all holders of a post in one action: whom the page offers, the sheet it gives, what it refuses."""

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, User
from branches.roles import Role
from members.models import Post
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]

PAGE = "/accounts/provide/"
TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def browser(school):
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))


def a_secretary(branch, name="王敏", **more):
    return cast.a_post(cast.a_member(branch, name, **more), Post.Title.SECRETARY)


def offered(response):
    return [
        (holder.post.member.name, holder.state, holder.is_chosen) for holder in response.context["holders"]
    ]


class TestOffering:
    def test_first_those_without_an_account(self, browser, school):
        a_secretary(school.teachers)
        a_secretary(school.students, "李强", account=cast.a_user())
        assert offered(browser.get(PAGE)) == [("王敏", "没有账号", True)]

    def test_everybody_with_the_state_of_the_account(self, browser, school):
        closed = cast.a_user()
        closed.is_active = False
        closed.save()
        a_secretary(school.teachers)
        a_secretary(school.students, "李强", account=closed)
        assert offered(browser.get(PAGE, {"account": "all"})) == [
            ("王敏", "没有账号", True),
            ("李强", "已停用", False),
        ]

    def test_by_title_and_part_of_the_tree(self, browser, school):
        a_secretary(school.teachers)
        cast.a_post(cast.a_member(school.students, "李强"), Post.Title.DEPUTY)
        assert offered(browser.get(PAGE, {"title": "deputy"})) == [("李强", "没有账号", True)]
        assert offered(browser.get(PAGE, {"branch": school.students.pk})) == []

    def test_ends_at_the_college(self, browser, school):
        a_secretary(school.musicians)
        assert offered(browser.get(PAGE, {"account": "all"})) == []
        assert offered(browser.get(PAGE, {"branch": school.music.pk, "account": "all"})) == []

    def test_the_first_page_of_the_admin_counts_those_within_reach(self, browser, school):
        for branch in (school.teachers, school.musicians):
            a_secretary(branch)
        errands = browser.get(reverse("admin:index")).context["errands"]
        assert {one["label"]: one["waiting"] for one in errands}["为书记开通账号"] == 1

    def test_an_ended_post_is_not_offered(self, browser, school):
        post = a_secretary(school.teachers)
        post.until = post.since
        post.save()
        assert offered(browser.get(PAGE)) == []

    def test_costs_the_same_for_one_and_for_fifty(self, school, django_assert_num_queries):
        browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        browser.get(PAGE)
        for many in (1, 50):
            for _ in range(many):
                cast.a_post(cast.a_member(school.teachers), Post.Title.COMMITTEE)
            with django_assert_num_queries(5):
                browser.get(PAGE, {"title": "committee"})

    @pytest.mark.parametrize(
        "role", [Role.SECRETARY, Role.RECORDER, Role.LEADER, Role.SYSTEM_ADMIN, Role.AUDITOR]
    )
    def test_others_are_refused(self, school, role):
        place = None if role in (Role.SYSTEM_ADMIN, Role.AUDITOR) else school.teachers
        assert cast.a_browser(cast.a_user(role, place)).get(PAGE).status_code == 403


class TestSheet:
    def test_one_slip_for_each_person_once(self, browser, school):
        held = [a_secretary(school.teachers, school_number="2001"), a_secretary(school.students, "李强")]
        response = browser.post(PAGE, {"post": [post.pk for post in held]})
        slips = response.context["slips"]
        assert [(slip.name, slip.place, slip.username) for slip in slips] == [
            ("王敏", "物理教师党支部 书记", "2001"),
            ("李强", "物理学生党支部 书记", held[1].member.number),
        ]
        text = response.content.decode()
        assert all(slip.password in text for slip in slips)
        assert "http://testserver/</dd>" in text
        assert response["Cache-Control"] == "no-store, private"
        assert User.objects.get(username="2001").check_password(slips[0].password)

    def test_it_is_stored_nowhere(self, browser, school):
        response = browser.post(PAGE, {"post": [a_secretary(school.teachers).pk]})
        password = response.context["slips"][0].password
        assert re.fullmatch(r"(\w{4}-){3}\w{4}", password)
        assert password not in str(list(AuditEntry.objects.values()))
        assert password not in str(dict(browser.session))
        assert password not in browser.get(PAGE, {"account": "all"}).content.decode()

    def test_the_new_password_only_opens_the_page_that_replaces_it(self, browser, school):
        response = browser.post(PAGE, {"post": [a_secretary(school.teachers, school_number="2001").pk]})
        fresh = cast.a_browser()
        sent = {"username": "2001", "password": response.context["slips"][0].password}
        assert fresh.post("/login/", sent).status_code == 302
        assert fresh.get("/members/")["Location"] == "/password/"

    def test_with_nobody_chosen_nothing_is_made(self, browser, school):
        a_secretary(school.teachers)
        response = browser.post(PAGE, {})
        assert "没有勾选任何人" in response.content.decode()
        assert not User.objects.filter(member__isnull=False).exists()

    @pytest.mark.parametrize("wrong", ["foreign", "987654", "abc", "-1", "²"])
    def test_one_wrong_post_refuses_all(self, browser, school, wrong):
        own, foreign = a_secretary(school.teachers), a_secretary(school.musicians, "赵丽")
        key = foreign.pk if wrong == "foreign" else wrong
        assert browser.post(PAGE, {"post": [own.pk, key]}).status_code == 404
        assert not User.objects.filter(member__isnull=False).exists()

    def test_by_get_and_post_only(self, browser):
        assert [getattr(browser, method)(PAGE).status_code for method in ("put", "patch", "delete")] == [
            405
        ] * 3


class TestHandingOver:
    def page(self, post):
        return f"/admin/members/post/{post.pk}/handover/"

    def test_one_form_ends_one_and_appoints_the_next_with_a_slip(self, browser, school):
        old = a_secretary(school.teachers)
        heir = cast.a_member(school.teachers, "李强", school_number="2002")
        response = browser.post(self.page(old), {"to": heir.pk, "on": TODAY})
        assert [slip.username for slip in response.context["slips"]] == ["2002"]
        running = Post.objects.on(TODAY).get(title="secretary")
        assert (running.member, running.grant.role) == (heir, Role.SECRETARY)

    def test_only_somebody_of_the_branch(self, browser, school):
        old, stranger = a_secretary(school.teachers), cast.a_member(school.musicians)
        response = browser.post(self.page(old), {"to": stranger.pk, "on": TODAY})
        assert "to" in response.context["form"].errors
        assert Post.objects.get().until is None

    def test_an_heir_with_an_account_needs_no_slip(self, browser, school):
        old, heir = a_secretary(school.teachers), cast.a_member(school.teachers, account=cast.a_user())
        response = browser.post(self.page(old), {"to": heir.pk, "on": TODAY})
        assert response["Location"] == f"/admin/members/post/{old.pk}/change/"

    def test_an_ended_post_is_not_handed_over(self, browser, school):
        old = a_secretary(school.teachers)
        old.until = TODAY
        old.save()
        assert browser.get(self.page(old)).status_code == 403
