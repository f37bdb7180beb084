"""Years, quarters, months and other ranges of whole months, in which everything here is counted and reported."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, Self

from lib.dates import FIRST_YEAR, LAST_YEAR

Kind = Literal["year", "school_year", "quarter", "month", "months"]
Feb29 = Literal["02-28", "03-01"]

QUARTER_NAMES = ("一季度", "二季度", "三季度", "四季度")
_CODE = re.compile(r"([0-9]{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?")
_SCHOOL_YEAR = re.compile(r"([0-9]{4})-([0-9]{4})")
_RANGE = "至"
#: A school year begins on 1 July.
SCHOOL_YEAR_BEGINS = 7


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The days from ``start`` to ``end``, both inclusive, always whole months; ordered by start, then end.

    Raises ValueError when the range begins or ends within a month or ends before it begins.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"时间段的开始 {self.start} 晚于结束 {self.end}，请把两个日期对调。")
        if self.start.day != 1 or self.end != _month_end(self.end.year, self.end.month):
            raise ValueError(f"时间段 {self.start} 至 {self.end} 不是整月，请从月初选到月末。")

    @classmethod
    def year(cls, year: int) -> Self:
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def school_year(cls, year: int) -> Self:
        """From 1 July of ``year`` to 30 June of the next (学年)."""
        return cls(date(year, SCHOOL_YEAR_BEGINS, 1), _month_end(year + 1, SCHOOL_YEAR_BEGINS - 1))

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Self:
        """Quarter 1 to 4; any other number is a ValueError."""
        if not 1 <= quarter <= 4:
            raise ValueError(f"没有第 {quarter} 季度，季度应为 1 至 4。")
        return cls(date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter))

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Month 1 to 12; any other number is a ValueError."""
        if not 1 <= month <= 12:
            raise ValueError(f"没有 {month} 月，月份应为 1 至 12。")
        return cls(date(year, month, 1), _month_end(year, month))

    @classmethod
    def parse(cls, code: str) -> Self:
        """Read what `code` writes: "2026", "2026Q3", "2026-09", "2025-2026" (a school year) or "2026-03至2026-05", of
        the years that dates have."""
        first, joined, last = code.strip().upper().partition(_RANGE)
        if joined:
            return cls(cls.parse(first).start, cls.parse(last).end)
        years = _SCHOOL_YEAR.fullmatch(first)
        if years and int(years[2]) == int(years[1]) + 1 and FIRST_YEAR <= int(years[1]) < LAST_YEAR:
            return cls.school_year(int(years[1]))
        match = _CODE.fullmatch(first)
        if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            raise ValueError(
                f"“{code[:20]}”不是统计时间段，应为如 2026、2026Q3、2026-09 或学年 2025-2026，"
                f"年份从{FIRST_YEAR}到{LAST_YEAR}。"
            )
        year = int(match[1])
        if match[2]:
            return cls.quarter(year, int(match[2]))
        if match[3]:
            return cls.month(year, int(match[3]))
        return cls.year(year)

    @property
    def kind(self) -> Kind:
        """What the range is; "months" for any other run of whole months."""
        if self._count == 1:
            return "month"
        if self._count == 3 and self.start.month % 3 == 1:
            return "quarter"
        if self._count == 12 and self.start.month == 1:
            return "year"
        if self._count == 12 and self.start.month == SCHOOL_YEAR_BEGINS:
            return "school_year"
        return "months"

    @property
    def code(self) -> str:
        """How it stands in an address: "2026", "2026Q3", "2026-09", "2025-2026"; `parse` reads it back."""
        match self.kind:
            case "year":
                return f"{self.start:%Y}"
            case "school_year":
                return f"{self.start:%Y}-{self.end:%Y}"
            case "quarter":
                return f"{self.start:%Y}Q{self._quarter}"
            case "month":
                return f"{self.start:%Y-%m}"
            case _:
                return f"{self.start:%Y-%m}{_RANGE}{self.end:%Y-%m}"

    @property
    def label(self) -> str:
        """How it is read out: "2026年", "2026年三季度", "2026年9月", "2025—2026学年", "2026年3月至5月"."""
        whole = self.kind in ("year", "school_year")
        return self.short_label if whole else f"{self.start.year}年{self.short_label}"

    @property
    def short_label(self) -> str:
        """The label where the year stands beside it: "三季度", "9月"; a year keeps its own."""
        match self.kind:
            case "year":
                return f"{self.start.year}年"
            case "school_year":
                return f"{self.start.year}—{self.end.year}学年"
            case "quarter":
                return QUARTER_NAMES[self._quarter - 1]
            case "month":
                return f"{self.start.month}月"
            case _:
                year = "" if self.start.year == self.end.year else f"{self.end.year}年"
                return f"{self.start.month}月至{year}{self.end.month}月"

    @property
    def _count(self) -> int:
        """Length in months."""
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1

    @property
    def _quarter(self) -> int:
        return (self.start.month + 2) // 3

    def months(self) -> list["Period"]:
        """The months of the range, first to last."""
        first = 12 * self.start.year + self.start.month - 1
        return [Period.month(n // 12, n % 12 + 1) for n in range(first, first + self._count)]

    def quarters(self) -> list["Period"]:
        """The calendar quarters the range touches; for a month the one it lies in."""
        return list(dict.fromkeys(quarter_of(month.start) for month in self.months()))

    def years(self) -> list["Period"]:
        """The calendar years the range touches."""
        return [Period.year(year) for year in range(self.start.year, self.end.year + 1)]

    def previous(self) -> "Period":
        """The range of the same length right before."""
        return self._shifted(-self._count)

    def next(self) -> "Period":
        """The range of the same length right after."""
        return self._shifted(self._count)

    def run(self, number: int) -> list["Period"]:
        """``number`` ranges of this length that follow each other, this one first; backwards when it is negative."""
        step = -self._count if number < 0 else self._count
        return [self._shifted(step * steps) for steps in range(abs(number))]

    def _shifted(self, months: int) -> "Period":
        first = 12 * self.start.year + self.start.month - 1 + months
        last = first + self._count - 1
        return Period(date(first // 12, first % 12 + 1, 1), _month_end(last // 12, last % 12 + 1))

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    def includes(self, other: "Period") -> bool:
        """Whether all of ``other`` lies in it."""
        return self.start <= other.start and other.end <= self.end

    def is_over(self, on: date) -> bool:
        """Whether ``on`` lies after the last day."""
        return on > self.end

    def __str__(self) -> str:
        return self.label


def year_of(day: date) -> Period:
    return Period.year(day.year)


def school_year_of(day: date) -> Period:
    return Period.school_year(day.year if day.month >= SCHOOL_YEAR_BEGINS else day.year - 1)


def quarter_of(day: date) -> Period:
    return Period.quarter(day.year, (day.month + 2) // 3)


@lru_cache(maxsize=2000)  # a month is asked for again and again
def month_of(day: date) -> Period:
    return Period.month(day.year, day.month)


def months_after(day: date, months: int) -> date:
    """The same day of the month ``months`` later (earlier when negative); the month's last day where it is shorter."""
    number = 12 * day.year + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def anniversary(day: date, year: int, feb29: Feb29 = "02-28") -> date:
    """The day in ``year`` on which ``day`` comes round; 29 February falls on ``feb29`` in a common year."""
    try:
        return day.replace(year=year)
    except ValueError:
        if (day.month, day.day) != (2, 29):
            raise
        return date(year, 2, 28) if feb29 == "02-28" else date(year, 3, 1)


def next_anniversary(day: date, on: date, feb29: Feb29 = "02-28") -> date:
    """The first anniversary that is ``on`` or later; the day itself is none, so at the earliest a year after it."""
    year = max(on.year, day.year + 1)
    coming = anniversary(day, year, feb29)
    return coming if coming >= on else anniversary(day, year + 1, feb29)
