"""The rules of admission (接收预备党员): a case that passes, one on the boundary, one refused or late."""

from datetime import date

import pytest

from branches.models import Branch
from branches.roles import Role
from members import local_rules
from members.development import loading, record
from members.development.recording import Refused
from members.development.rules import RULES
from members.development.vocabulary import Step
from tests import cast
from tests.members.development.way import against, late_on, refused

S = Step
TRAINING = local_rules.TRAINING_MONTHS
pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 20)


class TestFZ14Present:
    @pytest.mark.parametrize(("expected", "present"), [(5, 3), (4, 3)])
    def test_more_than_half(self, way, expected, present):
        way.before(S.ADMISSION_MEETING)
        votes = {"expected": expected, "present": present, "in_favour": present}
        assert way.take(
            S.ADMISSION_MEETING, **votes, uncounted_reason="" if expected == 5 else "一人长期卧床"
        )

    def test_exactly_half_is_refused(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"expected": 4, "present": 2, "in_favour": 2, "written_for": 1}
        found = refused(way, S.ADMISSION_MEETING, **votes, uncounted_reason="一人长期卧床")
        assert found == against("FZ-14")


class TestFZ15InFavour:
    def test_written_opinions_count(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"present": 3, "in_favour": 2, "against": 1, "written_for": 1}
        assert way.take(S.ADMISSION_MEETING, **votes).is_effective

    def test_exactly_half_is_refused(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"expected": 4, "present": 3, "in_favour": 2, "against": 1}
        found = refused(way, S.ADMISSION_MEETING, **votes, uncounted_reason="一人长期卧床")
        assert found == against("FZ-15")

    def test_a_meeting_that_did_not_pass_is_kept(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"in_favour": 2, "against": 2, "result": "failed"}
        assert way.take(S.ADMISSION_MEETING, **votes).is_effective is False
        assert way.take(S.ADMISSION_MEETING, date(2025, 8, 10)).is_effective

    @pytest.mark.parametrize(
        ("votes", "is_refused"),
        [
            ({"present": 3, "in_favour": 3}, True),
            ({"present": 3, "in_favour": 2, "against": 1, "written_for": 1}, True),
            ({"present": 3, "in_favour": 2, "against": 1}, False),
            ({"present": 2, "in_favour": 2, "written_for": 1}, False),
        ],
        ids=["carried", "carried by a written opinion", "not carried", "no quorum"],
    )
    def test_what_was_carried_is_not_written_down_as_failed(self, way, votes, is_refused):
        way.before(S.ADMISSION_MEETING)
        votes = {"result": "failed", **votes}
        if is_refused:
            assert refused(way, S.ADMISSION_MEETING, **votes) == against("FZ-15")
        else:
            assert way.take(S.ADMISSION_MEETING, **votes).is_effective is False

    @pytest.mark.parametrize(
        "votes",
        [
            {"expected": 6},
            {"expected": 4, "present": 4},
            {"present": 3},
            {"written_for": 2},
        ],
        ids=[
            "more than the roster",
            "fewer without a reason",
            "more ballots than people",
            "more than expected",
        ],
    )
    def test_votes_that_cannot_be(self, way, votes):
        way.before(S.ADMISSION_MEETING)
        assert refused(way, S.ADMISSION_MEETING, **votes) == against("FZ-14")


class TestBallots:
    @pytest.mark.parametrize(
        ("ballots", "is_refused"),
        [
            ({"handed_out": 4, "returned": 4}, False),
            ({"handed_out": 4, "returned": 3, "in_favour": 3}, False),
            ({"handed_out": 5, "returned": 4}, True),
            ({"handed_out": 3, "returned": 4}, True),
            ({"handed_out": 4, "returned": 3}, True),
        ],
    )
    def test_handed_out_returned_and_counted(self, way, ballots, is_refused):
        way.before(S.ADMISSION_MEETING)
        if is_refused:
            assert {code for code, _, _ in refused(way, S.ADMISSION_MEETING, **ballots)} == {"FZ-14"}
        else:
            assert way.take(S.ADMISSION_MEETING, **ballots)


