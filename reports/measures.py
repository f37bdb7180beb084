"""The columns of the statistics: what each counts, and the list behind it. Page and workbook share them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from activities.duties import Duty, Lot
from activities.statistics import KindFigures
from lib.periods import Period
from lib.templatetags.ui import percent, thousands

from . import links
from .quarterly import Quarterly
from .rollup import exempt, sum_of

#: A share of fewer persons than this would be about somebody.
FEWEST_FOR_A_RATE = 5
TOO_FEW = "应到不足 5 人次，不显示比率"

Value = int | Fraction | None
ListName = Literal["", "duties", "records"]


class Sums(NamedTuple):
    """What one row counts, all its kinds together; thousands of rows of a workbook have each their own."""

    life: KindFigures
    exempt: int | None = None


@dataclass(frozen=True)
class Measure:
    group: str
    code: str
    heading: str
    value: Callable[[Sums], Value]
    behind: ListName = ""
    filters: Mapping[str, str] | None = None
    #: Of a rate, what it divides.
    parts: Callable[[Sums], tuple[int | None, int | None]] | None = None

    @property
    def is_rate(self) -> bool:
        return not self.behind


@dataclass(frozen=True)
class Cell:
    """A value ready to be shown, with the address of the list behind it."""

    text: str
    url: str = ""
    note: str = ""


def share_in_words(part: int | None, whole: int | None) -> str:
    """A percentage, or the counts themselves where there are too few for one."""
    return percent(rate(part, whole)) if is_enough(whole) else f"{part or 0}/{whole}"


def is_enough(whole: int | None) -> bool:
    """Whether a share of ``whole`` says something, or there is nothing to divide at all."""
    return not whole or whole >= FEWEST_FOR_A_RATE


@lru_cache(maxsize=4096)
def rate(part: int | None, whole: int | None) -> Fraction | None:
    """Thousands of rows have the same few: 1 of 1, 0 of 3."""
    return Fraction(part or 0, whole) if whole else None


def attendance_rate(life: KindFigures) -> Fraction | None:
    return rate(life.present, life.expected) if life.expected >= FEWEST_FOR_A_RATE else None


DUTY, HELD, PRESENT = "义务（项）", "活动（次）", "党员参加（人次）"
MEASURES: tuple[Measure, ...] = (
    Measure(DUTY, "required", "应开", lambda sums: sums.life.required, "duties", {"state": "required"}),
    Measure(DUTY, "met", "已开", lambda sums: sums.life.met, "duties", {"state": "met"}),
    Measure(DUTY, "missed", "逾期未开", lambda sums: sums.life.missed, "duties", {"state": "missed"}),
    Measure(DUTY, "exempt", "不适用", lambda sums: sums.exempt, "duties", {"state": "exempt"}),
    Measure(
        DUTY,
        "completion",
        "完成率",
        lambda sums: rate(sums.life.met, sums.life.required),
        parts=lambda sums: (sums.life.met, sums.life.required),
    ),
    Measure(HELD, "held", "举行", lambda sums: sums.life.held, "records"),
    Measure(HELD, "on_time", "按时登记", lambda sums: sums.life.on_time, "records", {"on_time": "1"}),
    Measure(
        HELD,
        "on_time_rate",
        "按时率",
        lambda sums: rate(sums.life.on_time, sums.life.held),
        parts=lambda sums: (sums.life.on_time, sums.life.held),
    ),
    Measure(PRESENT, "expected", "应到", lambda sums: sums.life.expected, "records"),
    Measure(PRESENT, "present", "实到", lambda sums: sums.life.present, "records"),
    Measure(PRESENT, "on_leave", "请假", lambda sums: sums.life.on_leave, "records", {"mark": "on_leave"}),
    Measure(PRESENT, "absent", "缺席", lambda sums: sums.life.absent, "records", {"mark": "absent"}),
    Measure(PRESENT, "attendance", "到会率", lambda sums: attendance_rate(sums.life)),
)


def measures_of(*, judged: bool) -> tuple[Measure, ...]:
    """Under a campaign no duty is judged."""
    return MEASURES if judged else tuple(one for one in MEASURES if one.group != DUTY)


def cells(
    measures: Sequence[Measure], sums: Sums, period: Period, filters: Mapping[str, object]
) -> list[Cell]:
    return [_cell(measure, sums, period, filters) for measure in measures]


def _cell(measure: Measure, sums: Sums, period: Period, filters: Mapping[str, object]) -> Cell:
    value = measure.value(sums)
    if measure.parts:
        return Cell(share_in_words(*measure.parts(sums)))
    if measure.is_rate:
        hidden = measure.group == PRESENT and 0 < sums.life.expected < FEWEST_FOR_A_RATE
        return Cell(percent(value), note=TOO_FEW if hidden else "")
    if not isinstance(value, int):
        return Cell(thousands(None))
    behind = links.duties if measure.behind == "duties" else links.records
    return Cell(thousands(value), behind(period, **{**filters, **(measure.filters or {})}) if value else "")


def sums_of(life: KindFigures, duties: Sequence[Duty | Lot] = ()) -> Sums:
    return Sums(life, exempt(duties) if duties else None)


def whole_of(figures: Quarterly) -> Sums:
    """Everything that a period counts, all organisations and kinds together."""
    return sums_of(sum_of(figures.life.total), figures.life.lots)


def spans(names: Iterable[str]) -> list[tuple[str, int]]:
    """Upper headings: each name with how many columns follow each other under it."""
    return [(name, len(list(same))) for name, same in groupby(names)]
