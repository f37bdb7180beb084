"""The rows behind one number: what it means, the rows, those out of reach, and what was left out and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.models import User
from branches.roles import Right
from branches.scope import has_right
from reports.asked import Asked

from .base import Figure, Group, Line, Statistic, as_taken
from .catalogue import figure_of
from .tables import ByGroup


@dataclass(frozen=True)
class Found:
    """``rows`` are those the user may open; ``elsewhere`` counts the others, ``left_out`` what is not in the number."""

    statistic: Statistic
    figure: Figure
    group: Group | None
    asked: Asked
    user: User
    rows: Any
    number: int
    left_out: tuple[tuple[str, int], ...]

    @property
    def title(self) -> str:
        group = f"（{self.group.label}）" if self.group else ""
        return f"{self.asked.title}{self.statistic.title}：{self.figure.heading}{group}"

    @property
    def elsewhere(self) -> int:
        return self.number - self.listed

    @cached_property
    def listed(self) -> int:
        return len(self.rows) if isinstance(self.rows, list) else int(self.rows.count())

    def lines(self, rows: Iterable[Any]) -> list[Line]:
        """Rows of one page, names in clear or masked."""
        named = has_right(self.user, Right.SEE_NAMES)
        return [self.figure.things.show(row, named) for row in rows]


def found(statistic: Statistic, code: str, asked: Asked, user: User) -> Found | None:
    """What lies behind the figure ``code``; None where there is no such figure or group. Two counts and the rows."""
    figure, asked = figure_of(statistic, code), as_taken(statistic, asked)
    groups = statistic.groups if isinstance(statistic, ByGroup) else {}
    if figure is None or (asked.group and asked.group not in groups):
        return None
    group = groups.get(asked.group)
    counted = figure.things.behind(asked, figure, group)
    return Found(
        statistic=statistic,
        figure=figure,
        group=group,
        asked=asked,
        user=user,
        rows=figure.things.open_to(counted, user),
        number=len(counted) if isinstance(counted, list) else counted.count(),
        left_out=tuple(
            (one.reason, number) for one in figure.left_out if (number := one.count(asked, group))
        ),
    )
