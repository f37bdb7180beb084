"""On which days a person is told: against a walk through ten years of days (T35)."""

from datetime import date, timedelta

import pytest

from reminders.kinds import KINDS, step_reached

DAY = timedelta(days=1)
FIRST = date(2024, 2, 20)


def told_on(kind: str, due_on: date, written_on: date, days: list[date]) -> list[date]:
    """The days on which there is something new to tell, when somebody looks on each of ``days``."""
    told, found = date.min, []
    for today in days:
        step = step_reached(kind, due_on, written_on, today)
        if step and step > told:
            found.append(today)
            told = step
    return found


#: Those that are told on other days.
OTHERWISE = {"escalation", "term", "development_open", "standing"}


@pytest.mark.parametrize("kind", sorted({*KINDS, "something new"} - OTHERWISE))
def test_each_step_of_ten_years_is_told_on_its_day_and_once(kind):
    is_birthday = kind == "political_birthday"
    for number in range(0, 3653, 13):
        due_on = FIRST + number * DAY
        days = [due_on + offset * DAY for offset in range(-10, 30)]
        mondays = [] if is_birthday else [day for day in days if day > due_on + DAY and day.weekday() == 0]
        steps = [due_on - 7 * DAY, due_on - DAY, *([] if is_birthday else [due_on + DAY])]
        assert told_on(kind, due_on, due_on - 7 * DAY, days) == sorted({*steps, *mondays})


@pytest.mark.parametrize(
    ("due_on", "days"),
    [
        (date(2024, 3, 7), ["02-29", "03-06", "03-08"]),  # a week before lies on 29 February
        (date(2025, 3, 7), ["02-28", "03-06", "03-08"]),
        (date(2026, 1, 1), ["12-25", "12-31", "01-02"]),
        (date(2026, 12, 31), ["12-24", "12-30", "01-01"]),
    ],
)
def test_over_the_ends_of_months_and_years(due_on, days):
    walk = [due_on + offset * DAY for offset in range(-10, 3)]
    assert [f"{day:%m-%d}" for day in told_on("duty", due_on, due_on - 7 * DAY, walk)] == days


def test_days_on_which_nobody_looks_end_in_one_telling():
    due_on = date(2026, 10, 27)
    looked = [date(2026, 10, 20), date(2026, 11, 17)]
    assert told_on("duty", due_on, date(2026, 10, 20), looked) == looked


@pytest.mark.parametrize("kind", ["escalation", "development_open", "standing"])
def test_what_is_told_upwards_or_has_become_possible_is_told_once(kind):
    days = [date(2026, 11, 10) + offset * DAY for offset in range(60)]
    assert told_on(kind, date(2026, 10, 27), date(2026, 11, 10), days) == days[:1]


def test_a_term_is_told_for_half_a_year_and_weekly_when_it_is_full():
    due_on, written_on = date(2026, 10, 27), date(2026, 4, 27)
    days = [written_on + offset * DAY for offset in range(198)]
    told = [f"{day:%m-%d}" for day in told_on("term", due_on, written_on, days)]
    assert told == ["04-27", "09-27", "10-20", "10-28", "11-02", "11-09"]


def test_nothing_is_told_before_it_stands_in_the_ledger():
    assert step_reached("duty", date(2026, 10, 27), date(2026, 10, 22), date(2026, 10, 21)) is None
