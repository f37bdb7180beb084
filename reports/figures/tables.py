"""Statistics that count sets of rows: by organisation, and by the groups people fall into."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from branches.models import Branch
from reports import links
from reports.asked import Asked
from reports.measures import rate

from .base import ORGANISATION, Cell, Difference, Figure, Group, Named, Row, Share, Table, Things, as_taken

#: A number of a row; one that rows are behind, or one made of two others.
Counting = Figure | Share | Difference


@dataclass(frozen=True, kw_only=True)
class ByOrganisation(Named):
    """One row an organisation, in official order. A query for each sort of row and one for the names."""

    columns: tuple[Counting, ...]
    head: str = ORGANISATION

    def tabulate(self, asked: Asked) -> Table:
        asked = as_taken(self, asked)
        found: dict[tuple[int, bool], Counter[str]] = defaultdict(Counter)
        for things, figures in by_things(self.columns):
            for place, numbers in things.places(asked, figures):
                counted = found[asked.row_of(place)]
                counted.update({one.code: number for one, number in zip(figures, numbers, strict=True)})
        names = Branch.objects.in_bulk({pk for pk, _ in found})
        shown = sorted(found, key=lambda row: (names[row[0]].order_key, not row[1]))
        rows = tuple(self._row(asked, names[pk], alone, found[pk, alone]) for pk, alone in shown)
        whole = sum(found.values(), Counter[str]())
        total = Row("", f"{len(rows)} 个单位合计", self._cells(asked, whole, asked.carried))
        return Table(self, asked, rows, total)

    def _row(self, asked: Asked, branch: Branch, alone: bool, counted: Mapping[str, int]) -> Row:
        filters = {**asked.carried, "branch" if alone else "org": branch.pk}
        url = "" if alone or branch.is_leaf else table_url(self.name, asked, filters)
        return Row(branch.code, branch.short_name, self._cells(asked, counted, filters), url=url)

    def _cells(
        self, asked: Asked, counted: Mapping[str, int], filters: Mapping[str, object]
    ) -> tuple[Cell, ...]:
        return cells(self.name, self.columns, asked, counted, filters)


@dataclass(frozen=True, kw_only=True)
class ByGroup(Named):
    """One row a group; each of ``bands`` divides everybody in one way. A query for each sort of row."""

    columns: tuple[Counting, ...]
    bands: tuple[tuple[str, tuple[Group, ...]], ...]
    head: str = "分组"

    @property
    def groups(self) -> dict[str, Group]:
        return {group.code: group for _, groups in self.bands for group in groups}

    def tabulate(self, asked: Asked) -> Table:
        asked, groups = as_taken(self, asked), self.groups
        counted: dict[str, Counter[str]] = defaultdict(Counter)
        for things, figures in by_things(self.columns):
            wanted = [(figure, group) for figure in figures for group in (None, *groups.values())]
            for (figure, group), number in zip(wanted, things.totals(asked, wanted), strict=True):
                counted[group.code if group else ""][figure.code] = number
        rows = tuple(
            Row(group.code, group.label, self._cells(asked, counted[group.code], group.code), band=band)
            for band, members in self.bands
            for group in members
        )
        return Table(self, asked, rows, Row("", "合计", self._cells(asked, counted[""], "")))

    def _cells(self, asked: Asked, counted: Mapping[str, int], group: str) -> tuple[Cell, ...]:
        return cells(self.name, self.columns, asked, counted, {**asked.carried, "group": group})


def by_things(columns: Sequence[Counting]) -> Iterator[tuple[Things, list[Figure]]]:
    """The figures that count the same sort of row, together."""
    figures = [one for one in columns if isinstance(one, Figure)]
    for things in dict.fromkeys(figure.things for figure in figures):
        yield things, [figure for figure in figures if figure.things is things]


def cells(
    statistic: str,
    columns: Sequence[Counting],
    asked: Asked,
    counted: Mapping[str, int],
    filters: Mapping[str, object],
) -> tuple[Cell, ...]:
    """The cells of a row; a number opens the rows it counts, and nothing is behind none."""
    return tuple(
        _number(statistic, one, asked, counted, filters)
        if isinstance(one, Figure)
        else _made_of(one, counted)
        for one in columns
    )


def _made_of(column: Share | Difference, counted: Mapping[str, int]) -> Cell:
    if isinstance(column, Difference):
        return Cell(counted.get(column.whole, 0) - counted.get(column.less, 0))
    return _share(column, counted)


def _share(share: Share, counted: Mapping[str, int]) -> Cell:
    part, whole = counted.get(share.part, 0), counted.get(share.whole, 0)
    return Cell(rate(part, whole), parts=(part, whole))


def _number(
    statistic: str, figure: Figure, asked: Asked, counted: Mapping[str, int], filters: Mapping[str, object]
) -> Cell:
    number = counted.get(figure.code, 0)
    if not number:
        return Cell(number)
    address = reverse("figure_rows", args=[statistic, figure.code])
    return Cell(number, links.with_filters(address, _query(asked, filters)))


def table_url(statistic: str, asked: Asked, filters: Mapping[str, object]) -> str:
    return links.with_filters(reverse("figure_table", args=[statistic]), _query(asked, filters))


def _query(asked: Asked, filters: Mapping[str, object]) -> dict[str, object]:
    return {"period": asked.period.code, "on": asked.on.isoformat() if asked.on else "", **filters}
