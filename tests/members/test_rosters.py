"""The roster of any date."""

from datetime import date

import pytest

from branches import tree
from branches.models import Branch
from branches.roles import BRANCH_ROLES, Role
from branches.scope import covering_ranges
from members import rosters
from members.models import Member, MembershipSpell, StatusPeriod
from tests import cast

pytestmark = pytest.mark.django_db

DAY = date(2026, 9, 30)


def names(queryset):
    return [member.name for member in queryset]


def everywhere(school):
    return covering_ranges([school.root.path])


def takes_part(member, branch):
    MembershipSpell.objects.create(
        member=member,
        branch=branch,
        branch_path=branch.path,
        kind=MembershipSpell.Kind.ATTENDING,
        since=date(2026, 1, 1),
    )


def another_root():
    """A branch in a tree of its own."""
    root = cast.found(None, "第二党委", Branch.Level.PARTY_COMMITTEE, "002")
    return cast.found(root, "第二党委机关党支部", Branch.Level.BRANCH, "002001")


class TestRosterOfADate:
    def test_it_holds_whoever_belonged_there_that_day(self):
        school = cast.a_university()
        member = cast.a_member(school.teachers, "王敏", joined=date(2020, 5, 4), full=date(2021, 5, 4))
        days = [date(2020, 5, 3), date(2020, 5, 4), DAY]
        assert [len(rosters.roster(day, everywhere(school))) for day in days] == [0, 1, 1]
        MembershipSpell.objects.filter(member=member).update(until=date(2026, 6, 30))
        days = [date(2026, 6, 30), date(2026, 7, 1)]
        assert [len(rosters.roster(day, everywhere(school))) for day in days] == [1, 0]

    def test_it_says_what_the_person_was_then(self):
        school = cast.a_university()
        member = cast.a_member(school.teachers, joined=date(2024, 5, 4), full=None)
        member.statuses.update(until=date(2025, 5, 3))
        StatusPeriod.objects.create(member=member, status="full", since=date(2025, 5, 4))
        days = [date(2025, 5, 3), date(2025, 5, 4)]
        statuses = [rosters.roster(day, everywhere(school))[0].status for day in days]
        assert statuses == ["probationary", "full"]

    @pytest.mark.parametrize("status", ["applicant", "activist", "target", "suspended", "left"])
    def test_only_probationary_and_full_members_are_on_it(self, status):
        school = cast.a_university()
        member = cast.a_member(school.teachers)
        member.statuses.update(status=status)
        assert rosters.roster(DAY, everywhere(school)) == []

    def test_it_stands_in_official_order(self):
        school = cast.a_university()
        for branch, name in [(school.musicians, "丙"), (school.students, "乙"), (school.teachers, "甲")]:
            cast.a_member(branch, name)
        assert [row.name for row in rosters.roster(DAY, everywhere(school))] == ["甲", "乙", "丙"]
        tree.reorder(school.root, [school.music, school.physics], by=None)
        assert [row.name for row in rosters.roster(DAY, everywhere(school))] == ["丙", "甲", "乙"]

    def test_it_is_one_query(self, django_assert_num_queries):
        school = cast.a_university()
        for _ in range(3):
            cast.a_member(school.teachers)
        with django_assert_num_queries(1):
            rosters.roster(DAY, everywhere(school))


class TestExpectedLists:
    def test_a_guest_of_a_functional_branch_is_expected_there(self):
        school = cast.a_university()
        takes_part(cast.a_member(school.teachers, "王敏"), school.students)
        assert names(rosters.branch_members_on(school.students, DAY)) == ["王敏"]
        assert len(rosters.roster(DAY, everywhere(school))) == 1

    def test_a_person_with_a_past_in_the_branch_is_named_once(self):
        school = cast.a_university()
        member = cast.a_member(school.teachers, joined=date(2015, 6, 1))
        member.spells.update(until=date(2020, 1, 1))
        MembershipSpell.objects.create(
            member=member, branch=school.teachers, branch_path=school.teachers.path, since=date(2022, 1, 1)
        )
        assert [person.status_then for person in rosters.branch_members_on(school.teachers, DAY)] == ["full"]

    def test_the_committee_is_whoever_held_a_post_that_day(self):
        school = cast.a_university()
        secretary, deputy, former = (cast.a_member(school.teachers, name) for name in ("甲", "乙", "丙"))
        cast.a_post(secretary, "secretary")
        cast.a_post(deputy, "deputy")
        post = cast.a_post(former)
        post.until = date(2026, 6, 30)
        post.save()
        cast.a_member(school.teachers, "丁")
        assert names(rosters.committee_on(school.teachers, DAY)) == ["甲", "乙"]
        assert names(rosters.committee_on(school.teachers, date(2026, 6, 30))) == ["甲", "乙", "丙"]

    def test_a_group_is_its_seats_that_day(self):
        school = cast.a_university()
        first, second = cast.a_member(school.teachers, "甲"), cast.a_member(school.teachers, "乙")
        group = cast.a_group(school.teachers, first, second)
        group.seats.filter(member=second).update(until=date(2026, 6, 30))
        assert names(rosters.group_on(group, DAY)) == ["甲"]


