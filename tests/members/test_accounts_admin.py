"""Who sees which accounts, and who may close them or give them a new password."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, User
from branches.roles import Role
from members.account_holders import may_keep, visible_accounts
from tests import cast

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"


@pytest.fixture
def school():
    return cast.a_university()


def act(browser, action, *users):
    sent = {"action": action, "_selected_action": [user.pk for user in users], "index": 0}
    return browser.post(USERS, sent)


class TestSeeing:
    def test_staff_see_accounts_by_grant_or_by_record(self, school):
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        by_grant = cast.a_user(Role.SECRETARY, school.teachers)
        by_record = cast.a_member(school.students, account=cast.a_user()).account
        cast.a_user(Role.SECRETARY, school.musicians)
        cast.a_user()
        assert set(visible_accounts(staff)) == {staff, by_grant, by_record}

    def test_the_department_also_sees_those_that_belong_to_nobody_yet(self, school):
        staff, nobody = cast.a_user(Role.ORGANIZATION_STAFF, school.root), cast.a_user()
        assert set(visible_accounts(staff)) == {staff, nobody}

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
    def test_two_of_the_three_see_all(self, school, role):
        cast.a_user(Role.SECRETARY, school.teachers)
        assert visible_accounts(cast.a_user(role)).count() == 2

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECRETARY, Role.LEADER, None])
    def test_others_see_none(self, school, role):
        place = school.teachers if role in (Role.SECRETARY, Role.LEADER) else None
        assert visible_accounts(cast.a_user(role, place)).count() == 0


class TestKeeping:
    """A new password is a way into the account: nobody gets in where he could not go himself."""

    def test_of_the_same_reach_or_less(self, school):
        keeper = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        assert may_keep(keeper, cast.a_user(Role.SECRETARY, school.teachers))
        assert may_keep(keeper, cast.a_user(Role.LEADER, school.physics))
        assert may_keep(keeper, cast.a_user(Role.COMMITTEE_STAFF, school.physics))

    def test_not_of_more_rights_more_places_or_one_of_the_three(self, school):
        keeper = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        assert not may_keep(keeper, cast.a_user(Role.ORGANIZATION_STAFF, school.physics))
        assert not may_keep(keeper, cast.a_user(Role.LEADER, school.root))
        both = cast.a_user(Role.SECRETARY, school.teachers)
        cast.give(both, Role.SECRETARY, school.musicians)
        assert not may_keep(keeper, both)
        department = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        assert not any(may_keep(department, cast.a_user(role)) for role in (Role.SYSTEM_ADMIN, Role.AUDITOR))

    def test_a_member_of_the_college_who_works_for_the_department(self, school):
        keeper = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        account = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        cast.a_member(school.teachers, account=account)
        assert account in visible_accounts(keeper)
        assert not may_keep(keeper, account)
        browser = cast.a_browser(keeper)
        for action in ("issue_passwords", "close", "reopen"):
            assert act(browser, action, account).status_code == 403
        assert User.objects.get(pk=account.pk).check_password(cast.PASSWORD)

    def test_nobody_his_own(self, school):
        staff, admin = cast.a_user(Role.ORGANIZATION_STAFF, school.root), cast.a_user(Role.SYSTEM_ADMIN)
        assert [may_keep(user, user) for user in (staff, admin)] == [False, False]

    def test_the_security_administrator_sees_and_keeps_none(self, school):
        security, user = cast.a_user(Role.SECURITY_ADMIN), cast.a_user(Role.SECRETARY, school.teachers)
        assert not may_keep(security, user)
        assert act(cast.a_browser(security), "close", user).status_code == 405


class TestPages:
    def test_opening_an_account_answers_with_its_slip(self):
        browser = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))
        response = browser.post(f"{USERS}add/", {"username": "new", "name": "新人", "email": ""})
        slip = response.context["slips"][0]
        account = User.objects.get(username="new")
        assert account.check_password(slip.password)
        assert account.must_change_password
        assert "no-store" in response["Cache-Control"]
        assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"account.open", "password.issue"}

    def test_committee_staff_open_accounts_for_posts_only(self, school):
        staff = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert staff.post(f"{USERS}add/", {"username": "new", "name": "新人"}).status_code == 403

    def test_what_is_not_on_the_form_stays(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers)
        browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        smuggled = {"username": "x", "password": "x", "is_active": "", "is_staff": "1", "is_superuser": "1"}
        browser.post(f"{USERS}{user.pk}/change/", {"name": "改名", "email": "", **smuggled})
        after = User.objects.get(pk=user.pk)
        assert (after.name, after.username, after.is_active) == ("改名", user.username, True)
        assert after.check_password(cast.PASSWORD)

    def test_no_page_shows_a_hash(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers)
        browser = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))
        for address in (USERS, f"{USERS}{user.pk}/change/", f"{USERS}{user.pk}/history/"):
            assert user.password not in browser.get(address).content.decode()

    def test_a_new_password_ends_the_old_one_and_its_sessions(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers)
        session = cast.a_browser(user)
        assert session.get("/members/").status_code == 200
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        slip = act(browser, "issue_passwords", user).context["slips"][0]
        assert session.get("/members/").status_code == 302
        after = User.objects.get(pk=user.pk)
        assert after.check_password(slip.password)
        assert after.initial_password_until > timezone.now()

    def test_closing_works_with_the_next_request_and_reopening_undoes_it(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers)
        session = cast.a_browser(user)
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        act(browser, "close", user)
        assert session.get("/members/")["Location"].startswith("/login/")
        act(browser, "reopen", user)
        assert cast.a_browser(User.objects.get(pk=user.pk)).get("/members/").status_code == 200
        assert AuditEntry.objects.filter(action__in=["account.close", "account.reopen"]).count() == 2

    def test_one_foreign_account_refuses_all(self, school):
        own = cast.a_user(Role.SECRETARY, school.teachers)
        foreign = cast.a_user(Role.SECRETARY, school.musicians)
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert act(browser, "close", own, foreign).status_code == 404
        assert User.objects.get(pk=own.pk).is_active

    def test_the_last_of_the_three_cannot_be_closed(self):
        admin, auditor = cast.a_user(Role.SYSTEM_ADMIN), cast.a_user(Role.AUDITOR)
        browser = cast.a_browser(admin)
        act(browser, "close", auditor)
        assert User.objects.get(pk=auditor.pk).is_active
        assert "最后一位审计管理员" in browser.get(USERS).content.decode()

    def test_nobody_closes_himself(self):
        admin = cast.a_user(Role.SYSTEM_ADMIN)
        cast.a_user(Role.SYSTEM_ADMIN)
        assert act(cast.a_browser(admin), "close", admin).status_code == 403

    def test_accounts_are_never_deleted(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers)
        browser = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))
        assert browser.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 403
