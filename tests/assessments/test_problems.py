"""整改清单: written by staff or the secretary, reported done by him, checked by another, told again next year."""

from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import AuditEntry
from assessments import problems, rounds
from assessments.models import Problem, Round
from assessments.problems import Facts
from assessments.refusals import AssessmentError, Conflict
from branches.roles import Role
from tests import cast

TODAY = date(2026, 12, 10)
FACTS = Facts("主题党日少开两次", "排出全年计划，按月公布", "甲书记", date(2027, 3, 31))


@pytest.fixture
def line(subject, staff):
    return problems.add(subject, FACTS, by=staff)


def stage(line, on=TODAY):
    line.refresh_from_db()
    return str(problems.stage_of(line, on))


class TestTheWayOfALine:
    def test_reported_turned_down_reported_again_and_checked(self, line, author, staff):
        problems.report(line, "计划已公布。", done_on=None, version=1, by=author)
        assert stage(line) == "open"
        problems.report(line, "计划已公布，每月照开。", done_on=TODAY, version=2, by=author)
        assert stage(line) == "done"
        problems.check(line, "还差一次补开", is_met=False, version=3, by=staff)
        assert (stage(line), line.check_result) == ("open", "还差一次补开")
        problems.report(line, "已补开。", done_on=TODAY, version=4, by=author)
        problems.check(line, "已补开，属实", is_met=True, version=5, by=staff)
        assert (stage(line), line.checked_on) == ("checked", TODAY)
        told = AuditEntry.objects.filter(action__startswith="rectification.").order_by("at", "pk")
        assert sorted(told.values_list("action", flat=True)) == [
            "rectification.add",
            "rectification.check",
            *["rectification.report"] * 3,
            "rectification.turn_down",
        ]

    def test_late_the_day_after_its_deadline(self, line):
        assert [stage(line, line.due_on + timedelta(days=days)) for days in (0, 1)] == ["open", "late"]

    def test_each_stage_finds_what_stands_there(self, line, author):
        late = line.due_on + timedelta(days=1)
        for on in (TODAY, late):
            found = {
                each.value: Problem.objects.filter(problems.at(each.value, on)).count()
                for each in problems.Stage
            }
            assert found == {**dict.fromkeys(problems.Stage, 0), stage(line, on): 1}

    def test_written_by_the_secretary_himself_and_changed(self, subject, author):
        line = problems.add(subject, FACTS, by=author)
        problems.change(line, Facts("甲乙丙丁", "戊己庚辛", "乙委员", FACTS.due_on), version=1, by=author)
        line.refresh_from_db()
        assert (line.problem, line.owner, line.version) == ("甲乙丙丁", "乙委员", 2)

    def test_it_goes_on_when_the_round_is_archived(self, line, author):
        Round.objects.update(state="archived")
        problems.report(line, "已公布计划。", done_on=TODAY, version=1, by=author)
        assert stage(line) == "done"

    def test_one_written_by_mistake_is_taken_away(self, line, staff, author):
        problems.report(line, "已公布计划。", done_on=None, version=1, by=author)
        with pytest.raises(AssessmentError, match="已经报告过整改情况的事项不能删去"):
            problems.drop(line, version=2, by=staff)
        Problem.objects.update(evidence="")
        problems.drop(line, version=2, by=staff)
        assert not Problem.objects.exists()


class TestRefused:
    def test_of_two_edits_the_second_is_told(self, line, author, staff):
        problems.report(line, "已公布计划。", done_on=TODAY, version=1, by=author)
        for verb in (
            lambda: problems.report(line, "另一个窗口", done_on=None, version=1, by=author),
            lambda: problems.check(line, "属实", is_met=True, version=1, by=staff),
            lambda: problems.change(line, FACTS, version=1, by=staff),
            lambda: problems.drop(line, version=1, by=staff),
        ):
            with pytest.raises(Conflict, match="这一项刚被别人改过"):
                verb()

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"problem": "少"}, "请写明问题，4 至 300 个字。"),
            ({"measure": ""}, "请写明整改措施，4 至 300 个字。"),
            ({"owner": "甲"}, "请写明责任人，2 至 40 个字。"),
            ({"due_on": date(2026, 12, 9)}, "完成期限不能早于评定会议的日期（2026-12-10）。"),
        ],
    )
    def test_what_a_line_lacks(self, subject, staff, changes, sentence):
        with pytest.raises(AssessmentError, match=sentence):
            problems.add(subject, Facts(**{**FACTS.as_told(), "due_on": FACTS.due_on, **changes}), by=staff)

    def test_done_tomorrow(self, line, author):
        with pytest.raises(AssessmentError, match="完成日期不能晚于今天（2026-12-10）。"):
            problems.report(line, "已公布计划。", done_on=date(2026, 12, 11), version=1, by=author)

    def test_checked_before_it_is_done_or_twice(self, line, staff, author):
        with pytest.raises(AssessmentError, match="书记还没有报告完成"):
            problems.check(line, "属实", is_met=True, version=1, by=staff)
        Problem.objects.update(done_on=TODAY, checked_on=TODAY)
        for verb in (
            lambda: problems.check(line, "属实", is_met=True, version=1, by=staff),
            lambda: problems.report(line, "又有进展。", done_on=TODAY, version=1, by=author),
        ):
            with pytest.raises(AssessmentError, match="这一项已经核查"):
                verb()
        with pytest.raises(AssessmentError, match="已经报告完成的事项不能再改"):
            problems.change(line, FACTS, version=1, by=staff)

    def test_everybody_does_his_own_part(self, line, author, staff, school):
        with pytest.raises(AssessmentError, match="由书记本人办理"):
            problems.report(line, "已公布计划。", done_on=TODAY, version=1, by=staff)
        stranger = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        with pytest.raises(AssessmentError, match="由组织它的党组织的工作人员办理"):
            problems.add(line.subject, FACTS, by=stranger)
        cast.give(author, Role.COMMITTEE_STAFF, school.physics)
        problems.report(line, "已公布计划。", done_on=TODAY, version=1, by=author)
        with pytest.raises(AssessmentError, match="由另一人办理"):
            problems.check(line, "属实", is_met=True, version=2, by=author)

    def test_not_before_the_grades_are_published(self, grading, staff):
        with pytest.raises(AssessmentError, match="在“已公布、已归档”时才能这样做"):
            problems.add(grading.subjects.first(), FACTS, by=staff)


class TestNextYear:
    def test_the_list_comes_back_with_where_it_stands(self, line, staff, published):
        with time_machine.travel("2027-11-01 10:00 +0800", tick=False):
            made = rounds.copy(published, by=staff)
            [again] = problems.lines(
                problems.before(made.subjects.get(member__name="甲书记")), date(2027, 11, 1)
            )
        assert (again.problem.problem, again.look, again.word) == ("主题党日少开两次", "late", "已过期限")
        assert list(problems.before(made.subjects.get(member__name="乙书记"))) == []

    def test_what_was_settled_earlier_does_not_come_back_for_ever(self, line, published, staff):
        Problem.objects.update(done_on=TODAY, checked_on=TODAY)
        with time_machine.travel("2027-11-01 10:00 +0800", tick=False):
            made = rounds.copy(published, by=staff)
        subject = made.subjects.select_related("round").get(member__name="甲书记")
        assert len(problems.before(subject)) == 1
        subject.round.year = 2028
        assert list(problems.before(subject)) == []