class TestVisibility:
    def test_scope_follows_the_spell(self):
        school = cast.a_university()
        cast.a_member(school.teachers, "王敏")
        cast.a_member(school.musicians, "李强")
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        assert names(Member.objects.visible_to(secretary)) == ["王敏"]

    def test_a_guest_is_visible_where_he_takes_part(self):
        school = cast.a_university()
        takes_part(cast.a_member(school.musicians, "李强"), school.teachers)
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        assert names(Member.objects.visible_to(secretary)) == ["李强"]

    def test_a_guest_is_not_visible_elsewhere(self):
        school = cast.a_university()
        takes_part(cast.a_member(school.musicians, "李强"), school.teachers)
        secretary = cast.a_user(Role.SECRETARY, school.students)
        assert names(Member.objects.visible_to(secretary)) == []

    def test_everybody_sees_himself(self):
        school = cast.a_university()
        account = cast.a_user()
        cast.a_member(school.teachers, "王敏", account=account)
        cast.a_member(school.teachers, "李强")
        assert names(Member.objects.visible_to(account)) == ["王敏"]

    @pytest.mark.parametrize("roots", [1, 2])
    def test_who_holds_the_whole_tree_sees_whom_he_would_find_in_each_way(self, monkeypatch, roots):
        school = cast.a_university()
        guest, helper = cast.a_member(school.musicians), cast.a_member(school.musicians)
        if roots == 2:
            guest, helper = cast.a_member(other := another_root()), cast.a_member(other)
            cast.a_member(other)
        takes_part(guest, school.teachers)
        cast.a_station(school.students, cast.a_member(school.teachers), helper)
        users = [
            cast.a_user(role, place)
            for role in sorted(BRANCH_ROLES)
            for place in (school.root, school.physics, school.teachers)
        ]
        cast.a_member(school.musicians, account=users[0])
        short = [set(Member.objects.visible_to(user)) for user in users]
        monkeypatch.setattr("members.models.people.are_everything", lambda ranges, user: False)
        assert short == [set(Member.objects.visible_to(user)) for user in users]
        assert len({len(found) for found in short}) > 2

    def test_of_a_root_founded_meanwhile_nobody_is_seen(self):
        school = cast.a_university()
        cast.a_member(school.teachers, "王敏")
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        assert names(Member.objects.visible_to(staff)) == ["王敏"]
        cast.a_member(another_root(), "李强")
        assert names(Member.objects.visible_to(staff)) == ["王敏"]

    @pytest.mark.parametrize(("place", "number"), [("root", 2), ("physics", 1)])
    def test_of_the_roots_one_question_and_none_of_who_holds_no_root(
        self, place, number, django_assert_num_queries
    ):
        school = cast.a_university()
        staff = cast.a_user(Role.COMMITTEE_STAFF, getattr(school, place))
        with django_assert_num_queries(number):  # and one for the grants
            Member.objects.visible_to(staff)
            Member.objects.visible_to(staff)

    def test_dated_rows_are_seen_with_their_member(self):
        school = cast.a_university()
        cast.a_member(school.teachers)
        cast.a_member(school.musicians)
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        assert StatusPeriod.objects.visible_to(secretary).count() == 1

    def test_whoever_serves_at_a_station_is_seen_by_its_head_and_its_branch(self):
        school = cast.a_university()
        station = cast.a_station(school.teachers, cast.a_member(school.musicians, "李强"))
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        head = cast.a_user()
        cast.give(head, Role.STATION_HEAD, station=station)
        assert names(Member.objects.visible_to(secretary)) == ["李强"]
        assert names(Member.objects.visible_to(head)) == ["李强"]
        station.assignments.update(until=date(2026, 6, 30))
        assert Member.objects.visible_to(secretary).count() == Member.objects.visible_to(head).count() == 0
