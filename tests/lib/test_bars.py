"""Bars of votes: what is enough, what is one too few."""

import pytest

from lib.bars import FOUR_FIFTHS, HALF, OVER_HALF


@pytest.mark.parametrize(
    ("bar", "voters", "least"),
    [
        (HALF, 20, 10),
        (HALF, 21, 11),
        (OVER_HALF, 20, 11),
        (OVER_HALF, 21, 11),
        (FOUR_FIFTHS, 10, 8),
        (FOUR_FIFTHS, 11, 9),
        (HALF, 1, 1),
    ],
)
def test_the_smallest_number_that_is_enough(bar, voters, least):
    assert bar.least_of(voters) == least
    assert (bar.is_met(least, voters), bar.is_met(least - 1, voters)) == (True, False)


@pytest.mark.parametrize("bar", [HALF, OVER_HALF, FOUR_FIFTHS])
def test_where_nobody_may_vote_nothing_is_enough(bar):
    assert not bar.is_met(0, 0)
