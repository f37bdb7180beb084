"""Duties: who owes what in which months, and how it is judged from a day."""

from datetime import date

import pytest

from activities import duties
from activities.duties import State
from activities.kinds import Kind, joined
from activities.records import withdraw
from branches import tree
from branches.models import Branch
from branches.scope import covering_ranges
from lib.periods import Period
from members.models import Member, MembershipSpell, Post
from tests import cast

Q3 = Period.quarter(2026, 3)
AUGUST = Period.month(2026, 8)
LATER = date(2026, 10, 20)


def judged(branch, period=Q3, today=LATER, kinds=None):
    found = duties.evaluate(covering_ranges([branch.path]), period, today, kinds=kinds)
    return {duty.subject.partition(":")[2]: duty.state for duty in found if duty.branch_id == branch.pk}


def one(branch, kind, period=AUGUST, today=LATER):
    [duty] = [
        duty
        for duty in duties.evaluate(covering_ranges([branch.path]), period, today, kinds=[kind])
        if duty.branch_id == branch.pk
    ]
    return duty


class TestStates:
    def test_a_quarter_of_a_branch_without_committee_and_groups(self, school):
        cast.a_member(school.students)
        cast.a_record(school.students, "general_meeting", date(2026, 7, 3))
        cast.a_record(school.students, "theme_day", date(2026, 8, 3))
        assert judged(school.students) == {
            "general_meeting:2026Q3": State.DONE_LATE,
            "committee_meeting:2026-07": State.NOT_APPLICABLE,
            "committee_meeting:2026-08": State.NOT_APPLICABLE,
            "committee_meeting:2026-09": State.NOT_APPLICABLE,
            "theme_day:2026-07": State.OVERDUE,
            "theme_day:2026-08": State.DONE_LATE,
            "theme_day:2026-09": State.OVERDUE,
        }

    def test_entered_within_the_week_is_done_on_time(self, branch):
        cast.a_record(branch, "theme_day", date(2026, 10, 19))
        duty = one(branch, Kind.THEME_DAY, Period.month(2026, 10))
        assert (duty.state, duty.held, duty.is_met) == (State.DONE, 1, True)

    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2026, 8, 23), State.TODO),
            (date(2026, 8, 24), State.DUE),
            (date(2026, 8, 31), State.DUE),
            (date(2026, 9, 1), State.OVERDUE),
        ],
    )
    def test_an_open_duty_gets_pressing_a_week_before_its_end(self, branch, day, state):
        duty = one(branch, Kind.THEME_DAY, today=day)
        assert (duty.state, duty.is_missed) == (state, state is State.OVERDUE)
        assert duty.due_on == date(2026, 8, 31)

    def test_three_in_one_month_do_not_make_the_next_good(self, branch):
        for day in (1, 2, 3):
            cast.a_record(branch, "theme_day", date(2026, 9, day))
        states = judged(branch, kinds=[Kind.THEME_DAY])
        assert list(states.values()) == [State.OVERDUE, State.OVERDUE, State.DONE_LATE]

    def test_a_withdrawn_record_meets_nothing(self, branch):
        activity = cast.a_record(branch, "theme_day", date(2026, 8, 3))
        withdraw(activity, by=None, version=1, reason="重复")
        assert one(branch, Kind.THEME_DAY).state is State.OVERDUE

    def test_the_reason_says_what_is_missing_and_until_when(self, branch):
        duty = one(branch, Kind.THEME_DAY, today=date(2026, 8, 25))
        assert duty.reason == "8月应开 1 次，已开 0 次，还可在8月31日前开展。"
        assert duty.subject == f"{branch.pk}:theme_day:2026-08"


