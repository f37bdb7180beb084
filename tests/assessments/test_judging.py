"""What graders enter: points within their item, deductions within their limit, gates with their basis."""

from datetime import date
from decimal import Decimal

import pytest

from assessments import gathering, judging, rounds
from assessments.models import Points
from assessments.refusals import AssessmentError, Conflict
from branches.roles import Role
from tests import cast
from tests.assessments.scene import fresh, kept


@pytest.fixture
def subject(drafted, staff):
    """甲书记 in a round under the scheme with graders, deductions and a gate."""
    rounds.change(
        drafted, version=1, scheme=kept("work"), name="甲", report_due_on=date(2026, 12, 20), by=staff
    )
    rounds.open_reports(drafted, by=staff)
    return fresh(drafted).subjects.select_related("round", "member").first()


def raw(subject, code):
    [judged] = gathering.judged(fresh(subject.round), [subject], date(2026, 12, 10))
    return next(line.raw for line in judged.score.lines if line.code == code)


class TestPoints:
    def test_the_mean_of_the_graders_counts(self, school, subject, staff):
        other = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        judging.give_points(subject, "check", Decimal(90), version=0, by=staff)
        judging.give_points(subject, "check", Decimal("85.5"), version=0, by=other)
        assert raw(subject, "check") == Decimal("87.75")

    def test_changed_and_taken_back(self, subject, staff):
        judging.give_points(subject, "check", Decimal(90), version=0, by=staff)
        judging.give_points(subject, "check", Decimal(80), version=1, by=staff)
        assert raw(subject, "check") == 80
        judging.give_points(subject, "check", None, version=2, by=staff)
        assert (raw(subject, "check"), Points.objects.count()) == (None, 0)

    def test_two_windows_of_one_grader(self, subject, staff):
        judging.give_points(subject, "check", Decimal(90), version=0, by=staff)
        with pytest.raises(Conflict, match="“考核组评分”的得分刚在别处改为 90 分"):
            judging.give_points(subject, "check", Decimal(10), version=0, by=staff)

    @pytest.mark.parametrize("value", ["-0.01", "100.01"])
    def test_outside_its_item(self, subject, staff, value):
        with pytest.raises(AssessmentError, match="“考核组评分”的得分应在 0 至 100 之间"):
            judging.give_points(subject, "check", Decimal(value), version=0, by=staff)

    @pytest.mark.parametrize("item", ["duties", "review", "x"])
    def test_what_nobody_gives_points_for(self, subject, staff, item):
        with pytest.raises(AssessmentError, match=f"没有可以打分的项目“{item}”"):
            judging.give_points(subject, item, Decimal(90), version=0, by=staff)

    def test_not_about_oneself(self, school, subject):
        own = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        subject.member.account = own
        subject.member.save()
        with pytest.raises(AssessmentError, match="自己的得分由另一人登记"):
            judging.give_points(subject, "check", Decimal(100), version=0, by=own)

    def test_nothing_after_the_grades_are_published(self, subject, staff):
        type(subject.round).objects.update(state="published")
        with pytest.raises(AssessmentError, match="时才能这样做"):
            judging.give_points(subject, "check", Decimal(90), version=0, by=staff)


class TestDeductions:
    def test_within_their_limit(self, subject, staff):
        made = judging.deduct(subject, Decimal(8), "迟交报告", by=staff)
        with pytest.raises(AssessmentError, match="合计不超过 10 分；已扣 8 分"):
            judging.deduct(subject, Decimal("2.5"), "缺席会议", by=staff)
        judging.give_back(made, by=staff)
        judging.deduct(subject, Decimal(10), "缺席会议", by=staff)
        assert [row.points for row in subject.deductions.all()] == [10]

    @pytest.mark.parametrize(("points", "reason"), [(0, "迟交报告"), (-1, "迟交报告"), (1, "迟")])
    def test_some_points_for_a_reason(self, subject, staff, points, reason):
        with pytest.raises(AssessmentError, match="扣分"):
            judging.deduct(subject, Decimal(points), reason, by=staff)


class TestGates:
    def test_open_with_a_basis(self, subject, staff):
        with pytest.raises(AssessmentError, match="请写明“所在单位年度考核为优秀”的依据"):
            judging.answer_gate(subject, "annual", is_open=True, basis=" ", by=staff)
        judging.answer_gate(subject, "annual", is_open=True, basis="校发〔2026〕9号", by=staff)
        [judged] = gathering.judged(fresh(subject.round), [subject], date(2026, 12, 10))
        assert judged.inputs.gates == {"annual": True}

    def test_an_unknown_one(self, subject, staff):
        with pytest.raises(AssessmentError, match="没有条件“x”"):
            judging.answer_gate(subject, "x", is_open=False, basis="", by=staff)
