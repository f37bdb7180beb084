"""Working days around a holiday, and in a year that nobody has announced."""

from datetime import date

from lib.workdays import after_workdays, count_workdays, is_announced, is_workday


def test_a_holiday_and_the_weekend_worked_instead():
    assert not is_workday(date(2025, 10, 1))
    assert is_workday(date(2025, 9, 28))  # a Sunday worked for the National Day of 2025


def test_five_working_days_around_the_holiday():
    assert count_workdays(date(2025, 9, 29), date(2025, 10, 9)) == 3
    assert after_workdays(date(2025, 9, 28), 5) == date(2025, 10, 11)
    assert after_workdays(date(2025, 9, 28), 0) == date(2025, 9, 28)


def test_nothing_between_a_day_and_the_day_before():
    assert count_workdays(date(2025, 9, 30), date(2025, 9, 29)) == 0


def test_a_year_without_announced_holidays_has_weekdays():
    assert not is_announced(date(2099, 9, 7))
    assert [is_workday(date(2099, 9, day)) for day in range(3, 8)] == [True, True, False, False, True]


def test_what_the_law_frees_each_year_needs_no_announcement():
    assert not any(is_workday(date(2099, *day)) for day in ((1, 1), (5, 1), (10, 1), (10, 2)))
    assert after_workdays(date(2099, 9, 30), 1) == date(2099, 10, 5)  # the 3rd is a Saturday
