"""Merging, dissolving and dividing: people go on, history stays, and both sides' rights are needed (T05)."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEntry, User
from activities.models import Activity
from branches import tree
from branches.models import Branch, Station
from branches.roles import Right, Role
from branches.scope import may
from branches.terms import elect
from members import posts, restructuring, rosters, transfers
from members.enrolment import EnrolmentError
from members.models import GroupMembership, Member, MembershipSpell, Post, StatusPeriod
from members.restructuring import RestructuringError
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]

TODAY = date(2026, 11, 22)
DAY = date(2026, 10, 1)
BEFORE = date(2026, 9, 30)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def department(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


@pytest.fixture
def college(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def names(branch, day):
    return [member.name for member in rosters.branch_members_on(branch, day)]


def fresh(branch):
    return Branch.objects.get(pk=branch.pk)


def a_guest(member, branch):
    return MembershipSpell.objects.create(
        member=member, branch=branch, branch_path=branch.path, kind="attending", since=date(2020, 1, 1)
    )


class TestMerging:
    def test_people_change_over_and_the_past_stays(self, school, college):
        cast.a_member(school.teachers, "甲")
        cast.a_member(school.students, "乙")
        restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        assert (names(school.students, BEFORE), names(school.teachers, BEFORE)) == (["乙"], ["甲"])
        assert (names(school.students, DAY), names(school.teachers, DAY)) == ([], ["甲", "乙"])
        assert fresh(school.students).dissolved_on == DAY

    def test_everybody_goes_along_also_who_is_not_a_member_yet(self, school, college):
        suspended = cast.a_member(school.students, "丙")
        Member.objects.filter(pk=suspended.pk).update(status=StatusPeriod.Status.SUSPENDED)
        applicant = cast.a_member(school.students, "丁", full=None)
        Member.objects.filter(pk=applicant.pk).update(status=StatusPeriod.Status.APPLICANT)
        restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        assert set(Member.objects.filter(branch=school.teachers).values_list("name", flat=True)) == {
            "丙",
            "丁",
        }

    def test_posts_groups_term_and_roles_end_the_day_before(self, school, college):
        secretary = cast.a_member(school.students, account=cast.a_user())
        post = posts.appoint(secretary, school.students, "secretary", since=date(2026, 9, 1), by=college)
        group = cast.a_group(school.students, secretary)
        term = elect(school.students, date(2024, 10, 1))
        recorder = cast.a_user(Role.RECORDER, school.students)
        restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        for row in (post, group, term):
            row.refresh_from_db()
        assert (post.until, group.until, term.ended_on) == (BEFORE, BEFORE, DAY)
        assert GroupMembership.objects.get().until == BEFORE
        for account in (secretary.account, recorder):
            assert not may(User.objects.get(pk=account.pk), Right.RECORD, school.students.path)

    def test_access_follows_and_records_keep_their_place(self, school, college):
        member = cast.a_member(school.students)
        record = cast.a_record(school.students)
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        assert not Member.objects.visible_to(secretary).exists()
        restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        assert Member.objects.visible_to(secretary).get() == member
        assert Activity.objects.visible_to(secretary).get() == record
        record.refresh_from_db()
        assert (record.branch, record.org_path) == (school.students, school.students.path)

    def test_two_branches_at_once_with_one_entry_in_the_trail(self, school, college):
        third = cast.found(school.physics, "第三党支部", Branch.Level.BRANCH, "001001003")
        for branch in (school.students, third):
            cast.a_member(branch)
        restructuring.merge([school.students, third], school.teachers, on=DAY, by=college)
        entry = AuditEntry.objects.get(action="branch.merge")
        assert (entry.actor, entry.after["people"], entry.after["on"]) == (college, 2, "2026-10-01")
        assert AuditEntry.objects.filter(action="member.move").count() == 2
        assert {row.branch for row in Member.history.filter(history_type="~")} == {school.teachers}
        assert fresh(third).history.count() == 2

    def test_stations_are_supervised_by_the_branch_that_takes_over(self, school, college):
        station = cast.a_station(school.students)
        head = cast.a_user()
        grant = cast.RoleGrant.objects.create(
            user=head, role=Role.STATION_HEAD, station=station, since=DAY, branch_path=school.students.path
        )
        restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        grant.refresh_from_db()
        assert Station.objects.get().branch == school.teachers
        assert grant.branch_path == school.teachers.path

    def test_who_was_a_guest_there_belongs_there_now(self, school, college):
        member = cast.a_member(school.students)
        a_guest(member, school.teachers)
        restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        assert MembershipSpell.objects.open().get(member=member).kind == "belonging"


class TestBothSides:
    """T05: source only, target only, neither, both."""

    @pytest.mark.parametrize("place", ["physics", "music", ""])
    def test_one_side_is_not_enough(self, school, place):
        cast.a_member(school.students)
        user = cast.a_user(Role.COMMITTEE_STAFF, getattr(school, place)) if place else cast.a_user()
        with pytest.raises(RestructuringError, match="不归您管理"):
            restructuring.merge([school.students], school.musicians, on=DAY, by=user)
        assert fresh(school.students).dissolved_on is None
        assert not AuditEntry.objects.filter(action__in=["branch.merge", "member.move"]).exists()

    def test_both_sides_are(self, school, department):
        member = cast.a_member(school.students)
        restructuring.merge([school.students], school.musicians, on=DAY, by=department)
        assert Member.objects.get(pk=member.pk).branch == school.musicians

    def test_two_grants_are_both_sides_too(self, school, college):
        cast.give(college, Role.COMMITTEE_STAFF, school.music)
        cast.a_member(school.students)
        restructuring.merge([school.students], school.musicians, on=DAY, by=college)
        assert fresh(school.students).dissolved_on == DAY

    def test_a_branch_does_not_merge_itself(self, school):
        secretary = cast.a_user(Role.SECRETARY, school.students)
        with pytest.raises(RestructuringError, match=r"（本系统内控规则：.*，NK-07）。.*上级党组织"):
            restructuring.merge([school.students], school.teachers, on=DAY, by=secretary)


class TestRefusedDays:
    def test_not_in_the_future(self, school, college):
        with pytest.raises(RestructuringError, match="不能晚于今天"):
            restructuring.merge([school.students], school.teachers, on=TODAY + timedelta(1), by=college)

    def test_not_before_the_last_change_which_names_the_earliest_day(self, school, college):
        cast.a_member(school.students, joined=date(2026, 9, 20), full=None)
        with pytest.raises(RestructuringError, match="NK-03）。最早 2026-09-20 可以办理"):
            restructuring.merge([school.students], school.teachers, on=date(2026, 9, 19), by=college)
        restructuring.merge([school.students], school.teachers, on=date(2026, 9, 20), by=college)

    def test_not_before_the_last_record(self, school, college):
        cast.a_member(school.students)
        cast.a_record(school.students, day=date(2026, 9, 15))
        with pytest.raises(tree.TreeError, match="2026-09-15 还有活动记录"):
            restructuring.merge([school.students], school.teachers, on=date(2026, 9, 15), by=college)
        assert names(school.students, DAY) != []

    def test_not_while_a_transfer_is_on_its_way_there(self, school, college):
        coming = cast.a_member(school.teachers)
        transfers.offer(coming, school.students, on=DAY, by=college)
        with pytest.raises(tree.TreeError, match="1 份没有办结的组织关系转接"):
            restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        with pytest.raises(EnrolmentError, match="没有办结"):
            restructuring.merge([school.teachers], school.students, on=DAY, by=college)

    @pytest.mark.parametrize("sources", [[], ["teachers"], ["students", "students"]])
    def test_nonsense(self, school, college, sources):
        branches = [getattr(school, name) for name in sources]
        with pytest.raises(RestructuringError):
            restructuring.merge(branches, school.teachers, on=DAY, by=college)

    def test_neither_from_nor_into_a_branch_that_is_gone(self, school, college):
        tree.dissolve(school.students, DAY, by=None)
        with pytest.raises(RestructuringError, match="不是现有的党支部"):
            restructuring.merge([school.students], school.teachers, on=DAY, by=college)
        with pytest.raises(RestructuringError, match="已经撤销"):
            restructuring.merge([school.teachers], school.students, on=DAY, by=college)


class TestFunctionalAndTemporary:
    @pytest.fixture
    def camp(self, school):
        return cast.found(school.physics, "社区党支部", "branch", "f1", form=Branch.Form.FUNCTIONAL)

    def test_nobody_s_relation_goes_into_one(self, school, college, camp):
        cast.a_member(school.students)
        with pytest.raises(RestructuringError, match="支部条例第八条"):
            restructuring.merge([school.students], camp, on=DAY, by=college)

    def test_guests_go_on_into_another_functional_one(self, school, college, camp):
        other = cast.found(school.physics, "园区党支部", "branch", "f2", form=Branch.Form.FUNCTIONAL)
        member = cast.a_member(school.students)
        a_guest(member, camp)
        restructuring.merge([camp], other, on=DAY, by=college)
        spell = MembershipSpell.objects.open().get(member=member, kind="attending")
        assert (spell.branch, spell.since) == (other, DAY)
        assert Member.objects.get(pk=member.pk).branch == school.students

    def test_guests_only_end_in_a_branch_with_members_of_its_own(self, school, college, camp):
        a_guest(cast.a_member(school.students), camp)
        restructuring.merge([camp], school.teachers, on=DAY, by=college)
        assert MembershipSpell.objects.get(kind="attending").until == BEFORE

    def test_a_division_into_a_temporary_one_moves_nobody(self, school, college):
        member = cast.a_member(school.students, "甲")
        new = restructuring.split(
            school.students, [member], on=DAY, by=college, name="实习队临时党支部", short_name="实习队",
            code="t1", form=Branch.Form.TEMPORARY,
        )  # fmt: skip
        assert Member.objects.get(pk=member.pk).branch == school.students
        assert names(new, DAY) == names(school.students, DAY) == ["甲"]


class TestDissolving:
    def test_everybody_goes_where_it_is_said(self, school, department):
        one, two = cast.a_member(school.students, "甲"), cast.a_member(school.students, "乙")
        moves = {school.teachers: [one], school.musicians: [two]}
        restructuring.dissolve(school.students, moves, on=DAY, by=department)
        assert (names(school.teachers, DAY), names(school.musicians, DAY)) == (["甲"], ["乙"])
        assert fresh(school.students).dissolved_on == DAY

    def test_nobody_is_left_behind(self, school, college):
        one = cast.a_member(school.students)
        cast.a_member(school.students)
        with pytest.raises(RestructuringError, match=r"还有 1 人没有写明.*（教育管理条例第二十五条，JY-13）"):
            restructuring.dissolve(school.students, {school.teachers: [one]}, on=DAY, by=college)

    def test_no_strangers_and_nobody_twice(self, school, college):
        one, stranger = cast.a_member(school.students), cast.a_member(school.teachers)
        for people in ([one, stranger], [one, one]):
            with pytest.raises(RestructuringError, match="写了两次"):
                restructuring.dissolve(school.students, {school.teachers: people}, on=DAY, by=college)

    def test_who_left_the_party_needs_no_place(self, school, college):
        gone = cast.a_member(school.students)
        Member.objects.filter(pk=gone.pk).update(status=StatusPeriod.Status.LEFT)
        restructuring.dissolve(school.students, {}, on=DAY, by=college)
        assert MembershipSpell.objects.get().until == BEFORE

    def test_plainly_only_when_nobody_is_there(self, school):
        cast.a_member(school.students)
        with pytest.raises(tree.TreeError, match="还有 1 人的组织关系"):
            tree.dissolve(school.students, DAY, by=None)

    def test_its_records_are_read_above_it_only(self, school, college):
        member = cast.a_member(school.students)
        cast.a_record(school.students)
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        restructuring.dissolve(school.students, {school.teachers: [member]}, on=DAY, by=college)
        assert not Activity.objects.visible_to(secretary).exists()
        assert Activity.objects.visible_to(college).exists()


class TestDividing:
    FACTS = {"name": "物理学院研究生党支部", "short_name": "研究生党支部", "code": "001001009"}

    def test_a_new_branch_beside_the_old(self, school, college):
        going = [cast.a_member(school.students) for _ in range(3)]
        stays = cast.a_member(school.students, "留下")
        cast.a_post(going[0])
        new = restructuring.split(school.students, going, on=DAY, by=college, **self.FACTS)
        assert (new.parent, new.founded_on, new.category) == (school.physics, DAY, "student")
        assert {member.branch for member in Member.objects.exclude(pk=stays.pk)} == {new}
        assert Post.objects.get().until == BEFORE
        assert names(school.students, DAY) == ["留下"]

    @pytest.mark.parametrize(
        ("full", "form", "passes"), [(3, "standing", True), (2, "standing", False), (2, "joint", True)]
    )
    def test_three_full_members_or_a_joint_branch(self, school, college, full, form, passes):
        """支部条例第四条、第五条."""
        going = [cast.a_member(school.students) for _ in range(full)]
        going.append(cast.a_member(school.students, full=None))
        cast.a_member(school.students)
        if passes:
            assert restructuring.split(school.students, going, on=DAY, by=college, form=form, **self.FACTS)
            return
        with pytest.raises(RestructuringError, match="（支部条例第四条，ZB-01）"):
            restructuring.split(school.students, going, on=DAY, by=college, form=form, **self.FACTS)

    def test_not_everybody_and_not_nobody(self, school, college):
        people = [cast.a_member(school.students) for _ in range(3)]
        with pytest.raises(RestructuringError, match="没有人了"):
            restructuring.split(school.students, people, on=DAY, by=college, **self.FACTS)
        with pytest.raises(RestructuringError, match="请从"):
            restructuring.split(school.students, [], on=DAY, by=college, **self.FACTS)
