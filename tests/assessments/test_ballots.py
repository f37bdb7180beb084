"""Ballots: once, unnamed, from groups of five and more; paper twice; after close no way from a mark to a person."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from django.core import serializers

from accounts.audit import remote_address
from accounts.models import AuditEntry
from assessments import ballots, gathering, rounds
from assessments.models import BallotCode, PaperSheet, Rating, Report
from assessments.refusals import AssessmentError
from assessments.schemes import Scale
from tests.assessments.scene import fresh, kept


@pytest.fixture
def balloting(drafted, staff):
    return opened(drafted, staff)


def opened(round_, staff):
    rounds.open_reports(round_, by=staff)
    Report.objects.filter(subject__round=round_).update(state="accepted")
    rounds.begin_ballot(round_, on=date(2026, 12, 10), place="", by=staff)
    return fresh(round_)


@pytest.fixture
def group(balloting):
    return balloting.groups.get(code="a")


def keys(round_):
    return list(round_.subjects.values_list("pk", flat=True))


class TestCodes:
    def test_a_code_votes_once(self, balloting, group, staff):
        code = ballots.issue(group, 5, by=staff)[0]
        first, second = keys(balloting)
        ballots.cast(f" {code[:4].lower()}-{code[4:]} ", {first: "好", second: ""})
        group.refresh_from_db()
        assert (list(Rating.objects.values_list("subject", "mark")), group.returned) == ([(first, "好")], 1)
        with pytest.raises(AssessmentError, match="这个测评码已经投过票"):
            ballots.cast(code, {first: "差"})

    def test_not_kept_as_it_is(self, group, staff):
        code = ballots.issue(group, 5, by=staff)[0]
        assert code not in serializers.serialize("json", BallotCode.objects.all())

    @pytest.mark.parametrize("code", ["", "ABCDEFGH", "好"])
    def test_an_unknown_code(self, balloting, code):
        with pytest.raises(AssessmentError, match="没有这个测评码"):
            ballots.cast(code, {})

    def test_after_close_nothing_is_taken(self, balloting, group, staff):
        code = ballots.issue(group, 5, by=staff)[0]
        ballots.close(balloting, by=staff)
        with pytest.raises(AssessmentError, match="没有这个测评码"):
            ballots.cast(code, {})

    @pytest.mark.parametrize(
        ("mark", "sentence"), [("优秀", "甲书记：“优秀”不是选票上的等次（好、较好、一般、差）。")]
    )
    def test_a_mark_that_is_none(self, balloting, group, staff, mark, sentence):
        code = ballots.issue(group, 5, by=staff)[0]
        with pytest.raises(AssessmentError) as refusal:
            ballots.cast(code, {keys(balloting)[0]: mark})
        assert str(refusal.value) == sentence
        ballots.cast(code, {keys(balloting)[0]: "好"})

    def test_somebody_of_another_round(self, balloting, group, staff):
        code = ballots.issue(group, 5, by=staff)[0]
        with pytest.raises(AssessmentError, match="不在本次名单中"):
            ballots.cast(code, {0: "好"})

    @pytest.mark.parametrize(
        ("mark", "is_taken"), [("0", True), ("100", True), ("101", False), ("-1", False), ("９", False)]
    )
    def test_points(self, drafted, staff, mark, is_taken):
        rounds.change(
            drafted,
            version=1,
            scheme=kept(scale=Scale.POINTS),
            name="甲",
            report_due_on=date(2026, 12, 20),
            by=staff,
        )
        assert (ballots.fault_of_mark(fresh(drafted).rules, mark) == "") is is_taken


class TestGroups:
    @pytest.mark.parametrize(("number", "is_refused"), [(4, True), (5, False)])
    def test_fewer_than_five_get_no_ballots_of_their_own(self, group, staff, number, is_refused):
        if is_refused:
            with pytest.raises(AssessmentError, match="少于 5 人的类别不单独发票，请并入其他类别"):
                ballots.issue(group, number, by=staff)
        else:
            assert len(set(ballots.issue(group, number, by=staff))) == 5

    def test_no_more_than_there_are_people(self, balloting, group, staff):
        ballots.name_raters(balloting, {"a": list("甲乙丙丁戊"), "b": list("己庚辛壬癸")}, by=staff)
        with pytest.raises(AssessmentError, match="名单上有 5 人，共发出 6 张票"):
            ballots.issue(group, 6, by=staff)
        ballots.issue(group, 5, by=staff)
        with pytest.raises(AssessmentError, match="已经发出，不能再改"):
            ballots.name_raters(balloting, {"a": ["甲"]}, by=staff)

    def test_a_person_in_two_groups_is_refused_by_name(self, balloting, staff):
        with pytest.raises(AssessmentError, match="“王老师”同时在“A票：校党委班子成员”和“B票"):
            ballots.name_raters(balloting, {"a": ["王老师"], "b": ["李老师", "王老师"]}, by=staff)


class TestPaper:
    @pytest.fixture
    def handed(self, group, staff):
        ballots.hand_out(group, 5, by=staff)
        return group

    def typed(self, group, staff, number, turn, *marks):
        subjects = keys(group.round)
        ballots.type_sheet(
            group, number=number, turn=turn, marks=dict(zip(subjects, marks, strict=True)), by=staff
        )

    def test_typed_twice_alike_it_counts(self, balloting, handed, staff):
        for turn in (1, 2):
            self.typed(handed, staff, 1, turn, "好", "")
        assert ballots.unlike(balloting) == {}
        ballots.close(balloting, by=staff)
        handed.refresh_from_db()
        assert ([row.mark for row in Rating.objects.all()], handed.returned) == (["好"], 1)
        assert PaperSheet.objects.count() == 0

    def test_what_differs_is_named(self, balloting, handed, staff):
        self.typed(handed, staff, 1, 1, "好", "好")
        self.typed(handed, staff, 1, 2, "好", "较好")
        self.typed(handed, staff, 2, 1, "好", "好")
        with pytest.raises(AssessmentError, match="请核对：A票：校党委班子成员第 1、2 张。"):
            ballots.close(balloting, by=staff)
        self.typed(handed, staff, 1, 2, "好", "好")
        assert ballots.unlike(balloting) == {"A票：校党委班子成员": [2]}

    def test_no_more_sheets_than_were_given_out(self, handed, staff):
        with pytest.raises(AssessmentError, match="发出 5 张纸质票，没有第 6 张"):
            self.typed(handed, staff, 6, 1, "好", "好")


class TestNobodyKnows:
    def test_no_result_before_close(self, balloting, group, staff):
        for code in ballots.issue(group, 5, by=staff):
            ballots.cast(code, dict.fromkeys(keys(balloting), "好"))
        assert [one.inputs.ballots for one in gathering.of_round(fresh(balloting), date(2026, 12, 10))] == [
            {},
            {},
        ]

    def test_the_trail_knows_neither_who_nor_from_where(self, balloting, group, staff):
        code = ballots.issue(group, 5, by=staff)[0]
        token = remote_address.set("10.1.2.3")
        ballots.cast(code, {keys(balloting)[0]: "好"})
        remote_address.reset(token)
        entry = AuditEntry.objects.get(action="round.cast")
        assert (entry.actor, entry.actor_label, entry.address, entry.after) == (None, "系统", "", {})

    def test_a_dump_after_close_links_no_better_than_chance(self, balloting, group, staff):
        """Sixty voters, each with marks of his own about two people, in a known order. Whoever holds all rows and
        guesses that two belong together by their place, their key or anything else, is right as often as chance.
        """
        subjects = keys(balloting)
        codes = ballots.issue(group, 60, by=staff)
        cast_marks = [("好", "差") if number % 2 else ("差", "好") for number in range(60)]
        for code, marks in zip(codes, cast_marks, strict=True):
            ballots.cast(code, dict(zip(subjects, marks, strict=True)))
        ballots.close(balloting, by=staff)
        assert BallotCode.objects.count() == 0
        dumped = list(Rating.objects.order_by().values("pk", "group", "subject", "mark"))
        assert set(dumped[0]) == {"pk", "group", "subject", "mark"}
        assert {field.name for field in Rating._meta.get_fields()} == {"id", "group", "subject", "mark"}
        for ordered in (dumped, sorted(dumped, key=lambda row: row["pk"])):
            one, other = ([row["mark"] for row in ordered if row["subject"] == pk] for pk in subjects)
            # By place: in the voting order every pair would be unlike.
            unlike = sum(a != b for a, b in zip(one, other, strict=True))
            assert 12 < unlike < 48
            # And in the order of voting, 好 and 差 would alternate.
            runs = sum(a != b for a, b in pairwise(one))
            assert 12 < runs < 48
        assert Counter(row["mark"] for row in dumped) == {"好": 60, "差": 60}
