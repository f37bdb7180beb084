"""Pass marks: how many must have come and how many be in favour, each case with the article that says so."""

import pytest

from activities.voting import Ballot, Turnout, fault_of_ballot, fault_of_turnout, judge
from members.voting import RULES, Vote


@pytest.mark.parametrize(
    ("vote", "expected", "present", "is_quorate"),
    [
        # At least half: 支部条例 11.
        ("resolution", 20, 10, True),
        ("resolution", 20, 9, False),
        ("resolution", 19, 10, True),
        ("resolution", 19, 9, False),
        # More than half: 发展党员细则 20.
        ("admission", 20, 10, False),
        ("admission", 20, 11, True),
        ("admission", 19, 10, True),
        # At least four fifths: 选举工作条例.
        ("election", 20, 15, False),
        ("election", 20, 16, True),
        ("election", 21, 16, False),
        ("election", 21, 17, True),
        # Half of the committee: 支部条例 12.
        ("committee", 5, 3, True),
        ("committee", 5, 2, False),
        ("committee", 4, 2, True),
        # Nobody who may vote.
        ("resolution", 0, 0, False),
    ],
)
def test_how_many_must_have_come(vote, expected, present, is_quorate):
    rule = RULES[Vote(vote)]
    fault = fault_of_turnout(rule, Turnout(expected, present))
    assert (fault == "") is is_quorate
    if fault:
        assert rule.quorum_article in fault
        assert f"应到会{rule.who} {expected} 人，到会 {present} 人" in fault


@pytest.mark.parametrize(
    ("vote", "turnout", "ballot", "is_passed"),
    [
        # More than half of those who should have come, not of those who came: 支部条例 11.
        ("resolution", Turnout(20, 10), Ballot(in_favour=10), False),
        ("resolution", Turnout(20, 11), Ballot(in_favour=11), True),
        ("resolution", Turnout(20, 20), Ballot(in_favour=10, against=10), False),
        ("resolution", Turnout(19, 10), Ballot(in_favour=10), True),
        ("resolution", Turnout(19, 19), Ballot(in_favour=9, abstained=10), False),
        # Opinions handed in on paper count for the admission of a person: 细则 21.
        ("admission", Turnout(20, 11), Ballot(in_favour=10), False),
        ("admission", Turnout(20, 11), Ballot(in_favour=10, written_for=1), True),
        ("admission", Turnout(20, 11), Ballot(in_favour=10, written_against=1), False),
        # More than half of those who should have come, also in an election.
        ("election", Turnout(20, 16), Ballot("甲", in_favour=10), False),
        ("election", Turnout(20, 16), Ballot("甲", in_favour=11), True),
        ("committee", Turnout(5, 3), Ballot(in_favour=2), False),
        ("committee", Turnout(5, 3), Ballot(in_favour=3), True),
        ("committee", Turnout(4, 3), Ballot(in_favour=2), False),
    ],
)
def test_how_many_must_be_in_favour(vote, turnout, ballot, is_passed):
    rule = RULES[Vote(vote)]
    verdict = judge(rule, turnout, ballot)
    assert verdict.is_passed is is_passed
    assert verdict.article == rule.passing_article
    assert ("未" in verdict.sentence) is not is_passed


def test_the_words_of_a_verdict():
    written = judge(RULES[Vote.ADMISSION], Turnout(16, 14), Ballot(in_favour=8, written_for=1))
    assert written.sentence == "赞成 9（含书面意见 1），超过应到会 16 人的半数，通过"
    lost = judge(RULES[Vote.ELECTION], Turnout(16, 14), Ballot("甲", in_favour=8))
    assert lost.sentence == "赞成 8，没有超过应到会 16 人的半数，未当选"


def test_whom_the_meeting_does_not_count_lowers_both_bars():
    rule, everybody = RULES[Vote.ADMISSION], Turnout(20, 10)
    assert fault_of_turnout(rule, everybody)
    assert not fault_of_turnout(rule, everybody.without(1))
    assert judge(rule, everybody.without(1), Ballot(in_favour=10)).is_passed


@pytest.mark.parametrize(
    ("vote", "ballot", "said"),
    [
        (
            "resolution",
            Ballot(in_favour=12, against=1, abstained=1, void=1),
            "票数合计 15，多于到会有表决权的 14 人",
        ),
        ("election", Ballot("甲", in_favour=15), "“甲”的票数合计 15"),
        ("resolution", Ballot(in_favour=14, written_for=1), "不统计书面意见"),
        (
            "admission",
            Ballot(in_favour=14, written_for=2, written_against=1),
            "书面意见 3 份，多于没有到会的 2 人",
        ),
    ],
)
def test_numbers_that_cannot_be(vote, ballot, said):
    assert said in fault_of_ballot(RULES[Vote(vote)], Turnout(16, 14), ballot)


@pytest.mark.parametrize(
    ("vote", "ballot"),
    [
        ("resolution", Ballot(in_favour=13, abstained=1)),
        ("admission", Ballot(in_favour=14, written_for=1, written_abstained=1)),
    ],
)
def test_numbers_that_can_be(vote, ballot):
    assert fault_of_ballot(RULES[Vote(vote)], Turnout(16, 14), ballot) == ""
