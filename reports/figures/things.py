"""The two sorts of rows that figures count: those the database finds, and those that are reckoned here."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from branches.roles import Right
from branches.scope import covers, ranges_of, within
from reports.asked import Asked

from .base import Figure, Group, LeftOut, Line, asked_which


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of the database.

    ``find`` gives those of what is asked for, each with ``stood_at`` (where its organisation stood then) and
    ``unit_category``. ``path`` is where that organisation stands today: it decides, with ``right``, who may open a
    row; ``branch`` is its key. ``show`` makes the line of one row, names in clear or masked. A figure's ``which`` is a
    condition, or makes one of what is asked for.
    """

    noun: str
    find: Callable[[Asked], QuerySet[Any, Any]]
    heads: tuple[str, ...]
    show: Callable[[Any, bool], Line]
    right: Right
    order: tuple[str, ...]
    select: tuple[str, ...] = ()
    path: str = "branch_path"
    branch: str = "branch"

    def places(self, asked: Asked, figures: Sequence[Figure]) -> Iterator[tuple[str, Sequence[int]]]:
        wanted = {f"n{n}": _count(asked, figure) for n, figure in enumerate(figures)}
        counted = self._asked(asked).order_by().values("stood_at").annotate(**wanted)
        for place, *numbers in counted.values_list("stood_at", *wanted):
            yield place, numbers

    def totals(self, asked: Asked, wanted: Sequence[tuple[Figure | LeftOut, Group | None]]) -> Sequence[int]:
        counts = {f"n{n}": _count(asked, figure, group) for n, (figure, group) in enumerate(wanted)}
        found = self._asked(asked).order_by().aggregate(**counts)
        return [found[name] for name in counts]

    def behind(self, asked: Asked, figure: Figure, group: Group | None) -> QuerySet[Any, Any]:
        rows = self._asked(asked).filter(_condition(asked, figure, group))
        return rows.select_related(*self.select).order_by(*self.order)

    def open_to(self, rows: QuerySet[Any, Any], user: User) -> QuerySet[Any, Any]:
        return rows.filter(within(self.path, ranges_of(user, self.right)))

    def _asked(self, asked: Asked) -> QuerySet[Any, Any]:
        """The rows of the scope, the category and the one organisation that are asked for."""
        rows = self.find(asked)
        if asked.category:
            rows = rows.filter(unit_category=asked.category)
        if asked.branch_id:
            rows = rows.filter(**{self.branch: asked.branch_id})
        return rows


def _count(asked: Asked, figure: Figure | LeftOut, group: Group | None = None) -> Count:
    condition = _condition(asked, figure, group)
    return Count("pk", filter=condition) if condition else Count("pk")


def _condition(asked: Asked, figure: Figure | LeftOut, group: Group | None) -> Q:
    condition = Q()
    for one in (figure, group):
        if one is not None:
            condition &= asked_which(one.which, asked)
    return condition


class Item(Protocol):
    """A row that is reckoned: where its organisation stands, which one it is, and of what category."""

    @property
    def branch_id(self) -> int: ...
    @property
    def branch_path(self) -> str: ...
    @property
    def branch_category(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Items:
    """Rows that are reckoned, not kept. A figure's ``which`` is a test of one.

    ``place`` names what tells where an item counts, when that is not where its organisation stands today.
    """

    noun: str
    find: Callable[[Asked], Sequence[Any]]
    heads: tuple[str, ...]
    show: Callable[[Any, bool], Line]
    right: Right
    place: str = "branch_path"

    def places(self, asked: Asked, figures: Sequence[Figure]) -> Iterator[tuple[str, Sequence[int]]]:
        found: dict[str, Counter[int]] = defaultdict(Counter)
        for item in self._asked(asked):
            found[getattr(item, self.place)].update(
                n for n, figure in enumerate(figures) if figure.which(item)
            )
        for place, counted in found.items():
            yield place, [counted[n] for n in range(len(figures))]

    def totals(self, asked: Asked, wanted: Sequence[tuple[Figure | LeftOut, Group | None]]) -> Sequence[int]:
        items = self._asked(asked)
        return [sum(_holds(item, figure, group) for item in items) for figure, group in wanted]

    def behind(self, asked: Asked, figure: Figure, group: Group | None) -> list[Any]:
        return [item for item in self._asked(asked) if _holds(item, figure, group)]

    def open_to(self, rows: list[Any], user: User) -> list[Any]:
        ranges = ranges_of(user, self.right)
        return [item for item in rows if covers(ranges, item.branch_path)]

    def _asked(self, asked: Asked) -> list[Any]:
        return [
            item
            for item in self.find(asked)
            if (not asked.category or item.branch_category == asked.category)
            and (not asked.branch_id or item.branch_id == asked.branch_id)
        ]


def _holds(item: Any, figure: Figure | LeftOut, group: Group | None) -> bool:
    return figure.which(item) and (group is None or group.which(item))
