"""Notices and tasks from above: who is asked, what returns them, what is late, and what opens them again."""

from datetime import date

import pytest
import time_machine

from activities import assignments, records, returns
from activities.assignment_lists import standings
from activities.assignments import AssignmentError
from activities.models import Assignment, AssignmentReturn, Campaign
from activities.models.assignments import State
from branches import tree
from branches.models import Branch
from branches.roles import Role
from members import restructuring
from tests import cast

OCTOBER = {"opens_on": date(2026, 10, 1), "due_on": date(2026, 10, 31)}


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="学院组织员")


@pytest.fixture
def issue(staff, school):
    def issue(
        title="参观校史馆", by=staff, organisation=school.physics, nature="task", kind="theme_day", **more
    ):
        facts = {**OCTOBER, "nature": nature, "kind": kind, "title": title}
        return assignments.issue(by=by, organisation=organisation, **{**facts, **more})

    return issue


def row_of(assignment, branch):
    return AssignmentReturn.objects.get(assignment=assignment, branch=branch)


def state_of(assignment, branch, day=date(2026, 10, 20)):
    return returns.state_of(row_of(assignment, branch), day)


def asked(assignment):
    return [row.branch.short_name for row in assignment.returns.all()]


class TestWhoIsAsked:
    def test_all_branches_below_in_official_order(self, issue):
        assert asked(issue()) == ["物理教师党支部", "物理学生党支部"]

    def test_of_a_category_or_picked(self, issue, school):
        assert asked(issue(categories=["student"])) == ["物理学生党支部"]
        assert asked(issue(picked=[school.teachers])) == ["物理教师党支部"]

    def test_the_university_sends_for_itself_to_a_college(self, issue, school):
        keeper = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        made = issue(by=keeper, organisation=school.music)
        assert (made.issuer, asked(made)) == (school.root, ["音乐教师党支部"])

    def test_nobody_sends_beyond_what_he_keeps(self, issue, school, secretary):
        with pytest.raises(AssignmentError, match="只能发给本单位所属的党支部"):
            issue(organisation=school.music)
        with pytest.raises(AssignmentError, match="只能发给本单位所属的党支部"):
            issue(by=secretary, organisation=school.teachers)
        assert not Assignment.objects.exists()

    def test_a_foreign_branch_cannot_be_picked(self, issue, school):
        with pytest.raises(AssignmentError, match="不在发送范围内"):
            issue(picked=[school.teachers, school.musicians])

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"due_on": date(2026, 9, 30)}, "截止日期不能早于开始日期。"),
            ({"opens_on": date(2026, 9, 1), "due_on": date(2026, 10, 19)}, "截止日期已经过去"),
            ({"nature": "notice"}, "通知只需阅读；要求开展活动的，请选择“任务”。"),
            ({"categories": ["retired"]}, "这个范围内没有符合条件的党支部"),
        ],
    )
    def test_refused(self, issue, facts, said):
        with pytest.raises(AssignmentError, match=said):
            issue(**facts)

    def test_a_campaign_of_another_time_is_refused(self, issue):
        over = Campaign.objects.create(name="旧专题", started_on=date(2025, 1, 1), ended_on=date(2025, 6, 1))
        with pytest.raises(AssignmentError, match="“旧专题”不在这段时间内") as refused:
            issue(campaign=over)
        assert refused.value.field == "campaign"


