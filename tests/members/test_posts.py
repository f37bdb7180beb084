"""Posts and what they bring: a role while they last, an account that outlives them."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import AuditEntry, User
from branches.grants import GrantError
from branches.roles import Right, Role
from branches.scope import may
from members import posts
from members.models import Member, Post
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]

TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def may_record(member, branch):
    """With a user object of the next request."""
    return may(User.objects.get(member=member), Right.RECORD, branch.path)


class TestAppointing:
    def test_the_post_brings_the_role_to_an_account(self, school, staff):
        member = cast.a_member(school.teachers, account=cast.a_user())
        post = posts.appoint(member, school.teachers, Post.Title.SECRETARY, since=date(2026, 9, 1), by=staff)
        assert (post.grant.role, post.grant.since) == (Role.SECRETARY, date(2026, 9, 1))
        assert may_record(member, school.teachers)
        assert AuditEntry.objects.get(action="post.appoint").actor == staff

    def test_other_posts_bring_none(self, school, staff):
        member = cast.a_member(school.teachers, account=cast.a_user())
        assert (
            posts.appoint(member, school.teachers, Post.Title.COMMITTEE, since=TODAY, by=staff).grant is None
        )

    @pytest.mark.parametrize("title", [Post.Title.DEPUTY, Post.Title.COMMITTEE])
    def test_who_is_on_probation_is_not_elected_without_a_reason(self, school, staff, title):
        member = cast.a_member(school.students, "李强", joined=date(2025, 12, 1), full=None)
        asked = {"since": date(2026, 6, 1), "by": staff}
        with pytest.raises(
            posts.PostError, match="预备党员没有被选举权（党章第七条），李强 2026-06-01 还没有转正"
        ):
            posts.appoint(member, school.students, title, **asked)
        assert not Post.objects.exists()
        leader = posts.appoint(member, school.students, title, reason="上级指定，已报批", **asked)
        assert leader.reason == "上级指定，已报批"

    def test_a_branch_has_one_secretary(self, school, staff):
        cast.a_post(cast.a_member(school.teachers), Post.Title.SECRETARY)
        with pytest.raises(ValidationError, match="已有在任书记"):
            posts.appoint(cast.a_member(school.teachers), school.teachers, "secretary", since=TODAY, by=staff)

    def test_one_of_the_three_administrators_becomes_no_secretary(self, school, staff):
        member = cast.a_member(school.teachers, account=cast.a_user(Role.AUDITOR))
        with pytest.raises(GrantError, match="不能兼任"):
            posts.appoint(member, school.teachers, Post.Title.SECRETARY, since=TODAY, by=staff)
        assert not Post.objects.exists()


class TestEnding:
    def test_access_ends_with_the_post_and_the_account_stays(self, school, staff):
        member = cast.a_member(school.teachers, account=cast.a_user())
        post = posts.appoint(member, school.teachers, Post.Title.SECRETARY, since=date(2026, 9, 1), by=staff)
        posts.end(post, on=TODAY, by=staff)
        assert may_record(member, school.teachers)
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            assert not may_record(member, school.teachers)
        account = Member.objects.get(pk=member.pk).account
        assert (account.is_active, account.grants.get().until) == (True, TODAY)

    def test_the_next_request_of_a_running_session_is_refused(self, school, staff):
        member = cast.a_member(school.teachers, account=cast.a_user())
        post = posts.appoint(member, school.teachers, Post.Title.SECRETARY, since=date(2026, 9, 1), by=staff)
        browser = cast.a_browser(member.account)
        assert browser.post("/members/export/").status_code == 200
        posts.end(post, on=YESTERDAY, by=staff)
        assert browser.post("/members/export/").status_code == 403

    def test_not_before_it_began(self, school, staff):
        post = cast.a_post(cast.a_member(school.teachers), since=date(2026, 9, 1))
        with pytest.raises(posts.PostError, match="不能早于"):
            posts.end(post, on=date(2026, 8, 31), by=staff)

    def test_another_post_of_the_person_keeps_its_own_role(self, school, staff):
        member = cast.a_member(school.teachers, account=cast.a_user())
        first = posts.appoint(member, school.teachers, Post.Title.SECRETARY, since=date(2026, 9, 1), by=staff)
        posts.appoint(member, school.students, Post.Title.DEPUTY, since=date(2026, 9, 1), by=staff)
        posts.end(first, on=YESTERDAY, by=staff)
        assert not may_record(member, school.teachers)
        assert may_record(member, school.students)


class TestHandingOver:
    def test_one_ends_the_day_before_the_next_begins(self, school, staff):
        old = cast.a_post(cast.a_member(school.teachers, account=cast.a_user()), Post.Title.SECRETARY)
        new = posts.hand_over(old, cast.a_member(school.teachers), on=date(2026, 9, 1), by=staff)
        assert (old.until, new.since, new.until) == (date(2026, 8, 31), date(2026, 9, 1), None)
        assert Post.objects.on(TODAY).get(title="secretary").member == new.member

    def test_all_or_nothing(self, school, staff):
        old = cast.a_post(cast.a_member(school.teachers), Post.Title.SECRETARY)
        auditor = cast.a_member(school.teachers, account=cast.a_user(Role.AUDITOR))
        with pytest.raises(GrantError):
            posts.hand_over(old, auditor, on=TODAY, by=staff)
        assert Post.objects.get().until is None


class TestProvidingAccounts:
    def test_every_holder_gets_account_role_and_password(self, school, staff):
        held = [
            cast.a_post(cast.a_member(school.teachers, "王敏", school_number="2001"), Post.Title.SECRETARY),
            cast.a_post(cast.a_member(school.students, "李强"), Post.Title.DEPUTY),
        ]
        made = posts.provide_accounts(held, by=staff)
        assert [(post.member.name, len(password)) for post, password in made] == [("王敏", 19), ("李强", 19)]
        account = User.objects.get(username="2001")
        assert account.check_password(made[0][1])
        assert (account.must_change_password, account.name) == (True, "王敏")
        assert [post.grant.role for post, _ in made] == [Role.SECRETARY, Role.RECORDER]
        assert AuditEntry.objects.get(action="account.provide").after == {"made": 2, "holders": 2}

    def test_nothing_of_the_password_is_kept(self, school, staff):
        made = posts.provide_accounts([cast.a_post(cast.a_member(school.teachers), "secretary")], by=staff)
        trail = str(list(AuditEntry.objects.values()))
        assert made[0][1] not in trail

    def test_whoever_has_an_account_only_gets_the_role(self, school, staff):
        member = cast.a_member(school.teachers, account=cast.a_user())
        assert posts.provide_accounts([cast.a_post(member, Post.Title.SECRETARY)], by=staff) == []
        assert may_record(member, school.teachers)

    def test_an_account_never_used_gets_a_new_password(self, school, staff):
        post = cast.a_post(cast.a_member(school.teachers), Post.Title.SECRETARY)
        first = posts.provide_accounts([post], by=staff)[0][1]
        again = posts.provide_accounts([Post.objects.get()], by=staff)[0][1]
        account = User.objects.get(member=post.member)
        assert (account.check_password(first), account.check_password(again)) == (False, True)

    def test_two_posts_make_one_account(self, school, staff):
        member = cast.a_member(school.teachers)
        held = [cast.a_post(member, Post.Title.SECRETARY)]
        held.append(
            Post.objects.create(
                member=member,
                branch=school.students,
                branch_path=school.students.path,
                title=Post.Title.DEPUTY,
                since=TODAY,
            )
        )
        made = posts.provide_accounts(list(Post.objects.all()), by=staff)
        accounts = User.objects.filter(member=member)
        assert accounts.count() == 1
        assert accounts.get().check_password(made[-1][1])
        assert accounts.get().grants.count() == 2

    def test_a_taken_number_gets_the_members_own_behind_it(self, school, staff):
        User.objects.create_user("2001", "别人")
        member = cast.a_member(school.teachers, school_number="2001")
        posts.provide_accounts([cast.a_post(member, Post.Title.SECRETARY)], by=staff)
        assert User.objects.get(member=member).username == f"2001-{member.number}"

    def test_nobody_brings_himself_a_role(self, school, staff):
        member = cast.a_member(school.teachers, account=staff)
        posts.provide_accounts([cast.a_post(member, Post.Title.SECRETARY)], by=staff)
        assert list(staff.grants.values_list("role", flat=True)) == ["committee_staff"]