class TestCommittee:
    def test_it_is_asked_where_there_is_one(self, branch):
        assert one(branch, Kind.COMMITTEE_MEETING).state is State.OVERDUE

    def test_a_secretary_alone_is_no_committee(self, school):
        cast.a_post(cast.a_member(school.students), Post.Title.SECRETARY)
        duty = one(school.students, Kind.COMMITTEE_MEETING)
        assert (duty.state, duty.reason) == (State.NOT_APPLICABLE, "未设支委会，不作要求。")

    def test_it_is_not_asked_before_there_was_one(self, school):
        cast.a_post(cast.a_member(school.students), since=date(2026, 9, 1))
        states = judged(school.students, kinds=[Kind.COMMITTEE_MEETING])
        assert list(states.values()) == [State.NOT_APPLICABLE, State.NOT_APPLICABLE, State.OVERDUE]

    def test_a_meeting_held_without_one_still_counts(self, school):
        cast.a_member(school.students)
        cast.a_record(school.students, "committee_meeting", date(2026, 8, 3), marks={})
        assert one(school.students, Kind.COMMITTEE_MEETING).state is State.DONE_LATE


class TestGroups:
    def test_each_group_owes_its_own_meeting(self, branch):
        first, second = cast.a_group(branch, name="第一党小组"), cast.a_group(branch, name="第二党小组")
        cast.a_record(branch, "group_meeting", date(2026, 8, 5), first)
        found = duties.evaluate(covering_ranges([branch.path]), AUGUST, LATER, kinds=[Kind.GROUP_MEETING])
        assert [(duty.title, duty.state) for duty in found] == [
            ("党小组会（第一党小组）", State.DONE_LATE),
            ("党小组会（第二党小组）", State.OVERDUE),
        ]
        assert found[1].subject == f"{branch.pk}/{second.pk}:group_meeting:2026-08"

    def test_a_group_founded_or_ended_in_mid_month_owes_nothing_for_it(self, branch):
        cast.a_group(branch, name="新小组", since=date(2026, 7, 2))
        old = cast.a_group(branch, name="老小组")
        type(old).objects.filter(pk=old.pk).update(until=date(2026, 8, 30))
        found = duties.evaluate(covering_ranges([branch.path]), Q3, LATER, kinds=[Kind.GROUP_MEETING])
        assert [(duty.group_name, duty.period.code, duty.state) for duty in found] == [
            ("新小组", "2026-07", State.NOT_APPLICABLE),
            ("老小组", "2026-07", State.OVERDUE),
            ("新小组", "2026-08", State.OVERDUE),
            ("老小组", "2026-08", State.NOT_APPLICABLE),
            ("新小组", "2026-09", State.OVERDUE),
        ]

    def test_without_groups_there_is_no_such_duty(self, branch):
        assert judged(branch, kinds=[Kind.GROUP_MEETING]) == {}


