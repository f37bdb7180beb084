"""Dates as people type them, in the many styles of Chinese forms and of spreadsheets."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.core.exceptions import ValidationError

EXAMPLE = "2019-03-05"
FIRST_YEAR, LAST_YEAR = 1900, 2100
# Days of the 1900 date system (ECMA-376 part 1, 18.17.4.1), counted from here for every date after February 1900.
SERIAL_ZERO = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 20_000, 60_000

_DIGITS = "〇一二三四五六七八九"
_CLOCK = r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_PLAIN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_PARTED = re.compile(
    r"([0-9]{1,4})\s*[-./年]\s*([0-9]{1,2})\s*(?:[-./月]\s*(?:([0-9]{1,2})\s*[日号]?)?)?" + _CLOCK
)
_YEAR_MONTH = re.compile(r"([0-9]{4})([0-9]{2})")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {ord("。"): "."}
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


class DateError(ValueError):
    """A text that is no date; the message quotes it, says what is wrong and shows the right form."""


def refuse_far(day: date) -> None:
    """ValidationError for a day whose year is none of FIRST_YEAR to LAST_YEAR."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(
            f"“{day.isoformat()}”年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，请核对。", "far"
        )


def parse_date(value: object) -> date | None:
    """Read a cell or a typed text as a date; None when it is blank.

    Accepts date and datetime, "2019-03-05", "2019.3.5", "2019/3/5", "20190305", "2019年3月5日", each with full-width
    characters, blanks or a time of day, the number 20190305, and serial day numbers from 20000 to 60000 (cells only:
    digits in a text are never a serial). The year lies in 1900..2100. Raises DateError.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return _checked(value.year, value.month, value.day, str(value))
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day, str(value))
    if isinstance(value, bool):
        raise DateError(f"“{value}”不是日期，应为如 {EXAMPLE}。")
    if isinstance(value, int | float):
        return _from_number(value)
    return _from_text(str(value))


def written(day: date) -> str:
    """2026年3月31日, as it stands in sentences and papers."""
    return f"{day.year}年{day.month}月{day.day}日"


def in_characters(day: date) -> str:
    """二〇二六年三月三十一日, as a formal card is dated."""
    year = "".join(_DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{in_words(day.month)}月{in_words(day.day)}日"


def in_words(number: int) -> str:
    """1 to 99 as it is read: 九, 十, 十一, 三十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def _from_number(number: float) -> date:
    if FIRST_SERIAL <= number <= LAST_SERIAL:
        return SERIAL_ZERO + timedelta(days=int(number))
    if isinstance(number, float) and not number.is_integer():
        found = _from_text(str(number))
    else:
        found = _from_text(str(int(number)))
    assert found is not None
    return found


@lru_cache(maxsize=8192)
def _from_text(original: str) -> date | None:
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", original)).translate(_DASHES).strip().lstrip("'")
    if not text:
        return None
    match = _PLAIN.fullmatch(text) or _PARTED.fullmatch(text)
    if match is None:
        if short := _YEAR_MONTH.fullmatch(text):
            return _without_day(int(short[1]), int(short[2]), original)
        raise DateError(f"“{_quoted(original)}”不是日期，应为如 {EXAMPLE}。")
    if len(match[1]) != 4:
        raise DateError(f"“{_quoted(original)}”年份应为四位数，应为如 {EXAMPLE}。")
    year, month = int(match[1]), int(match[2])
    if match[3] is None:
        return _without_day(year, month, original)
    return _checked(year, month, int(match[3]), original)


def _without_day(year: int, month: int, original: str) -> date:
    """Raise for a text that stops at the month, naming the month first when that is wrong already."""
    _checked(year, month, 1, original)
    raise DateError(f"“{_quoted(original)}”缺少日，请补全为年月日，如 {EXAMPLE}。")


def _checked(year: int, month: int, day: int, original: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateError(f"“{_quoted(original)}”年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，应为如 {EXAMPLE}。")
    if not 1 <= month <= 12:
        raise DateError(f"“{_quoted(original)}”月份超出范围，应为如 {EXAMPLE}。")
    try:
        return date(year, month, day)
    except ValueError:
        raise DateError(f"“{_quoted(original)}”{year}年{month}月没有{day}日，应为如 {EXAMPLE}。") from None


def _quoted(original: str) -> str:
    text = original.strip()
    return text if len(text) <= 20 else text[:20] + "…"
