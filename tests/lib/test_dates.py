"""Every style of date on a form is read; what is no date is refused in a sentence that quotes it."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.dates import DateError, parse_date

DAY = date(2019, 3, 5)
STYLES = [
    "{0:04}-{1:02}-{2:02}",
    "{0}.{1}.{2}",
    "{0}/{1}/{2}",
    "{0:04}{1:02}{2:02}",
    "{0}年{1}月{2}日",
    "{0}年{1:02}月{2:02}日",
    " {0} - {1} - {2} ",
    "{0}-{1}-{2} 00:00:00",
    "'{0}.{1:02}.{2:02}",
]
WIDE = str.maketrans("0123456789-./ ", "０１２３４５６７８９－．／　")


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(STYLES), st.booleans())
def test_every_style_reads_back(day, style, wide):
    text = style.format(day.year, day.month, day.day)
    assert parse_date(text.translate(WIDE) if wide else text) == day


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        datetime(2019, 3, 5, 14, 30),
        43529,
        43529.0,
        43529.75,
        20190305,
        20190305.0,
        "2019年3月5号",
        "2019—03—05",
    ],
)
def test_cells_of_every_type(value):
    assert parse_date(value) == DAY


@pytest.mark.parametrize("value", [None, "", "  ", "　", "\u200b"])
def test_blank_is_none(value):
    assert parse_date(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2019.13", "“2019.13”月份超出范围，应为如 2019-03-05。"),
        ("2019.03", "“2019.03”缺少日，请补全为年月日，如 2019-03-05。"),
        ("201903", "“201903”缺少日，请补全为年月日，如 2019-03-05。"),
        (2019.3, "“2019.3”缺少日，请补全为年月日，如 2019-03-05。"),
        ("2019年3月", "“2019年3月”缺少日，请补全为年月日，如 2019-03-05。"),
        ("2019-02-29", "“2019-02-29”2019年2月没有29日，应为如 2019-03-05。"),
        ("19.3.5", "“19.3.5”年份应为四位数，应为如 2019-03-05。"),
        ("1899-12-31", "“1899-12-31”年份应在 1900 至 2100 之间，应为如 2019-03-05。"),
        ("去年三月", "“去年三月”不是日期，应为如 2019-03-05。"),
        ("43529", "“43529”不是日期，应为如 2019-03-05。"),
        (True, "“True”不是日期，应为如 2019-03-05。"),
        (5, "“5”不是日期，应为如 2019-03-05。"),
        ("无" * 50, "“" + "无" * 20 + "…”不是日期，应为如 2019-03-05。"),
    ],
)
def test_refusals_say_what_is_wrong(value, message):
    with pytest.raises(DateError) as caught:
        parse_date(value)
    assert str(caught.value) == message


@given(st.one_of(st.text(), st.floats(), st.integers(), st.text(alphabet="0123456789-./年月日 ")))
def test_nothing_else_is_ever_raised(value):
    try:
        found = parse_date(value)
    except DateError:
        return
    assert found is None or 1900 <= found.year <= 2100
