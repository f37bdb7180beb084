"""Working days in China: weekends, holidays and the weekends worked instead, as the State Council announces them.

The package knows the years announced so far; in any other year every day from Monday to Friday counts but those that
the law itself frees, and callers can say so (:func:`is_announced`).
"""

from datetime import date, timedelta
from typing import Final

import chinese_calendar

DAY = timedelta(days=1)
#: 《全国年节及纪念日放假办法》第二条, as changed in 2024: month and day of what does not follow the moon. No year is
#: announced without them, so the first working day of a quarter is never one of these.
FREE_EACH_YEAR: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def is_workday(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5 and (day.month, day.day) not in FREE_EACH_YEAR


def is_announced(day: date) -> bool:
    """Whether the holidays of the day's year are known."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def count_workdays(first: date, last: date) -> int:
    """Working days from ``first`` to ``last``, both inclusive; 0 when the range is empty."""
    return sum(is_workday(first + offset * DAY) for offset in range((last - first).days + 1))


def after_workdays(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``; ``day`` itself for 0."""
    while count:
        day += DAY
        count -= is_workday(day)
    return day