class TestThoseWhoComeAndGo:
    def test_founded_meanwhile_is_asked_from_then_on(self, issue, school):
        made = issue()
        picked = issue("只给教师", picked=[school.teachers])
        with time_machine.travel("2026-10-25 10:00 +0800", tick=False):
            new = cast.found(
                school.physics, "新支部", Branch.Level.BRANCH, "001001003", founded_on=date(2026, 10, 25)
            )
            assert assignments.enlist(date(2026, 10, 25)) == 1
            assert assignments.enlist(date(2026, 10, 25)) == 0
        assert state_of(made, new) == State.OPEN
        assert len(asked(picked)) == 1

    def test_founded_after_it_was_due_is_not(self, issue, school):
        made = issue()
        with time_machine.travel("2026-11-05 10:00 +0800", tick=False):
            cast.found(
                school.physics, "新支部", Branch.Level.BRANCH, "001001003", founded_on=date(2026, 11, 5)
            )
            assert assignments.enlist(date(2026, 11, 5)) == 0
        assert len(asked(made)) == 2

    def test_dissolved_before_is_not_asked_and_meanwhile_no_more(self, issue, school):
        tree.dissolve(school.students, date(2026, 10, 10), by=None)
        assert asked(issue()) == ["物理教师党支部"]
        made = issue("第二项")
        tree.dissolve(school.teachers, date(2026, 10, 20), by=None)
        assert state_of(made, school.teachers) == State.GONE

    def test_merged_the_heir_reads_it_and_is_asked_in_its_place(self, issue, branch, school):
        keeper = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        made = issue(picked=[school.teachers])
        for member in list(branch.members.all()):
            member.posts.all().delete()
        restructuring.merge([school.teachers], school.students, on=date(2026, 10, 20), by=keeper)
        old = row_of(made, school.teachers)
        assert (old.branch_path, state_of(made, school.teachers)) == (school.students.path, State.GONE)
        assert assignments.enlist(date(2026, 10, 20)) == 1
        assert state_of(made, school.students) == State.OPEN
        assert [row.branch for row in returns.open_of(school.students.path, date(2026, 10, 20))] == [
            school.students
        ]

    def test_a_moved_branch_takes_it_along(self, issue, school, staff):
        made = issue()
        tree.move(school.students, school.music, by=None)
        school.students.refresh_from_db()
        row = row_of(made, school.students)
        assert row.branch_path == school.students.path
        assert not AssignmentReturn.objects.visible_to(staff).filter(pk=row.pk).exists()


