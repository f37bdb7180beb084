"""A report with its figures: each read off the table of its statistic, with its meaning and the rows behind it.

Nothing is counted here. The figures are those of the report's organisation, whoever reads it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404

from branches.models import Branch
from branches.reach import organisation_within
from branches.tree import ranges_during
from lib.dates import written
from lib.periods import Period
from reports.asked import Asked
from reports.figures.base import Cell, Column, Difference, Row, Share, Statistic, Table, plain, why_not
from reports.figures.catalogue import INSERTABLE
from reports.figures.life import Life
from reports.measures import DUTY, HELD
from reports.models import CaseReport

from . import placeholders
from .placeholders import Address, Names, PlaceholderError

_HEADING = re.compile(r"[一二三四五六七八九十]+、")
GONE = "没有这个指标了，请改写报告。"


@dataclass(frozen=True)
class Inserted:
    """A figure in a text. ``records`` is how many rows lie behind it, ``url`` opens them; None and "" of nothing."""

    address: Address
    words: str
    statistic: Statistic
    column: Column
    row: str
    asked: Asked
    cell: Cell
    records: int | None
    url: str
    campaign: str = ""
    place: str = ""
    number: int = 0

    @property
    def text(self) -> str:
        return self.cell.text

    @property
    def name(self) -> str:
        """组织生活（按类型）：专题研讨，举行（主题教育）."""
        beside = "，".join(filter(None, (self.campaign, self.place)))
        column = placeholders.words_of_columns(self.statistic)[self.column.code]
        parts = "，".join(filter(None, (self.row, column)))
        return f"{self.statistic.title}：{parts}" + (f"（{beside}）" if beside else "")

    @property
    def is_running(self) -> bool:
        return self.asked.is_running

    @property
    def period(self) -> str:
        """Of a period that runs, up to which day."""
        label = self.asked.period.label
        return f"{label}（截至{written(self.asked.day)}）" if self.is_running else label

    def body(self) -> dict[str, Any]:
        """One figure of ``case_report NAME --json``."""
        return {
            "placeholder": self.words,
            "figure": self.name,
            "value": plain(self.cell.value),
            "text": self.text,
            "definition": self.column.definition,
            "version": self.column.version,
            "period": self.asked.period.code,
            "on": self.asked.day.isoformat(),
            "is_running": self.is_running,
            "branch": self.asked.org.code if self.asked.org else None,
            "records": self.records,
        }


@dataclass(frozen=True)
class Piece:
    """Words, or a figure, or what is wrong with a placeholder."""

    text: str
    figure: Inserted | None = None
    fault: str = ""


@dataclass(frozen=True)
class Paragraph:
    pieces: Sequence[Piece]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_heading(self) -> bool:
        """一、 at its beginning, as official papers number."""
        return bool(_HEADING.match(self.text))


@dataclass(frozen=True)
class Composed:
    """A report ready to be read: ``paragraphs`` with the figures in place, ``figures`` each once, in their order."""

    report: CaseReport
    today: date
    paragraphs: Sequence[Paragraph]
    figures: Sequence[Inserted]

    @property
    def faults(self) -> list[str]:
        return [piece.fault for paragraph in self.paragraphs for piece in paragraph.pieces if piece.fault]

    def body(self) -> dict[str, Any]:
        """What ``case_report NAME --json`` prints."""
        return {
            "name": self.report.name,
            "title": self.report.title,
            "branch": self.report.branch.code,
            "period": self.report.period_code,
            "text": "\n".join(paragraph.text for paragraph in self.paragraphs),
            "figures": [figure.body() for figure in self.figures],
        }


def compose(report: CaseReport, today: date) -> Composed:
    """A table for each statistic, campaign, organisation and period that the text names, however often it does."""
    figures = Figures(report.branch, report.period, today)
    found: dict[Address, Inserted] = {}
    paragraphs = [
        Paragraph(_pieces(line.strip(), figures, found)) for line in report.text.splitlines() if line.strip()
    ]
    return Composed(report, today, paragraphs, list(found.values()))


def _pieces(line: str, figures: "Figures", found: dict[Address, Inserted]) -> Sequence[Piece]:
    made: list[Piece] = []
    for before, inside in placeholders.pieces(line):
        if before:
            made.append(Piece(before))
        if inside:
            made.append(_figure(inside, figures, found))
    return made


def _figure(inside: str, figures: "Figures", found: dict[Address, Inserted]) -> Piece:
    address = Address.read(inside)
    try:
        if address is None:
            raise PlaceholderError(GONE)
        if address not in found:
            found[address] = replace(figures.of(address), number=len(found) + 1)
    except PlaceholderError as fault:
        return Piece("［数字缺失］", fault=f"“{inside}”：{fault}")
    return Piece(found[address].text, figure=found[address])


class Figures:
    """The figures of one organisation; each table is made once, however many of its numbers are asked for."""

    def __init__(self, branch: Branch, period: Period, today: date) -> None:
        self._branch, self._period, self._today = branch, period, today
        self._asked: dict[tuple[str, int | None, int | None], Asked] = {}
        self._tables: dict[Address, Table] = {}
        self.names = Names(branch)

    def of(self, address: Address) -> Inserted:
        """PlaceholderError says why there is none."""
        if not address.is_known():
            raise PlaceholderError(GONE)
        table = self._table(replace(address, column="", row=""))
        labels = placeholders.words_of_rows(table.statistic)
        row = _row_of(table, address.row)
        cells = {one.code: cell for one, cell in zip(table.columns, row.cells, strict=True)} if row else {}
        column = next(one for one in table.columns if one.code == address.column)
        counted = counted_by(table.statistic, column)
        rows = cells.get(counted, Cell(0))
        cell = cells.get(column.code, Cell(None) if column.kind == "percent" else Cell(0))
        asked = table.asked
        return Inserted(
            address=address,
            words=self.names.in_words(address),
            statistic=table.statistic,
            column=column,
            row=labels.get(address.row, ""),
            asked=asked,
            cell=cell,
            records=rows.value if isinstance(rows.value, int) else None,
            url=cell.url if counted == column.code else rows.url,
            campaign=asked.campaign.name if asked.campaign else "",
            place=asked.org.short_name if asked.org and address.organisation else "",
        )

    def _table(self, of: Address) -> Table:
        if of not in self._tables:
            statistic, asked = INSERTABLE[of.statistic], self._asked_for(of)
            if why := why_not(statistic, asked.period):
                raise PlaceholderError(why)
            self._tables[of] = statistic.tabulate(asked)
        return self._tables[of]

    def _asked_for(self, of: Address) -> Asked:
        wanted = (of.period, of.campaign, of.organisation)
        if wanted not in self._asked:
            self._asked[wanted] = self._ask(of)
        return self._asked[wanted]

    def _ask(self, of: Address) -> Asked:
        period = Period.parse(of.period) if of.period else self._period
        if period.start > self._today:
            raise PlaceholderError(f"{period.label}还没有开始。")
        org, ranges = self._branch, ranges_during(self._branch, period.start, period.end)
        if of.organisation:
            try:
                org, ranges = organisation_within(ranges, of.organisation, period.start, period.end)
            except Http404:
                raise PlaceholderError(
                    f"这个党组织在{period.label}不属于{self._branch.short_name}。"
                ) from None
        campaign = self.names.campaign_rows.get(of.campaign) if of.campaign else None
        if of.campaign and campaign is None:
            raise PlaceholderError("没有这个专题活动了，请改写报告。")
        return Asked(period, self._today, ranges, ranges, org=org, campaign=campaign)


def _row_of(table: Table, code: str) -> Row | None:
    """None of a kind that nobody held."""
    return next((row for row in table.rows if row.code == code), None) if code else table.total


def counted_by(statistic: Statistic, column: Column) -> str:
    """The code of the figure that says how many rows lie behind ``column``.

    Of a share that is what it divides by, of a difference what it takes from, of people who came the records they came
    to.
    """
    if isinstance(column, Share | Difference):
        return column.whole
    if not isinstance(statistic, Life):
        return column.code
    if column.band not in (DUTY, HELD):
        return "held"
    if column.kind != "percent":
        return column.code
    return "required" if column.band == DUTY else "held"
