"""Who has returned an assignment and who has not: figures for the pages, and the list as a workbook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

from django.db.models import Exists, Max, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from .assignments import counts_by_state
from .models import Assignment, AssignmentReturn
from .models.assignments import RETURNED, WAITING, AssignmentQuerySet, AssignmentReturnQuerySet, State
from .returns import LOOKS, word_of

_COLUMNS = (
    OutColumn("党支部", width=30),
    OutColumn("上级党组织", width=24),
    OutColumn("情况", width=12),
    OutColumn("报送日期", "date", 12),
    OutColumn("活动日期", "date", 12),
    OutColumn("报送内容", width=40),
    OutColumn("不适用的理由", width=30),
    OutColumn("答复", width=30),
    OutColumn("最近催办", "date", 12),
)


@dataclass(frozen=True)
class Figure:
    """One count, and the list of as many branches."""

    label: str
    number: int
    url: str


@dataclass(frozen=True)
class Standing:
    """How many branches an assignment reached, and how they stand, as far as somebody sees them."""

    assignment: Assignment
    by_state: Mapping[str, int]
    #: The only branch there is to see of it, as a row with its state.
    only: AssignmentReturn | None = None

    @property
    def look(self) -> str:
        return LOOKS[self.only.stands] if self.only else ""

    @property
    def word(self) -> str:
        return word_of(self.assignment, self.only.stands) if self.only else ""

    @property
    def returned_url(self) -> str:
        return self.url("returned")

    @property
    def waiting_url(self) -> str:
        return self.url("waiting")

    @property
    def asked_url(self) -> str:
        return self.url("asked")

    def _sum(self, *states: State) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def returned(self) -> int:
        return self._sum(*RETURNED)

    @property
    def waiting(self) -> int:
        return self._sum(*WAITING)

    @property
    def asked(self) -> int:
        return self._sum(State.ASKED)

    @property
    def figures(self) -> list[Figure]:
        """Nobody is compared: each number only opens its list."""
        done, open_ = ("已阅", "未阅") if self.assignment.is_notice else ("已报", "未报")
        late = "逾期后已阅" if self.assignment.is_notice else "迟报"
        counted = [
            ("发给", self.total, ""),
            (done, self.returned, "returned"),
            (f"其中{late}", self._sum(State.LATE), "late"),
            (open_, self.waiting, "waiting"),
            ("其中逾期", self._sum(State.OVERDUE), "overdue"),
            ("待答复", self.asked, "asked"),
            ("不适用", self._sum(State.EXEMPT), "exempt"),
            ("已撤销", self._sum(State.GONE), "gone"),
        ]
        always = ("发给", done, open_)
        return [
            Figure(label, number, self.url(state))
            for label, number, state in counted
            if number or label in always
        ]

    def url(self, state: str = "") -> str:
        address = reverse("assignment_detail", args=[self.assignment.pk])
        return f"{address}?{urlencode({'state': state})}" if state else address


def narrowed(
    found: AssignmentQuerySet, asked: Mapping[str, str], user: User, today: date
) -> AssignmentQuerySet:
    """Those of a list that its query row asks for."""
    if nature := asked.get("nature"):
        found = found.filter(nature=nature)
    state = asked.get("state")
    if state == "withdrawn":
        return found.filter(withdrawn_at__isnull=False)
    if state in ("open", "asked"):
        states = (State.ASKED,) if state == "asked" else WAITING
        rows = AssignmentReturn.objects.visible_to(user).in_state(today, *states)
        found = found.standing().filter(Exists(rows.filter(assignment=OuterRef("pk"))))
    return found


def standings(page: Iterable[Assignment], user: User, today: date) -> list[Standing]:
    """Two queries, whatever the number."""
    found = list(page)
    keys = [one.pk for one in found]
    counts = counts_by_state(keys, user, today)
    alone = [pk for pk, by_state in counts.items() if sum(by_state.values()) == 1]
    rows = AssignmentReturn.objects.visible_to(user).with_state(today).filter(assignment__in=alone)
    only = {row.assignment_id: row for row in rows}
    return [Standing(one, counts.get(one.pk, {}), only.get(one.pk)) for one in found]


def rows_of(
    assignment: Assignment, user: User, today: date, states: Iterable[State] | None = None
) -> AssignmentReturnQuerySet:
    """Its branches as far as ``user`` sees them, in official order, each with its state; of ``states`` when given."""
    rows = AssignmentReturn.objects.visible_to(user).filter(assignment=assignment)
    rows = rows.with_state(today) if states is None else rows.in_state(today, *states)
    return rows.select_related("branch__parent", "record", "assignment")


def last_chased(assignment: Assignment, user: User) -> date | None:
    rows = AssignmentReturn.objects.visible_to(user).filter(assignment=assignment)
    found: date | None = rows.aggregate(last=Max("chased_on"))["last"]
    return found


@dataclass(frozen=True)
class Line:
    row: AssignmentReturn
    look: str
    word: str
    is_in: bool


def lines(page: Iterable[AssignmentReturn], assignment: Assignment) -> list[Line]:
    found = []
    for row in page:
        state = row.stands
        found.append(Line(row, LOOKS[state], word_of(assignment, state), state in RETURNED))
    return found


def write(
    target: Path | BinaryIO, assignment: Assignment, rows: Sequence[AssignmentReturn], *, by: User
) -> None:
    """Write the list. Audited."""
    audit.record("assignment.export", by=by, on=assignment, after={"rows": len(rows)})
    banner = [
        f"{assignment.get_nature_display()}：{assignment.title}",
        f"{assignment.opens_on:%Y-%m-%d} 至 {assignment.due_on:%Y-%m-%d}，{assignment.issuer.short_name}发出。",
        f"{by.name} 导出，{timezone.localtime():%Y-%m-%d %H:%M}，共 {len(rows)} 行。",
    ]
    cells = [_cells(row, assignment) for row in rows]
    write_list(target, [OutSheet("报送情况", _COLUMNS, cells, banner)])


def _cells(row: AssignmentReturn, assignment: Assignment) -> list[object]:
    state = row.stands
    is_in = state in RETURNED
    record = row.record if is_in else None
    parent = row.branch.parent
    return [
        row.branch.short_name,
        parent.short_name if parent else "",
        word_of(assignment, state),
        row.returned_on if is_in else None,
        record.held_on if record else None,
        record.title if record else row.said,
        row.claim,
        row.answer,
        row.chased_on,
    ]
