"""Quotas: what breaks one, and what cannot be met whatever the committee decides."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import published
from assessments.quotas import faults_of_grades, why_gates_leave_too_few, why_impossible
from assessments.schemes import Gate, Quota

HALF = published.HALF_AND_HALF
THIRD = Quota(("好",), Fraction(1, 3), is_most=True)
LADDER = HALF.titles


def scheme(*quotas):
    return replace(HALF, quotas=quotas)


@pytest.mark.parametrize(
    ("good", "others", "faults"),
    [
        (3, 7, []),
        (4, 6, ["“好”不超过 33.33%，10 人中最多 3 人，现在 4 人。"]),
    ],
)
def test_at_most(good, others, faults):
    assert faults_of_grades(scheme(THIRD), ["好"] * good + ["较好"] * others) == faults


@pytest.mark.parametrize(
    ("good", "waiting", "worse", "is_broken"),
    [(17, 0, 3, False), (18, 0, 2, True), (16, 2, 2, False), (18, 1, 1, True)],
)
def test_at_least_waits_for_who_is_not_graded(good, waiting, worse, is_broken):
    """较好及以下 not under 15 % of 20 are 3."""
    given_grades = ["好"] * good + [""] * waiting + ["一般"] * worse
    assert bool(faults_of_grades(HALF, given_grades)) is is_broken


def test_what_cannot_be_met_says_why():
    both = scheme(
        Quota(("好",), Fraction(1, 10), is_most=True), Quota(("好", "较好"), Fraction(9, 10), is_most=False),
        Quota(("较好", "一般", "差"), Fraction(1, 2), is_most=True),
    )  # fmt: skip
    assert why_impossible(both, 10, {}) == "10 人按方案的比例排不出来：“好”最多 1 人，却至少要 5 人。"


def test_gates_may_leave_too_few():
    wanted = scheme(Quota(("好",), Fraction(1, 2), is_most=False))
    assert why_impossible(wanted, 10, {"好": 5}) == ""
    assert (
        why_impossible(wanted, 10, {"好": 4}) == "10 人按方案的比例排不出来：“好”最多 4 人，却至少要 5 人。"
    )


def test_who_misses_a_condition_cannot_fill_a_quota():
    gate = Gate("annual", "年度考核优秀", "好")
    wanted = replace(scheme(Quota(("好",), Fraction(1, 2), is_most=False)), gates=(gate,))
    answers = [{"annual": True}, {"annual": False}, {}, {}]
    assert why_gates_leave_too_few(wanted, [*answers[:2]]) == ""
    assert why_gates_leave_too_few(wanted, answers) == (
        "4 人按方案的比例排不出来：“好”最多 1 人，却至少要 2 人。"
    )


ENDS = [tuple(LADDER[:n]) for n in (1, 2, 3)] + [tuple(LADDER[-n:]) for n in (1, 2, 3)]
QUOTAS = st.lists(
    st.builds(
        Quota, st.sampled_from(ENDS), st.integers(1, 9).map(lambda n: Fraction(n, 10)), is_most=st.booleans()
    ),
    max_size=4,
)


@given(QUOTAS, st.integers(1, 5))
def test_impossible_is_what_no_grading_meets(quotas, subjects):
    """Against every way to grade so few people."""
    asked = scheme(*quotas)
    possible = any(not faults_of_grades(asked, grades) for grades in product(LADDER, repeat=subjects))
    assert (why_impossible(asked, subjects, {}) == "") is possible