class TestBranchesThatComeAndGo:
    def test_founded_within_the_period_owes_nothing_for_it(self, school):
        young = cast.found(school.physics, "新支部", Branch.Level.BRANCH, "n1", founded_on=date(2026, 8, 2))
        cast.a_member(young)
        states = judged(young, kinds=[Kind.THEME_DAY, Kind.GENERAL_MEETING])
        assert states == {
            "general_meeting:2026Q3": State.NOT_APPLICABLE,
            "theme_day:2026-07": State.NOT_APPLICABLE,
            "theme_day:2026-08": State.NOT_APPLICABLE,
            "theme_day:2026-09": State.OVERDUE,
        }

    def test_dissolved_within_the_period_owes_nothing_for_it(self, branch):
        Branch.objects.filter(pk=branch.pk).update(dissolved_on=date(2026, 8, 31))
        states = judged(branch, kinds=[Kind.THEME_DAY])
        assert list(states.values()) == [State.OVERDUE, State.NOT_APPLICABLE, State.NOT_APPLICABLE]

    def test_dissolved_before_the_period_is_no_branch_of_it(self, branch):
        Branch.objects.filter(pk=branch.pk).update(dissolved_on=date(2026, 7, 1))
        assert judged(branch) == {}

    def test_founded_after_the_period_is_no_branch_of_it(self, school):
        young = cast.found(school.physics, "新支部", Branch.Level.BRANCH, "n1", founded_on=date(2026, 10, 1))
        assert judged(young) == {}

    def test_a_branch_nobody_belonged_to_owes_nothing(self, school):
        member = cast.a_member(school.students, joined=date(2026, 8, 5), full=None)
        MembershipSpell.objects.filter(member=member).update(until=date(2026, 8, 20))
        states = judged(school.students, kinds=[Kind.THEME_DAY])
        assert list(states.values()) == [State.NOT_APPLICABLE, State.OVERDUE, State.NOT_APPLICABLE]

    def test_a_functional_branch_owes_nothing(self, school):
        camp = cast.found(school.physics, "项目组", Branch.Level.BRANCH, "f1", form=Branch.Form.FUNCTIONAL)
        assert set(judged(camp).values()) == {State.NOT_APPLICABLE}

    def test_a_branch_that_moved_is_judged_where_it_stood(self, branch, school):
        tree.move(branch, school.music, on=date(2026, 8, 15), by=None)
        branch.refresh_from_db()
        inside = {
            root.short_name: [
                duty.period.code
                for duty in duties.evaluate(covering_ranges([root.path]), Q3, LATER, kinds=[Kind.THEME_DAY])
                if duty.branch_id == branch.pk
            ]
            for root in (school.physics, school.music)
        }
        assert inside == {"物理学院党委": ["2026-07"], "音乐学院党总支": ["2026-08", "2026-09"]}


class TestOnceAYear:
    """组织生活会 and 民主评议党员: 支部条例 17, 18, usually in the fourth quarter."""

    YEAR = Period.year(2026)

    @pytest.mark.parametrize(
        ("day", "state"),
        [
            (date(2026, 10, 20), State.TODO),
            (date(2026, 11, 29), State.TODO),
            (date(2026, 11, 30), State.DUE),
            (date(2026, 12, 31), State.DUE),
            (date(2027, 1, 1), State.OVERDUE),
        ],
    )
    def test_it_gets_pressing_in_its_last_month(self, branch, day, state):
        duty = one(branch, Kind.ORGANIZATION_LIFE_MEETING, self.YEAR, day)
        assert (duty.state, duty.opens_on) == (state, date(2026, 10, 1))

    def test_any_day_of_the_year_will_do(self, branch):
        cast.a_record(branch, "organization_life_meeting", date(2026, 1, 1))
        assert one(branch, Kind.ORGANIZATION_LIFE_MEETING, self.YEAR).is_met
        assert not one(branch, Kind.ORGANIZATION_LIFE_MEETING, Period.year(2025)).is_met

    def test_one_meeting_may_be_both(self, branch):
        day, kind = date(2026, 10, 19), "organization_life_meeting"
        cast.a_record(branch, kind, day, also_kinds=joined(["democratic_review"]))
        kinds = (Kind.ORGANIZATION_LIFE_MEETING, Kind.DEMOCRATIC_REVIEW)
        assert [one(branch, kind, self.YEAR).state for kind in kinds] == [State.DONE, State.DONE]

    @pytest.mark.parametrize(
        ("founded_on", "is_required"),
        [(date(2026, 3, 1), True), (date(2026, 10, 1), True), (date(2026, 10, 2), False)],
    )
    def test_a_branch_founded_before_its_time_owes_it(self, school, founded_on, is_required):
        young = cast.found(school.physics, "新支部", Branch.Level.BRANCH, "n1", founded_on=founded_on)
        cast.a_member(young)
        assert one(young, Kind.DEMOCRATIC_REVIEW, self.YEAR).is_required is is_required

    def test_a_quarter_has_no_yearly_duty(self, branch):
        assert judged(branch, Period.quarter(2026, 4), kinds=[Kind.DEMOCRATIC_REVIEW]) == {}


