"""How organisational life went over the last quarters, as lines; a period that is not over is dashed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from activities import duties
from activities.statistics import KindFigures, monthly_life
from lib.periods import Period, quarter_of
from lib.templatetags.ui import percent

from . import links
from .asked import Asked
from .comparing import in_words
from .filters import FigureFilter
from .measures import attendance_rate, rate

QUARTERS = 8
#: Of the larger letters of a phone.
NAME_HEIGHT = 28
#: The drawing, in the units of its view box.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 240, 44, 96, 16, 32
LOWEST_NAME = HEIGHT - BOTTOM - 10


@dataclass(frozen=True)
class Point:
    """One quarter of one line; ``share`` None where there is nothing to divide."""

    period: Period
    share: Fraction | None
    x: float
    y: float
    url: str
    is_running: bool

    @property
    def label(self) -> str:
        return f"{self.period.label}{'（进行中）' if self.is_running else ''} {percent(self.share)}"


@dataclass(frozen=True)
class Stroke:
    """The straight piece between two quarters; dashed into one that runs."""

    x1: float
    y1: float
    x2: float
    y2: float
    is_dashed: bool


@dataclass(frozen=True)
class Series:
    """``shift`` keeps its name, at the end of the line, clear of the other's."""

    code: str
    label: str
    points: Sequence[Point]
    shift: int = 4

    @property
    def shown(self) -> list[Point]:
        return [point for point in self.points if point.share is not None]

    @property
    def strokes(self) -> list[Stroke]:
        return [
            Stroke(one.x, one.y, other.x, other.y, other.is_running) for one, other in pairwise(self.shown)
        ]


@dataclass(frozen=True)
class Trend:
    periods: Sequence[Period]
    series: Sequence[Series]
    marks: Sequence[tuple[float, str]]
    ticks: Sequence[tuple[float, str]]

    @property
    def rows(self) -> list[tuple[Period, list[Point]]]:
        """The same as a table: quarter by quarter."""
        return [(period, [one.points[n] for one in self.series]) for n, period in enumerate(self.periods)]

    @property
    def title(self) -> str:
        """The last finished quarter against the one before, in a sentence."""
        finished = [point for point in self.series[0].shown if not point.is_running]
        if len(finished) < 2:
            return "季度完成率和到会率"
        before, last = finished[-2:]
        told = f"{last.period.label}完成率 {percent(last.share)}"
        if before.period != last.period.previous():  # in between nothing was asked
            return told
        return f"{told}，与上季比{in_words(last.share, before.share)}"


def trend(form: FigureFilter) -> Trend:
    """The quarters up to that of the period asked for. Ten queries, however many the quarters and the branches, and two
    more for where what is asked for stood in each of them."""
    last = quarter_of(min(form.asked.period.end, form.asked.today))
    periods = last.run(-QUARTERS)[::-1]
    whole = Period(periods[0].start, last.end)
    asked = form.asked_over(whole)
    found = [
        duty
        for duty in duties.evaluate(asked.ranges, whole, asked.today)
        if not asked.category or duty.category == asked.category
    ]
    months = monthly_life(asked.ranges, whole, asked.category)
    completion, attendance = [], []
    for period in periods:
        own = [duty for duty in found if period.includes(duty.period)]
        completion.append(rate(sum(duty.is_met for duty in own), sum(duty.is_required for duty in own)))
        held = (months.get(month.start, KindFigures()) for month in period.months())
        attendance.append(attendance_rate(sum(held, KindFigures())))
    series = [
        _series("completion", "完成率", periods, completion, asked),
        _series("attendance", "到会率", periods, attendance, asked),
    ]
    if all(one.shown for one in series):
        series = _apart(*series)
    marks = [(_x(number), f"{one.start:%y}年{one.short_label[0]}季") for number, one in enumerate(periods)]
    ticks = [(_y(Fraction(part, 4)), f"{25 * part}%") for part in range(5)]
    return Trend(periods, series, marks, ticks)


def _series(
    code: str, label: str, periods: Sequence[Period], shares: Sequence[Fraction | None], asked: Asked
) -> Series:
    points = [
        Point(
            period,
            share,
            _x(number),
            _y(share or Fraction(0)),
            links.statistics(period, **replace(asked, period=period).carried),
            period.contains(asked.today),
        )
        for number, (period, share) in enumerate(zip(periods, shares, strict=True))
    ]
    return Series(code, label, points)


def _apart(one: Series, other: Series) -> list[Series]:
    """Names that would lie on each other move apart, and keep above the quarters that stand below the drawing."""
    upper, lower = sorted((one, other), key=lambda each: each.shown[-1].y)
    top, bottom = upper.shown[-1].y, lower.shown[-1].y
    push = max(0.0, NAME_HEIGHT - (bottom - top)) / 2
    low = min(bottom + Series.shift + push, LOWEST_NAME)
    high = min(top + Series.shift - push, low - NAME_HEIGHT)
    placed = {upper.code: round(high - top), lower.code: round(low - bottom)}
    return [replace(each, shift=placed[each.code]) for each in (one, other)]


def _x(number: int) -> float:
    return round(LEFT + number * (WIDTH - LEFT - RIGHT) / (QUARTERS - 1), 1)


def _y(share: Fraction) -> float:
    """From a zero baseline."""
    return round(float(TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)), 1)
