"""Books of statistics: the tables that a department fills in once a year, in its order and under its names.

A table whose data is not here is named with the reason, so that nobody looks for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from branches.roles import Right
from reports.asked import Asked

from . import ministry
from .annual import (
    BASICS,
    BY_EDUCATION,
    BY_JOINING,
    COMPARED,
    CONFIRMED,
    DEVELOPED,
    DEVELOPING,
    LEAVERS,
    LEAVERS_BY_GROUP,
    SECTION,
    STUDENTS,
)
from .base import Span, Statistic, Table
from .member_reviews import REVIEW_TABLE
from .organisations import ORGANISATION_TABLE
from .teaching import TRAINING_TABLE


@dataclass(frozen=True)
class Leaf:
    """A table of a book; without ``statistic`` stands ``why`` there is none."""

    number: int
    title: str
    statistic: Statistic | None = None
    why: str = ""

    @property
    def label(self) -> str:
        return f"表{self.number} {self.title}"


@dataclass(frozen=True)
class Filled:
    """A table of a book with its figures."""

    leaf: Leaf
    table: Table | None

    @property
    def note(self) -> str:
        """What the table shows, or why there is none."""
        return self.table.statistic.note if self.table else self.leaf.why

    def body(self) -> dict[str, Any]:
        return {
            "number": self.leaf.number,
            "title": self.leaf.title,
            "why": self.leaf.why,
            "table": self.table.body() if self.table else None,
        }


@dataclass(frozen=True)
class Book:
    """Of a year; ``span``, ``right`` and ``title`` are told as a statistic tells them."""

    name: str
    title: str
    note: str
    leaves: tuple[Leaf, ...]
    span: Span = "year"
    has_day: bool = True
    right: Right = Right.SEE_FIGURES

    @property
    def first(self) -> Statistic:
        return next(leaf.statistic for leaf in self.leaves if leaf.statistic)

    def filled(self, asked: Asked) -> tuple[Filled, ...]:
        """Each table counted, under the name it has here."""
        return tuple(Filled(leaf, _table(leaf, asked)) for leaf in self.leaves)

    def body(self, asked: Asked) -> dict[str, Any]:
        """What ``statistics NAME --json`` prints."""
        return {
            "name": self.name,
            "title": self.title,
            "note": self.note,
            "period": asked.period.code,
            "on": asked.day.isoformat(),
            "branch": asked.org.code if asked.org else None,
            "tables": [one.body() for one in self.filled(asked)],
        }


def _table(leaf: Leaf, asked: Asked) -> Table | None:
    if leaf.statistic is None:
        return None
    table = leaf.statistic.tabulate(asked)
    statistic: Any = table.statistic
    return replace(table, statistic=replace(statistic, title=leaf.label))


def tables_of(filled: Sequence[Filled]) -> list[Table]:
    return [one.table for one in filled if one.table]


ANNUAL: Final = Book(
    name="annual",
    title=SECTION,
    note="党内统计年报各表中支部簿有数据的，按公开的报表名称和顺序排列。帮助填报和核对，不代替全国党内统计系统；"
    "表式和口径以当年的统计通知为准。",
    leaves=(
        Leaf(1, "两年党员数综合比较", COMPARED),
        Leaf(2, "党员基本情况", BASICS),
        Leaf(3, "党员入党时间情况", BY_JOINING),
        Leaf(4, "党员学历情况", BY_EDUCATION),
        Leaf(5, "乡镇党员情况", why="高校没有乡镇党组织，不用填。"),
        Leaf(6, "社区党员情况", why="高校没有社区党组织，不用填。"),
        Leaf(7, "学生党员情况", STUDENTS),
        Leaf(8, "民主评议党员情况", REVIEW_TABLE),
        Leaf(9, "党员培训情况", TRAINING_TABLE),
        Leaf(10, "党员出党情况（方式）", LEAVERS),
        Leaf(11, "党员出党情况（构成）", LEAVERS_BY_GROUP),
        Leaf(12, "表彰情况", why="支部簿不登记表彰和奖励，请按表彰文件填写。"),
        Leaf(13, "预备党员转正情况", CONFIRMED),
        Leaf(14, "发展党员情况", DEVELOPING),
        Leaf(15, "发展党员构成情况", DEVELOPED),
    ),
)
MINISTRY: Final = Book(
    name="ministry",
    title=ministry.SECTION,
    note="教育部年度统计中高校党建各表，支部簿有数据的，按公开的报表名称和顺序排列。帮助填报和核对，表式和口径以当年的通知为准。",
    leaves=(
        Leaf(1, "高校基层党组织建设情况", ORGANISATION_TABLE),
        Leaf(2, "教职工党员队伍", ministry.STAFF),
        Leaf(3, "高层次人才党员", why="支部簿不登记职称和人才称号，请按人事部门的数据填写。"),
        Leaf(4, "“双带头人”", ministry.LEADERS),
        Leaf(5, "学生党员队伍", STUDENTS),
        Leaf(6, "失联党员汇总", ministry.LOST),
        Leaf(7, "失联党员规范管理及组织处置", ministry.HANDLED),
    ),
)
BOOKS: Final[Mapping[str, Book]] = {one.name: one for one in (ANNUAL, MINISTRY)}
#: Shown within a book, and not by themselves beside it.
IN_BOOKS: Final = frozenset(
    leaf.statistic.name
    for book in BOOKS.values()
    for leaf in book.leaves
    if leaf.statistic and leaf.statistic.section == book.title
)