class TestCalendar:
    @pytest.mark.parametrize(("year", "last"), [(2024, 29), (2026, 28)])
    def test_february_ends_on_its_last_day(self, branch, year, last):
        february = Period.month(year, 2)
        cast.a_record(branch, "theme_day", date(year, 2, last))
        assert one(branch, Kind.THEME_DAY, february).held == 1
        assert one(branch, Kind.THEME_DAY, february).due_on == date(year, 2, last)
        assert one(branch, Kind.THEME_DAY, Period.month(year, 3)).held == 0

    def test_nothing_is_asked_before_the_rules_were_in_force(self, branch):
        assert judged(branch, Period.quarter(2018, 3)) == {}
        assert set(judged(branch, Period.quarter(2018, 4))) == {
            "committee_meeting:2018-11",
            "committee_meeting:2018-12",
            "theme_day:2018-11",
            "theme_day:2018-12",
        }

    def test_the_last_day_of_the_year_is_this_years(self, branch):
        cast.a_record(branch, "general_meeting", date(2025, 12, 31))
        assert one(branch, Kind.GENERAL_MEETING, Period.quarter(2025, 4)).is_met is True
        assert one(branch, Kind.GENERAL_MEETING, Period.quarter(2026, 1)).is_met is False


def test_only_branches_within_the_ranges_are_judged(school):
    found = duties.evaluate(covering_ranges([school.physics.path]), Q3, LATER)
    assert {duty.branch_id for duty in found} == {school.teachers.pk, school.students.pk}


def test_the_number_of_queries_does_not_depend_on_the_branches(school, django_assert_num_queries):
    everything = covering_ranges([school.root.path])
    with django_assert_num_queries(9):
        assert len({duty.branch_id for duty in duties.evaluate(everything, Q3, LATER)}) == 3
    for number in range(27):
        branch = cast.found(school.music, f"第{number}党支部", Branch.Level.BRANCH, f"b{number}")
        member = cast.a_member(branch)
        cast.a_post(member)
        cast.a_group(branch, member)
        cast.a_record(branch)
    with django_assert_num_queries(9):
        assert len({duty.branch_id for duty in duties.evaluate(everything, Q3, LATER)}) == 30
    assert Member.objects.count() == 27


def test_of_what_is_wanted_whole_every_state_is_told(school):
    cast.a_member(school.students)
    cast.a_record(school.students, "theme_day", date(2026, 8, 3))
    everything = duties.evaluate(covering_ranges([school.physics.path]), Q3, LATER)
    found = duties.evaluate(
        covering_ranges([school.physics.path]),
        Q3,
        LATER,
        only=duties.PRESSING,
        whole=lambda rule, sub: rule.name == Kind.THEME_DAY and sub == AUGUST,
    )
    assert [duty.subject for duty in found] == [
        duty.subject
        for duty in everything
        if duty.state == State.OVERDUE or (duty.rule.name == Kind.THEME_DAY and duty.period == AUGUST)
    ]
    assert State.DONE_LATE in [duty.state for duty in found]


def test_lots_count_every_duty_once_and_stand_where_their_first_one_does(school):
    cast.a_member(school.students)
    cast.a_record(school.students, "theme_day", date(2026, 8, 3))
    found = duties.evaluate(covering_ranges([school.root.path]), Q3, LATER)
    lots = duties.lots(found)
    alike = [(duty.rule, duty.period, duty.state) for duty in found]
    assert [lot[:3] for lot in lots] == list(dict.fromkeys(alike))
    assert [lot.number for lot in lots] == [alike.count(lot[:3]) for lot in lots]
    for fact in ("is_required", "is_met", "is_missed", "due_on"):
        assert {getattr(lot, fact) for lot in lots} == {getattr(duty, fact) for duty in found}
    assert sum(lot.number for lot in lots if lot.is_required) == sum(duty.is_required for duty in found)