class TestReturning:
    def test_by_a_record_of_the_kind_since_the_window_opened(self, issue, branch, secretary):
        made = issue()
        row = row_of(made, branch)
        cast.a_record(branch, "theme_day", date(2026, 9, 28))
        cast.a_record(branch, "party_lecture", date(2026, 10, 10))
        right = cast.a_record(branch, "theme_day", date(2026, 10, 12))
        both = cast.a_record(branch, "general_meeting", date(2026, 10, 14), also_kinds=" theme_day ")
        assert list(returns.candidates(row)) == [both, right]
        returns.link(row, right, by=secretary)
        assert state_of(made, branch) == State.DONE
        returns.link(row, both, by=secretary)
        assert (state_of(made, branch), row_of(made, branch).record) == (State.DONE, both)

    @pytest.mark.parametrize(
        ("kind", "day", "said"),
        [
            ("theme_day", date(2026, 9, 28), "早于任务开始的 2026-10-01"),
            ("party_lecture", date(2026, 10, 10), "这项任务要报主题党日，这条记录是党课。"),
        ],
    )
    def test_another_record_is_refused(self, issue, branch, secretary, kind, day, said):
        made = issue()
        with pytest.raises(AssignmentError, match=said):
            returns.link(row_of(made, branch), cast.a_record(branch, kind, day), by=secretary)
        assert state_of(made, branch) == State.OPEN

    def test_a_record_of_another_branch_is_refused(self, issue, branch, school, staff):
        cast.a_member(school.students)
        made, foreign = issue(), cast.a_record(school.students, "theme_day", date(2026, 10, 12))
        with pytest.raises(AssignmentError, match="只能报本支部的记录"):
            returns.link(row_of(made, branch), foreign, by=staff)

    def test_late_is_a_fact_and_still_possible(self, issue, branch, secretary):
        made = issue()
        assert state_of(made, branch, date(2026, 11, 1)) == State.OVERDUE
        with time_machine.travel("2026-11-03 10:00 +0800", tick=False):
            record = cast.a_record(branch, "theme_day", date(2026, 11, 2))
            returns.link(row_of(made, branch), record, by=secretary)
            assert state_of(made, branch, date(2026, 11, 3)) == State.LATE

    def test_in_time_stays_so_when_another_record_takes_its_place(self, issue, branch, secretary):
        made = issue()
        returns.link(
            row_of(made, branch), cast.a_record(branch, "theme_day", date(2026, 10, 12)), by=secretary
        )
        with time_machine.travel("2026-11-03 10:00 +0800", tick=False):
            other = cast.a_record(branch, "theme_day", date(2026, 10, 13))
            returns.link(row_of(made, branch), other, by=secretary)
            assert state_of(made, branch, date(2026, 11, 3)) == State.DONE

    def test_a_withdrawn_record_opens_it_again(self, issue, branch, secretary):
        made, record = issue(), cast.a_record(branch, "theme_day", date(2026, 10, 12))
        returns.link(row_of(made, branch), record, by=secretary)
        records.withdraw(record, by=secretary, version=1, reason="重复")
        assert state_of(made, branch) == State.OPEN
        assert [row.assignment for row in returns.open_of(branch.path, date(2026, 10, 20))] == [made]

    def test_so_does_one_moved_before_the_window(self, issue, branch, secretary):
        made, record = issue(), cast.a_record(branch, "theme_day", date(2026, 10, 12))
        returns.link(row_of(made, branch), record, by=secretary)
        marks = cast.all_present("theme_day", branch, date(2026, 9, 20))
        records.correct(record, by=secretary, version=1, held_on=date(2026, 9, 20), marks=marks)
        assert state_of(made, branch) == State.OPEN

    def test_in_words_where_no_record_is_asked_for(self, issue, branch, secretary):
        made, strict = issue(kind=""), issue("要记录")
        returns.say(row_of(made, branch), "已传达到每名党员", by=secretary)
        assert state_of(made, branch) == State.DONE
        with pytest.raises(AssignmentError, match="这项任务要报一次主题党日的记录"):
            returns.say(row_of(strict, branch), "做了", by=secretary)

    def test_a_notice_is_only_read(self, issue, branch, secretary):
        made = issue(nature="notice", kind="")
        row = row_of(made, branch)
        with pytest.raises(AssignmentError, match="通知只需阅读"):
            returns.say(row, "收到", by=secretary)
        returns.read(row, by=secretary)
        assert (state_of(made, branch), returns.word_of(made, State.DONE)) == (State.DONE, "已阅")

    def test_not_by_a_strangers_secretary(self, issue, branch, school):
        stranger = cast.a_user(Role.SECRETARY, school.students)
        with pytest.raises(AssignmentError, match="由本支部书记、记录员或上级工作人员办理"):
            returns.read(row_of(issue(nature="notice", kind=""), branch), by=stranger)


class TestNotApplicable:
    def test_agreed_above(self, issue, branch, secretary, staff):
        made = issue()
        returns.claim(row_of(made, branch), "全体在外实习", by=secretary)
        assert state_of(made, branch) == State.ASKED
        assert not returns.open_of(branch.path, date(2026, 10, 20)).exists()
        returns.answer(row_of(made, branch), agrees=True, words="", by=staff)
        assert state_of(made, branch) == State.EXEMPT

    def test_refused_with_a_reason_it_is_open_again(self, issue, branch, secretary, staff):
        made = issue()
        returns.claim(row_of(made, branch), "太忙", by=secretary)
        with pytest.raises(AssignmentError, match="不同意的，请写明理由"):
            returns.answer(row_of(made, branch), agrees=False, words=" ", by=staff)
        returns.answer(row_of(made, branch), agrees=False, words="可利用晚上", by=staff)
        assert state_of(made, branch) == State.OPEN

    def test_nobody_answers_himself_and_nobody_twice(self, issue, branch, staff):
        made = issue()
        returns.claim(row_of(made, branch), "在外实习", by=staff)
        with pytest.raises(AssignmentError, match="自己提出的申请由另一人答复"):
            returns.answer(row_of(made, branch), agrees=True, words="", by=staff)
        with pytest.raises(AssignmentError, match="现在是“申请不适用”"):
            returns.claim(row_of(made, branch), "还是不适用", by=staff)


