"""Political birthdays: leap days and year ends."""

from datetime import date, timedelta

import pytest

from members import birthdays
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch(db):
    return cast.a_university().teachers


@pytest.mark.parametrize(
    ("joined", "start", "expected"),
    [
        (date(2016, 9, 30), date(2026, 9, 28), [(date(2026, 9, 30), 10)]),
        (date(2016, 2, 29), date(2027, 2, 25), [(date(2027, 2, 28), 11)]),
        (date(2016, 2, 29), date(2028, 2, 25), [(date(2028, 2, 29), 12)]),
        (date(2016, 1, 2), date(2026, 12, 28), [(date(2027, 1, 2), 11)]),
        (date(2016, 12, 31), date(2026, 12, 28), [(date(2026, 12, 31), 10)]),
        (date(2016, 10, 6), date(2026, 9, 28), []),
        (date(2026, 9, 30), date(2026, 9, 28), []),
    ],
)
def test_the_next_seven_days(branch, joined, start, expected):
    cast.a_member(branch, joined=joined, full=None)
    found = birthdays.between(start, start + timedelta(days=7))
    assert [(birthday.day, birthday.years) for birthday in found] == expected


def test_everybody_has_one_in_each_of_ten_years(branch):
    for day in (date(2012, 2, 29), date(2013, 1, 1), date(2013, 12, 31), date(2014, 6, 30)):
        cast.a_member(branch, joined=day, full=None)
    found = [
        birthday.member_number
        for year in range(2016, 2026)
        for birthday in birthdays.between(date(year, 1, 1), date(year, 12, 31))
    ]
    assert sorted(found.count(number) for number in set(found)) == [10, 10, 10, 10]


def test_probationary_members_have_one_and_those_who_left_have_none(branch):
    cast.a_member(branch, "预备", joined=date(2025, 9, 30), full=None)
    left = cast.a_member(branch, "离开", joined=date(2015, 9, 30))
    left.statuses.update(status="left")
    found = birthdays.between(date(2026, 9, 30), date(2026, 9, 30))
    assert [birthday.name for birthday in found] == ["预备"]


def test_it_is_one_query_for_a_year(branch, django_assert_num_queries):
    cast.a_member(branch, joined=date(2016, 2, 29))
    with django_assert_num_queries(1):
        birthdays.between(date(2026, 1, 1), date(2026, 12, 31))
