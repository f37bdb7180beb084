"""The lists about coming and going, each as rows that the page shows and the workbook holds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.list_exports import columns
from branches.models import Branch
from branches.roles import Right
from branches.scope import has_right
from lib.masking import mask_day, mask_name
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from . import overdue
from .codes import EDUCATIONS
from .models import Circumstance, Departure, Destination, RosterCorrection, StatusPeriod, Transfer
from .transfer_steps import way

OPEN, LATE = "open", "late"
WHAT = {
    "enrol": "补录转入",
    "return": "重新转入",
    "move": "转支部",
    "change": "更正日期或类别",
    "depart": "离开",
    "annul": "撤销离开登记",
    "suspend": "停止党籍",
    "restore": "恢复党籍",
}


@dataclass(frozen=True)
class Asked:
    """What of a list is asked for; a blank asks for everything."""

    kind: str = ""
    state: str = ""
    branch: Branch | None = None
    year: int | None = None
    who: str = ""

    def as_parameters(self) -> dict[str, Any]:
        branch = self.branch.pk if self.branch else None
        return {
            "kind": self.kind,
            "state": self.state,
            "branch": branch,
            "year": self.year,
            "who": self.who,
        }


@dataclass(frozen=True)
class Row:
    """``cells`` are the values in the order of the columns; ``look`` and ``word`` say how it stands."""

    url: str
    cells: tuple[object, ...]
    look: str = ""
    word: str = ""
    deeds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Listing:
    """A list: its columns, what ``find`` finds for a user, and how ``show`` shows one of it."""

    code: str
    title: str
    columns: tuple[OutColumn, ...]
    find: Callable[[User, Asked], Any]
    show: Callable[[Any, User], Row]
    right: Right = Right.ASK_TRANSFER
    empty: str = "没有符合条件的记录。"
    extra: dict[str, Any] = field(default_factory=dict)

    def rows(self, user: User, found: Iterable[Any]) -> Iterator[Row]:
        return (self.show(one, user) for one in found)


def _below(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    return rows.below(asked.branch.path) if asked.branch else rows  # type: ignore[attr-defined]


def _transfers(user: User, asked: Asked) -> QuerySet[Transfer]:
    rows = Transfer.objects.reachable_by(user, Right.ASK_TRANSFER)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.state == OPEN:
        rows = rows.open()
    elif asked.state == LATE:
        rows = rows.filter(state=Transfer.State.SENT, valid_until__lt=timezone.localdate())
    elif asked.state:
        rows = rows.filter(state=asked.state)
    return _below(rows, asked).select_related("branch", "target")


_LOOKS = {
    Transfer.State.REQUESTED: "doing",
    Transfer.State.SENT: "doing",
    Transfer.State.ACCEPTED: "done",
    Transfer.State.ARRIVED: "done",
    Transfer.State.REFUSED: "due",
    Transfer.State.WITHDRAWN: "exempt",
}


def _transfer(row: Transfer, user: User) -> Row:
    is_expired = row.is_expired(timezone.localdate())
    origin, goal = way(row)
    word = "过期未落转" if is_expired else row.get_state_display()
    cells = (
        row.name,
        row.get_kind_display(),
        origin,
        goal,
        row.letter,
        row.issued_on,
        row.valid_until,
        row.accepted_on,
        word,
    )
    look = "late" if is_expired else _LOOKS[Transfer.State(row.state)]
    return Row(reverse("transfer_detail", args=[row.pk]), cells, look, word)


def _away(user: User, asked: Asked) -> list[overdue.Due]:
    found = overdue.of_user(user, timezone.localdate(), asked.branch)
    if asked.kind:
        found = [due for due in found if _kind_of(due) == asked.kind]
    if asked.state:
        found = [due for due in found if due.is_late == (asked.state == LATE)]
    return found


_AWAY = (Circumstance.Kind.LOST, Circumstance.Kind.ABROAD, Circumstance.Kind.FLOATING)


def _kind_of(due: overdue.Due) -> str:
    if due.transfer:
        return "letter"
    return due.circumstance.kind if due.circumstance else "suspended"


def _due(due: overdue.Due, user: User) -> Row:
    article = f"{due.rule.article}（{due.rule.code}）"
    cells = (due.name, due.place, due.title, due.since, due.next_step, due.due_on, article, due.word)
    deeds: tuple[tuple[str, str], ...] = ()
    if due.circumstance:
        is_away = due.circumstance.kind in _AWAY
        label, name = ("登记联系", "circumstance_contact") if is_away else ("结束", "circumstance_end")
        deeds = ((label, reverse(name, args=[due.circumstance.pk])),)
    if due.transfer:
        url = reverse("transfer_detail", args=[due.transfer.pk])
    else:
        url = reverse("member_detail", args=[due.member.pk]) if due.member else ""
    look = "due" if due.is_possible else "late" if due.is_late else "todo"
    return Row(url, cells, look, due.word, deeds)


def _departures(user: User, asked: Asked) -> QuerySet[Departure]:
    rows = Departure.objects.reachable_by(user, Right.ASK_TRANSFER)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.year:
        rows = rows.filter(on__year=asked.year)
    return _below(rows, asked).select_related("member", "branch")


def _departure(row: Departure, user: User) -> Row:
    word = "已撤销登记" if row.annulled_at else ""
    cells = (
        row.member.name,
        row.branch.short_name,
        row.get_kind_display(),
        row.on,
        row.evidence,
        row.document,
        word,
    )
    may_annul = has_right(user, Right.TRANSFER) and not row.annulled_at
    deeds = (("撤销登记", reverse("departure_annul", args=[row.pk])),) if may_annul else ()
    url = reverse("member_detail", args=[row.member_id])
    return Row(url, cells, "exempt" if word else "", word, deeds)


def _corrections(user: User, asked: Asked) -> QuerySet[RosterCorrection]:
    rows = RosterCorrection.objects.reachable_by(user, Right.ASK_TRANSFER)
    if asked.year:
        rows = rows.filter(entered_at__year=asked.year)
    return _below(rows, asked).select_related("member", "by")


def _correction(row: RosterCorrection, user: User) -> Row:
    cells = (
        row.member.name,
        WHAT.get(row.what, row.what),
        row.effective_on,
        row.effective_until,
        _said(row.before),
        _said(row.after),
        row.entered_on,
        row.by.name if row.by else "系统",
        row.reason,
    )
    return Row(reverse("member_detail", args=[row.member_id]), cells)


def _said(standing: dict[str, str]) -> str:
    if not standing:
        return "不在名册"
    return f"{standing['branch']} {StatusPeriod.Status(standing['status']).label}"


def _destinations(user: User, asked: Asked) -> QuerySet[Destination]:
    rows = Destination.objects.reachable_by(user, Right.SEE_FIGURES)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.year:
        rows = rows.filter(graduates_on__year=asked.year)
    if asked.who:
        rows = rows.filter(member__isnull=asked.who != "member")
    return _below(rows, asked).select_related("branch")


def _destination(row: Destination, user: User) -> Row:
    named = has_right(user, Right.SEE_NAMES)
    cells = (
        row.name if named else mask_name(row.name),
        row.branch.short_name,
        "党员" if row.member_id else "非党员",
        EDUCATIONS.get(row.education, ""),
        row.graduates_on if named else mask_day(row.graduates_on),
        row.get_kind_display(),
        row.place if named else "",
    )
    return Row(reverse("member_detail", args=[row.member_id]) if row.member_id else "", cells)


LISTINGS: dict[str, Listing] = {
    one.code: one
    for one in (
        Listing(
            "transfers",
            "组织关系转接",
            columns(
                "姓名",
                "方式",
                "转出",
                "转入",
                "介绍信编号",
                ("开出日期", "date"),
                ("有效期至", "date"),
                ("接收日期", "date"),
                "进度",
            ),
            _transfers,
            _transfer,
            empty="没有符合条件的转接。",
        ),
        Listing(
            "away",
            "外出与失联",
            columns(
                "姓名",
                "党支部",
                "情形",
                ("起算日期", "date"),
                "下一步",
                ("最早或最迟", "date"),
                "依据",
                "状态",
            ),
            _away,
            _due,
            empty="没有到期和将要到期的事项。",
        ),
        Listing(
            "departures",
            "离开",
            columns("姓名", "党支部", "方式", ("生效日期", "date"), "依据", "文号", "状态"),
            _departures,
            _departure,
        ),
        Listing(
            "corrections",
            "名册更正",
            columns(
                "姓名",
                "事项",
                ("从", "date"),
                ("到", "date"),
                "更正前",
                "更正后",
                ("登记日期", "date"),
                "经办人",
                "原因",
            ),
            _corrections,
            _correction,
            empty="过去的季度没有改动过。",
        ),
        Listing(
            "destinations",
            "毕业去向",
            columns("姓名", "党组织", "身份", "学历", ("毕业日期", "date"), "去向", "去向单位"),
            _destinations,
            _destination,
            right=Right.SEE_FIGURES,
        ),
    )
}


def write(target: Path | BinaryIO, listing: Listing, user: User, asked: Asked) -> None:
    """Write the list. Audited with what was asked."""
    found = listing.find(user, asked)
    rows = [row.cells for row in listing.rows(user, found)]
    facts = {**asked.as_parameters(), "list": listing.code, "rows": len(rows)}
    audit.record("movement.export", by=user, after=facts)
    banner = [listing.title, f"{user.name} 导出，{timezone.localtime():%Y-%m-%d %H:%M}，共 {len(rows)} 行。"]
    write_list(target, [OutSheet(listing.title, listing.columns, rows, banner)])


def summary(listing: Listing, row: Row) -> str:
    """All of a row but its first cell and how it stands, in one line: on a phone there is no room for a table."""
    pairs = list(zip(listing.columns, row.cells, strict=True))[1:]
    if row.look:
        pairs = pairs[:-1]
    said = [(column, shown(cell)) for column, cell in pairs if cell not in (None, "")]
    return "，".join(f"{column.heading} {text}" if column.kind == "date" else text for column, text in said)


def shown(value: object) -> str:
    """A cell as the page writes it."""
    if value is None or value == "":
        return "—"
    return value.isoformat() if isinstance(value, date) else str(value)