class TestFZ18TheCommitteesVote:
    @pytest.mark.parametrize(
        ("votes", "result", "said"),
        [
            ({}, "approved", ""),
            ({"expected": 9, "present": 8, "for": 5, "against": 3}, "approved", ""),
            ({"expected": 9, "present": 8, "for": 4, "against": 4}, "refused", ""),
            ({"expected": 8, "present": 8, "for": 4}, "approved", "同意4人，没有超过半数"),
            ({"expected": 9, "present": 8, "for": 5}, "refused", "已超过半数，与所填的“不批准”不符"),
            ({"expected": 8, "present": 9, "for": 5}, "approved", "实到不能多于应到"),
            ({"expected": 9, "present": 5, "for": 5, "void": 1}, "approved", "票数不能多于实到"),
        ],
    )
    def test_where_it_is_written_down_it_carries_the_decision(self, way, votes, result, said):
        way.before(S.ADMISSION_APPROVAL)
        facts = {f"committee_{name}": number for name, number in votes.items()} | {"result": result}
        if said:
            with pytest.raises(Refused, match=said):
                way.take(S.ADMISSION_APPROVAL, **facts)
        else:
            assert way.take(S.ADMISSION_APPROVAL, **facts).is_effective == (result == "approved")

    def test_stands_in_the_record_of_the_whole_way(self, way):
        way.before(S.ADMISSION_APPROVAL)
        way.take(S.ADMISSION_APPROVAL, committee_expected=9, committee_present=8, committee_for=8)
        written = dict(
            line
            for block in record.sections(way.development, loading.progress_of(way.development))
            for line in block.lines
        )
        assert "党委会应到委员：9；党委会实到委员：8；党委会同意票：8" in written["党委审批"]


class TestFZ16WhoApproves:
    def test_a_general_branch_does_not(self, way):
        Branch.objects.filter(pk=way.school.physics.pk).update(level="general_branch")
        assert refused(self.at_approval(way), S.ADMISSION_APPROVAL)[0][0] == "FZ-16"

    @pytest.mark.parametrize("form", ["temporary", "functional"])
    def test_neither_does_a_temporary_committee(self, way, form):
        Branch.objects.filter(pk=way.school.physics.pk).update(form=form)
        assert refused(self.at_approval(way), S.ADMISSION_APPROVAL)[0][0] == "FZ-16"

    def test_the_committee_above_it_does(self, way):
        Branch.objects.filter(pk=way.school.physics.pk).update(level="general_branch")
        staff = cast.a_user(Role.ORGANIZATION_STAFF, way.school.root)
        way.staff = staff
        assert way.walk(S.ADMISSION_APPROVAL).member.status == "probationary"

    @staticmethod
    def at_approval(way):
        college, way.staff = way.staff, cast.a_user(Role.ORGANIZATION_STAFF, way.school.root)
        way.before(S.ADMISSION_APPROVAL)
        way.staff = college
        return way


class TestZB08TemporaryBranch:
    @pytest.mark.parametrize("form", ["temporary", "functional"])
    def test_it_admits_nobody(self, way, form):
        way.before(S.ADMISSION_MEETING)
        Branch.objects.filter(pk=way.branch.pk).update(form=form)
        assert refused(way, S.ADMISSION_MEETING) == against("ZB-08")


class TestFZ17TheTalk:
    def test_no_approval_before_it(self, way):
        way.walk(S.ADMISSION_MEETING)
        assert refused(way, S.ADMISSION_APPROVAL) == against("FZ-17", TODAY)

    def test_on_the_same_day(self, way):
        way.before(S.ADMISSION_APPROVAL)
        assert way.take(S.ADMISSION_APPROVAL, date(2025, 8, 20))


class TestFZ18SpecialCircumstances:
    @pytest.mark.parametrize(
        ("on", "reason", "late"),
        [
            (date(2025, 11, 1), "", False),
            (date(2025, 11, 2), "", True),
            (date(2025, 11, 2), "  ", True),
            (date(2025, 12, 15), "党委换届", False),
            (date(2026, 2, 1), "党委换届", False),
            (date(2026, 2, 2), "党委换届", True),
        ],
    )
    def test_six_months_where_the_reason_is_written_down(self, way, on, reason, late):
        way.before(S.ADMISSION_APPROVAL)
        row = way.take(S.ADMISSION_APPROVAL, on, special_reason=reason)
        assert (row.is_late, way.member.status) == (late, "probationary")

    def test_what_is_pending_says_the_article_and_how_long_a_reason_counts(self, way):
        way.walk(S.COMMITTEE_TALK)
        said = late_on(way, date(2025, 11, 2))[S.ADMISSION_APPROVAL]
        assert said == (
            "“党委审批”应在2025年11月1日前完成，已经逾期。写明“超过三个月审批的特殊情况”的，最迟2026年2月1日。"
            f"（{RULES['FZ-18'].article}，FZ-18）"
        )
