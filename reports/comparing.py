"""Two periods beside each other, the difference in words as well as in numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lib.templatetags.ui import points, thousands

from . import quarterly
from .asked import Asked
from .measures import Cell, Measure, Sums, Value, cells, is_enough, measures_of, whole_of
from .quarterly import Quarterly
from .table import members_of

#: Of these the page says in a sentence what became of them.
IN_SENTENCE = ("held", "completion", "attendance")


@dataclass(frozen=True)
class Line:
    """One figure of both periods, and what became of it: 多 12, 少 3, 升 2.3 个百分点, 不变."""

    code: str
    group: str
    heading: str
    before: Cell
    now: Cell
    difference: str

    @property
    def pair(self) -> tuple[Cell, Cell]:
        return self.before, self.now


@dataclass(frozen=True)
class Comparison:
    before: Asked
    now: Asked
    lines: Sequence[Line]

    @property
    def sentence(self) -> str:
        if running := [one.period.label for one in (self.now, self.before) if one.is_running]:
            return f"{'、'.join(running)}还没有结束，先不下结论。下面是到今天为止的数，还会变。"
        told = [f"{line.heading}{line.difference}" for line in self.lines if line.code in IN_SENTENCE]
        return f"{self.now.period.label}与{self.before.period.label}相比，{'，'.join(told)}。"


def compare(now: Asked, before: Asked) -> Comparison:
    """The figures of ``now`` beside those of ``before``. Twice the queries of the figures."""
    pair = quarterly.compose_for(now), quarterly.compose_for(before)
    return Comparison(before, now, [*_life(now, before, *pair), _members(now, before, *pair)])


def _life(now: Asked, before: Asked, figures: Quarterly, earlier: Quarterly) -> Iterator[Line]:
    measures = measures_of(judged=now.campaign is None)
    sums, were = whole_of(figures), whole_of(earlier)
    shown = zip(
        measures,
        cells(measures, sums, now.period, now.carried),
        cells(measures, were, before.period, before.carried),
        strict=True,
    )
    for measure, cell, was in shown:
        yield Line(measure.code, measure.group, measure.heading, was, cell, _became(measure, sums, were))


def _became(measure: Measure, now: Sums, before: Sums) -> str:
    if measure.is_rate and not all(is_enough(_whole(measure, sums)) for sums in (now, before)):
        return "数量太少，不比较"
    return in_words(measure.value(now), measure.value(before))


def _whole(measure: Measure, sums: Sums) -> int | None:
    """What a share divides by."""
    return measure.parts(sums)[1] if measure.parts else sums.life.expected


def in_words(now: Value, before: Value) -> str:
    """What became of a figure; of a share in percentage points, between what is shown."""
    if now is None or before is None:
        return "没有可比的数"
    if isinstance(now, Fraction) or isinstance(before, Fraction):
        by = points(now) - points(before)
        return f"{'升' if by > 0 else '降'} {abs(by)} 个百分点" if by else "不变"
    if now == before:
        return "不变"
    return f"{'多' if now > before else '少'} {thousands(abs(now - before))}"


def _members(now: Asked, before: Asked, figures: Quarterly, earlier: Quarterly) -> Line:
    """The roster of the last day of each."""
    became = in_words(figures.roster.members, earlier.roster.members)
    was = members_of(earlier.roster.members, before.carried, earlier)
    cell = members_of(figures.roster.members, now.carried, figures)
    return Line("members", "党员（人）", "期末党员", was, cell, became)
