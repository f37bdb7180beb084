"""Granting roles: nobody to himself, nobody more than he holds, the three apart, the last of them stays."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry
from branches import grants
from branches.models import RoleGrant
from branches.roles import Right, Role
from branches.scope import has_right
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]

THREE = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR]
TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


def fresh(user):
    return type(user).objects.get(pk=user.pk)


class TestWhoMayGrant:
    def test_the_organisation_department_grants_below_itself(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.physics)
        for role in (Role.ORGANIZATION_STAFF, Role.COMMITTEE_STAFF, Role.SECRETARY, Role.LEADER):
            assert grants.may_grant(staff, role, school.teachers.path)
            assert not grants.may_grant(staff, role, school.musicians.path)
            assert not grants.may_grant(staff, role, school.root.path)

    def test_nobody_of_the_staff_grants_one_of_the_three(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        assert [grants.may_grant(staff, role, "") for role in THREE] == [False] * 3

    def test_the_security_administrator_grants_any(self, school):
        admin = cast.a_user(Role.SECURITY_ADMIN)
        assert all(grants.may_grant(admin, role, school.music.path) for role in Role)

    @pytest.mark.parametrize("role", [Role.COMMITTEE_STAFF, Role.SECRETARY, Role.LEADER, None])
    def test_others_grant_nothing(self, school, role):
        user = cast.a_user(role, school.physics)
        assert not any(grants.may_grant(user, other, school.teachers.path) for other in Role)

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDITOR])
    def test_the_other_two_administrators_grant_nothing(self, school, role):
        assert not any(grants.may_grant(cast.a_user(role), other, school.teachers.path) for other in Role)


class TestGiving:
    def test_a_grant_holds_from_its_day_and_is_audited(self, school):
        staff, user = cast.a_user(Role.ORGANIZATION_STAFF, school.root), cast.a_user()
        grant = grants.give(user, Role.SECRETARY, branch=school.teachers, by=staff)
        assert (grant.since, grant.until, grant.branch_path) == (TODAY, None, school.teachers.path)
        assert grant.granted_by == staff
        assert has_right(fresh(user), Right.RECORD)
        entry = AuditEntry.objects.get(action="grant.give")
        assert (entry.actor, entry.after) == (staff, {"user": user.username, "role": "secretary"})

    def test_nobody_grants_to_himself(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        with pytest.raises(grants.GrantError, match="不能给自己授权"):
            grants.give(staff, Role.LEADER, branch=school.root, by=staff)

    def test_the_same_open_grant_is_given_once(self, school):
        user = cast.a_user()
        first = grants.give(user, Role.SECRETARY, branch=school.teachers, by=None)
        assert grants.give(user, Role.SECRETARY, branch=school.teachers, by=None) == first
        assert RoleGrant.objects.count() == 1

    @pytest.mark.parametrize("held", THREE)
    @pytest.mark.parametrize("wanted", [*THREE, Role.SECRETARY, Role.ORGANIZATION_STAFF])
    def test_the_three_exclude_each_other_and_every_other_role(self, school, held, wanted):
        if held == wanted:
            return
        user = cast.a_user(held)
        place = None if wanted in THREE else school.teachers
        with pytest.raises(grants.GrantError, match="不能兼任"):
            grants.give(user, wanted, branch=place, by=None)

    def test_whoever_has_a_role_becomes_none_of_the_three(self, school):
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        with pytest.raises(grants.GrantError, match="不能兼任"):
            grants.give(secretary, Role.AUDITOR, by=None)

    def test_after_one_role_has_ended_the_other_may_follow(self, school):
        user = cast.a_user()
        cast.give(user, Role.SECRETARY, school.teachers, until=TODAY - timedelta(days=1))
        assert grants.give(user, Role.AUDITOR, by=None).role == Role.AUDITOR

    def test_two_roles_of_the_ordinary_kind_go_together(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers)
        assert grants.give(user, Role.LEADER, branch=school.root, by=None).role == Role.LEADER


class TestEnding:
    def test_it_holds_to_the_end_of_its_last_day(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers)
        grants.end(user.grants.get(), on=TODAY, by=None)
        assert user.grants.get().until == TODAY
        assert has_right(fresh(user), Right.RECORD)

    def test_revoking_works_at_once(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        user = cast.a_user(Role.SECRETARY, school.teachers)
        assert grants.revoke(user.grants.all(), by=staff) == 1
        assert not has_right(fresh(user), Right.RECORD)
        assert user.grants.get().until == TODAY - timedelta(days=1)

    def test_revoking_what_was_given_today_leaves_it_in_the_trail_only(self, school):
        staff, user = cast.a_user(Role.ORGANIZATION_STAFF, school.root), cast.a_user()
        grants.give(user, Role.SECRETARY, branch=school.teachers, by=staff)
        grants.revoke(user.grants.all(), by=staff)
        assert not user.grants.exists()
        assert AuditEntry.objects.get(action="grant.revoke").before["role"] == "secretary"

    def test_an_end_before_the_beginning_is_refused(self, school):
        user = cast.a_user(Role.SECRETARY, school.teachers, since=date(2026, 9, 1))
        with pytest.raises(grants.GrantError, match="不能早于"):
            grants.end(user.grants.get(), on=date(2026, 8, 31), by=None)

    @pytest.mark.parametrize("role", THREE)
    def test_the_last_of_the_three_stays(self, role):
        last = cast.a_user(role)
        keeper = cast.a_user()
        for attempt in (
            lambda: grants.end(last.grants.get(), on=TODAY, by=keeper),
            lambda: grants.revoke(last.grants.all(), by=keeper),
        ):
            with pytest.raises(grants.GrantError, match="最后一位"):
                attempt()
        assert last.grants.get().until is None

    @pytest.mark.parametrize("role", THREE)
    def test_with_another_in_office_one_may_go(self, role):
        first, second = cast.a_user(role), cast.a_user(role)
        grants.revoke(first.grants.all(), by=second)
        assert not has_right(fresh(first), Right.USE_ADMIN)

    def test_a_closed_account_does_not_count_as_the_other(self):
        first, second = cast.a_user(Role.AUDITOR), cast.a_user(Role.AUDITOR)
        second.is_active = False
        second.save()
        with pytest.raises(grants.GrantError, match="最后一位"):
            grants.revoke(first.grants.all(), by=second)

    def test_both_at_once_are_refused_together(self):
        users = [cast.a_user(Role.AUDITOR), cast.a_user(Role.AUDITOR)]
        with pytest.raises(grants.GrantError, match="最后一位"):
            grants.revoke(RoleGrant.objects.filter(user__in=users), by=cast.a_user())
        assert RoleGrant.objects.open().count() == 2