class TestChanging:
    def test_a_correction_keeps_what_it_was(self, issue, staff):
        made = issue()
        facts = {**OCTOBER, "title": "参观校史馆和档案馆", "kind": "theme_day"}
        assignments.correct(made, by=staff, version=1, **{**facts, "due_on": date(2026, 11, 10)})
        [(_version, changed)] = assignments.history_of(Assignment.objects.get())
        assert [(each.label, each.before, each.after) for each in changed] == [
            ("标题", "参观校史馆", "参观校史馆和档案馆"),
            ("截止日期", "2026-10-31", "2026-11-10"),
        ]

    def test_two_at_once_do_not_overwrite_each_other(self, issue, staff):
        made = issue()
        assignments.correct(made, by=staff, version=1, **OCTOBER, title="甲")
        with pytest.raises(AssignmentError, match="刚由其他人修改过"):
            assignments.correct(made, by=staff, version=1, **OCTOBER, title="乙")

    def test_withdrawn_it_asks_for_nothing_and_stays_to_be_read(self, issue, staff, branch, secretary):
        made = issue()
        assignments.withdraw(made, by=staff, version=1, reason="与校级活动重复")
        assert not returns.open_of(branch.path, date(2026, 10, 20)).exists()
        assert list(Assignment.objects.visible_to(secretary)) == [made]
        with pytest.raises(AssignmentError, match="已由上级撤回"):
            returns.claim(row_of(made, branch), "不适用", by=secretary)

    def test_only_the_issuer_changes_it(self, issue, school, staff):
        made = issue(by=cast.a_user(Role.ORGANIZATION_STAFF, school.root), organisation=school.physics)
        with pytest.raises(AssignmentError, match="只有党委的工作人员可以修改或撤回"):
            assignments.withdraw(made, by=staff, version=1, reason="重复")


class TestChasing:
    def test_only_those_who_have_not_returned_and_once_a_day(self, issue, staff, branch, secretary, school):
        made = issue()
        returns.link(
            row_of(made, branch), cast.a_record(branch, "theme_day", date(2026, 10, 12)), by=secretary
        )
        assert assignments.chase(made, by=staff, today=date(2026, 10, 20)) == 1
        assert row_of(made, school.students).chased_on == date(2026, 10, 20)
        with pytest.raises(AssignmentError, match="今天已经催办过，明天再催。"):
            assignments.chase(made, by=staff, today=date(2026, 10, 20))
        assert assignments.chase(made, by=staff, today=date(2026, 10, 21)) == 1

    def test_nobody_left_to_be_reminded(self, issue, staff, branch, secretary):
        made = issue(picked=[branch])
        returns.claim(row_of(made, branch), "在外实习", by=secretary)
        with pytest.raises(AssignmentError, match="没有需要催办的党支部"):
            assignments.chase(made, by=staff, today=date(2026, 10, 20))


def test_counts_are_those_one_sees(issue, school, branch, secretary, staff, django_assert_num_queries):
    made, other = issue(), issue("第二项", kind="")
    returns.say(row_of(other, branch), "完成", by=secretary)
    with django_assert_num_queries(1):
        found = standings([made, other], staff, date(2026, 10, 20))
    assert [(each.total, each.returned, each.waiting) for each in found] == [(2, 0, 2), (2, 1, 1)]
    [own, _] = standings([made, other], secretary, date(2026, 10, 20))
    assert (own.total, own.only.branch) == (1, branch)
