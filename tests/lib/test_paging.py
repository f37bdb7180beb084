"""Pages of a list that nobody counted."""

import pytest

from lib.paging import UncountedPaginator


@pytest.mark.parametrize(
    ("length", "number", "shown", "goes_on"),
    [
        (0, None, [], False),
        (3, "1", [0, 1, 2], False),
        (7, "1", [0, 1, 2], True),
        (7, "3", [6], False),
        (7, "4", [0, 1, 2], True),
        (7, "0", [0, 1, 2], True),
        (7, "-1", [0, 1, 2], True),
        (7, "x", [0, 1, 2], True),
        (7, "9" * 30, [0, 1, 2], True),
    ],
)
def test_a_page_knows_whether_there_is_another(length, number, shown, goes_on):
    page = UncountedPaginator(range(length), 3).get_page(number)
    assert (list(page), page.has_next(), page.paginator.goes_on) == (shown, goes_on, goes_on)


def test_the_count_is_how_many_are_known_of():
    pages = UncountedPaginator(range(7), 3)
    assert [pages.get_page(number).paginator.count for number in (1, 2, 3)] == [4, 7, 7]
