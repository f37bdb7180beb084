"""Statistics of organisational life (三会一课 and the rest): by organisation, by kind, by month."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from activities.regulations import NAMES
from activities.statistics import KindFigures, monthly_life
from reports import links, quarterly, rollup
from reports.asked import Asked
from reports.definitions import meanings
from reports.measures import DUTY, MEASURES, Measure, Sums, sums_of, whole_of
from reports.quarterly import Quarterly

from .base import ORGANISATION, Cell, Column, Named, Row, Table

JUDGED = MEASURES
HELD = tuple(one for one in MEASURES if one.group != DUTY)
Rows = Callable[["Life", Asked, Quarterly], Iterable[Row]]


@dataclass(frozen=True, kw_only=True)
class Life(Named):
    """A statistic made of the figures of a period, which duties, tallies and roster are: of whole months."""

    section: str = "组织生活"
    has_day: bool = False
    head: str
    measures: tuple[Measure, ...]
    rows: Rows
    #: Code and label of the rows, where they are the same for every scope and period.
    kinds: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> Sequence[Column]:
        meant = meanings()
        return [
            Column(
                code=one.code,
                heading=one.heading,
                band=one.group,
                definition=meant[one.code],
                kind="percent" if one.is_rate else "integer",
            )
            for one in self.measures
        ]

    def tabulate(self, asked: Asked) -> Table:
        figures = quarterly.compose_for(asked)
        total = self.row("", "合计", whole_of(figures), asked, asked.carried)
        return Table(self, asked, tuple(self.rows(self, asked, figures)), total)

    def row(
        self, code: str, label: str, sums: Sums, asked: Asked, filters: Mapping[str, object], url: str = ""
    ) -> Row:
        cells = tuple(_cell(measure, sums, asked, filters) for measure in self.measures)
        return Row(code, label, cells, url=url)


def _cell(measure: Measure, sums: Sums, asked: Asked, filters: Mapping[str, object]) -> Cell:
    value = measure.value(sums)
    if measure.is_rate:
        part, whole = measure.parts(sums) if measure.parts else (sums.life.present, sums.life.expected)
        return Cell(value, parts=(part or 0, whole or 0))
    if not value:
        return Cell(value)
    behind = links.duties if measure.behind == "duties" else links.records
    return Cell(value, behind(asked.period, **{**filters, **(measure.filters or {})}))


def _by_organisation(statistic: Life, asked: Asked, figures: Quarterly) -> Iterable[Row]:
    for unit in rollup.units(figures.life, asked, figures.roster):
        sums = sums_of(rollup.sum_of(unit.kinds), unit.duties)
        yield statistic.row(unit.branch.code, unit.branch.short_name, sums, asked, unit.filters)


def _by_kind(statistic: Life, asked: Asked, figures: Quarterly) -> Iterable[Row]:
    found = figures.life.total
    for kind, label in NAMES.items():
        if kind in found:
            lots = [lot for lot in figures.life.lots if lot.rule.name == kind]
            filters = {**asked.carried, "kind": kind}
            yield statistic.row(kind, label, sums_of(found[kind], lots), asked, filters)


def _by_month(statistic: Life, asked: Asked, figures: Quarterly) -> Iterable[Row]:
    found = monthly_life(asked.ranges, asked.period, asked.category)
    for month in asked.period.months():
        sums = Sums(found.get(month.start, KindFigures()))
        yield statistic.row(month.code, month.label, sums, replace(asked, period=month), asked.carried)


LIFE_TABLES = (
    Life(
        name="life",
        title="组织生活",
        head=ORGANISATION,
        note="三会一课、主题党日等：应开、已开、举行和到会，按党组织。",
        measures=JUDGED,
        rows=_by_organisation,
    ),
    Life(
        name="life_by_kind",
        title="组织生活（按类型）",
        head="类型",
        note="同样的数，按活动类型。",
        measures=JUDGED,
        rows=_by_kind,
        kinds=NAMES,
    ),
    Life(
        name="life_by_month",
        title="组织生活（按月）",
        head="月份",
        note="举行和到会的逐月情况；应开、已开按季按月规定不同，见前两张表。",
        measures=HELD,
        rows=_by_month,
    ),
)
