"""Years, quarters and months as they are written, stepped through and celebrated."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.periods import Period, anniversary, month_of, months_after, next_anniversary, quarter_of, year_of

MONTHS = st.dates(date(1950, 1, 1), date(2100, 12, 31)).map(month_of)


@pytest.mark.parametrize(
    ("code", "start", "end", "label", "short", "kind"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年", "2026年", "year"),
        ("2026Q3", date(2026, 7, 1), date(2026, 9, 30), "2026年三季度", "三季度", "quarter"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "2028年2月", "2月", "month"),
        ("2026-03至2026-05", date(2026, 3, 1), date(2026, 5, 31), "2026年3月至5月", "3月至5月", "months"),
        (
            "2026-11至2027-01",
            date(2026, 11, 1),
            date(2027, 1, 31),
            "2026年11月至2027年1月",
            "11月至2027年1月",
            "months",
        ),
    ],
)
def test_code_and_label(code, start, end, label, short, kind):
    period = Period.parse(code)
    assert (period.start, period.end, period.code) == (start, end, code)
    assert (period.label, period.short_label, period.kind, str(period)) == (label, short, kind, label)


@pytest.mark.parametrize(
    "text",
    [
        *["", "26", "2026Q5", "2026-13", "2026-9", "2026Q", "二〇二六", "2026-05至", "2026年"],
        *["0000", "1899", "2101Q1", "9999-12", "2026-12至9999-12"],
    ],
)
def test_parse_refuses_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"不是统计时间段，应为如 2026.*年份从1900到2100"):
        Period.parse(text)


@pytest.mark.parametrize("code", ["1900", "2100-12"])
def test_parse_reads_the_first_year_and_the_last(code):
    assert Period.parse(code).code == code


def test_parse_allows_blanks_and_small_letters():
    assert Period.parse(" 2026q3 ") == Period.quarter(2026, 3)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 2), date(2026, 1, 31)),
        (date(2026, 1, 1), date(2026, 1, 30)),
        (date(2026, 2, 1), date(2026, 1, 31)),
    ],
)
def test_only_whole_months(start, end):
    with pytest.raises(ValueError, match="时间段"):
        Period(start, end)


@pytest.mark.parametrize("make", [lambda: Period.quarter(2026, 0), lambda: Period.month(2026, 13)])
def test_no_such_quarter_or_month(make):
    with pytest.raises(ValueError, match="应为 1 至"):
        make()


def test_months_and_quarters_of_a_range():
    assert [month.code for month in Period.quarter(2026, 1).months()] == ["2026-01", "2026-02", "2026-03"]
    assert [quarter.code for quarter in Period.year(2026).quarters()] == [
        "2026Q1",
        "2026Q2",
        "2026Q3",
        "2026Q4",
    ]
    assert Period.month(2026, 5).quarters() == [Period.quarter(2026, 2)]


def test_order_is_by_start():
    assert sorted([Period.month(2026, 2), Period.year(2026), Period.month(2026, 1)]) == [
        Period.month(2026, 1),
        Period.year(2026),
        Period.month(2026, 2),
    ]


@given(MONTHS, st.integers(1, 30))
def test_previous_and_next_undo_each_other(first, length):
    period = Period(first.start, first.run(length)[-1].end)
    assert period.next().previous() == period
    assert (period.next().start - period.end).days == 1
    assert len(period.months()) == len(period.next().months()) == length


@given(MONTHS)
def test_codes_round_trip(month):
    for period in (month, quarter_of(month.start), year_of(month.end)):
        assert Period.parse(period.code) == period
        assert period.contains(month.start)


def test_is_over_from_the_day_after():
    quarter = Period.quarter(2026, 3)
    assert [quarter.is_over(day) for day in (date(2026, 9, 30), date(2026, 10, 1))] == [False, True]


def test_leap_day_comes_round_on_the_day_the_university_chose():
    born = date(2004, 2, 29)
    assert anniversary(born, 2027) == date(2027, 2, 28)
    assert anniversary(born, 2027, feb29="03-01") == date(2027, 3, 1)
    assert anniversary(born, 2028) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 6, 30), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2026, 7, 1)),
        (date(2026, 7, 2), date(2027, 7, 1)),
        (date(2020, 7, 1), date(2021, 7, 1)),
        (date(2019, 1, 1), date(2021, 7, 1)),
    ],
)
def test_next_anniversary_is_at_least_a_year_after_the_day(on, expected):
    assert next_anniversary(date(2020, 7, 1), on) == expected


@given(st.dates(date(1920, 1, 1), date(2020, 12, 31)), st.dates(date(1920, 1, 1), date(2090, 12, 31)))
def test_next_anniversary_is_never_past_nor_beyond_a_year(day, on):
    coming = next_anniversary(day, on)
    assert coming >= on
    assert coming > day
    if on > day:
        assert (coming - on).days <= 366


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (3, ["2026Q3", "2026Q4", "2027Q1"]),
        (-3, ["2026Q3", "2026Q2", "2026Q1"]),
        (1, ["2026Q3"]),
        (-1, ["2026Q3"]),
        (0, []),
    ],
)
def test_a_run_begins_with_the_range_itself(number, codes):
    assert [one.code for one in Period.quarter(2026, 3).run(number)] == codes


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2025, 3, 10), 12, date(2026, 3, 10)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_after(day, months, found):
    assert months_after(day, months) == found
