"""The register of 《入党志愿书》: draws with what became of their forms, the forms one by one, and both as workbooks.

The layouts are 表1 and 表2 of a public handbook (see the glossary). A form is used, marked as something, or unused; who
used it is named only to whoever sees the person.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.scope import covering_ranges, within
from lib.masking import mask_birth
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet
from members.models import Development, FormDraw, MembershipForm

from .loading import progress_of_all
from .membership_forms import UNUSED, USED, Mark, uses, with_state
from .progress import Progress
from .vocabulary import Step

#: Used, and in none of the draws that the reader sees.
BESIDE = "beside"
#: State → its word on pages, and its look.
STATES: dict[str, tuple[str, str]] = {
    USED: ("正常使用", "done"),
    UNUSED: ("未使用", "todo"),
    Mark.VOID.value: (Mark.VOID.label, "exempt"),
    Mark.LOST.value: (Mark.LOST.label, "late"),
    Mark.RETURNED.value: (Mark.RETURNED.label, "exempt"),
}


@dataclass(frozen=True)
class Asked:
    """What a list or a workbook is of. ``year`` is that of the draw, beside the draws that of the step."""

    branch: Branch | None = None
    year: int | None = None
    state: str = ""
    draw: FormDraw | None = None
    q: str = ""

    def as_parameters(self, **more: object) -> dict[str, str]:
        said = {
            "branch": self.branch and self.branch.pk,
            "year": self.year,
            "state": self.state,
            "draw": self.draw and self.draw.pk,
            "q": self.q,
            **more,
        }
        return {name: str(value) for name, value in said.items() if value}


@dataclass(frozen=True)
class Tally:
    """What became of the forms of a draw, or of several; each form is counted in one column."""

    by_state: Mapping[str, int]

    @property
    def drawn(self) -> int:
        return sum(self.by_state.values())

    @property
    def columns(self) -> list[tuple[str, str, int]]:
        """State, word and number, in the order of 表1."""
        order = (USED, Mark.LOST.value, Mark.VOID.value, Mark.RETURNED.value, UNUSED)
        return [(state, STATES[state][0], self.by_state.get(state, 0)) for state in order]


@dataclass(frozen=True)
class Line:
    """One form: how it stands, the draw it came from, and the step that used it, where the reader sees them."""

    number: str
    state: str
    form: MembershipForm | None
    use: Any

    @property
    def word(self) -> str:
        return STATES[self.state][0]

    @property
    def look(self) -> str:
        return STATES[self.state][1]

    @property
    def development(self) -> Development | None:
        return self.use.development if self.use else None

    @property
    def remark(self) -> str:
        """When and why it was marked, or that nobody may be named."""
        if self.form and self.form.marked_on:
            said = "未用退回，" if self.form.mark == Mark.RETURNED else ""
            return f"{said}{self.form.marked_on:%Y-%m-%d}，{self.form.mark_reason}"
        if self.state == USED and self.use is None:
            return "使用人不在本组织"
        return ""


def draws(user: User, asked: Asked) -> QuerySet[FormDraw]:
    """Draws that ``user`` may see, newest first."""
    found = FormDraw.objects.visible_to(user).select_related("branch")
    if asked.branch:
        found = found.below(asked.branch.path)
    if asked.year:
        found = found.filter(on__year=asked.year)
    return found.filter(pk=asked.draw.pk) if asked.draw else found


def forms(user: User, asked: Asked) -> QuerySet[Any]:
    """The forms of those draws with their ``state``, cut to the state and the number asked for."""
    found = with_state(MembershipForm.objects.filter(draw__in=draws(user, asked).order_by()))
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.q:
        found = found.filter(number__contains=asked.q)
    return found.select_related("draw__branch").order_by("-draw__on", "-draw", "number")


def beside(user: User, asked: Asked) -> QuerySet[Any]:
    """Steps of people whom ``user`` may see, whose form is in no draw that he sees."""
    registered = MembershipForm.objects.visible_to(user).values("number")
    found = _named(user).exclude(number__in=registered)
    if asked.branch:
        found = found.filter(within("development__member__branch_path", covering_ranges([asked.branch.path])))
    if asked.year:
        found = found.filter(on__year=asked.year)
    if asked.q:
        found = found.filter(number__contains=asked.q)
    return found.order_by("-on", "number")


def _named(user: User) -> QuerySet[Any]:
    """Uses by people whom ``user`` may see."""
    seen = uses().filter(development__in=Development.objects.visible_to(user))
    return seen.select_related("development__member__branch")


def tallies(user: User, asked: Asked) -> tuple[dict[int, Tally], Tally]:
    """What became of the forms of each draw, and of all of them together. One query."""
    found = with_state(MembershipForm.objects.filter(draw__in=draws(user, asked).order_by()))
    by_draw: dict[int, dict[str, int]] = defaultdict(dict)
    total: Counter[str] = Counter()
    for draw, state, number in found.order_by().values_list("draw", "state").annotate(number=Count("pk")):
        by_draw[draw][state] = number
        total[state] += number
    return {draw: Tally(states) for draw, states in by_draw.items()}, Tally(total)


def lines(user: User, found: Iterable[Any]) -> list[Line]:
    """Forms with who used them. One query besides that of the forms."""
    rows = list(found)
    used = [row.number for row in rows if row.state == USED]
    by_number = {use.number: use for use in _named(user).filter(number__in=used)} if used else {}
    return [Line(row.number, row.state, row, by_number.get(row.number)) for row in rows]


def lines_beside(found: Iterable[Any]) -> list[Line]:
    return [Line(use.number, USED, None, use) for use in found]


MANAGEMENT, USE = "management", "use"
TITLES = {MANAGEMENT: "《入党志愿书》管理情况登记表", USE: "《入党志愿书》发放、使用情况登记表"}
_MANAGEMENT_COLUMNS = (
    OutColumn("序号", "integer", 6),
    OutColumn("党组织名称", "text", 40),
    OutColumn("领取人", "text", 10),
    OutColumn("领取数量", "integer", 10),
    OutColumn("编号", "text", 28),
    OutColumn("姓名", "text", 30),
    OutColumn("领取时间", "date", 14),
    OutColumn("使用数量", "integer", 10),
    OutColumn("遗失数量", "integer", 10),
    OutColumn("损毁作废数量", "integer", 14),
    OutColumn("未用退回数量", "integer", 14),
)
_USE_COLUMNS = (
    OutColumn("序号", "integer", 6),
    OutColumn("《入党志愿书》编号", "text", 20),
    OutColumn("使用情况", "text", 10),
    OutColumn("使用人姓名", "text", 12),
    OutColumn("出生年月", "text", 10),
    OutColumn("列为发展对象时间", "date", 18),
    OutColumn("接收为预备党员时间", "date", 20),
    OutColumn("所在党组织名称", "text", 40),
    OutColumn("发放人", "text", 10),
    OutColumn("领取人", "text", 10),
    OutColumn("备注", "text", 30),
)


def write(target: Path | BinaryIO, which: str, user: User, asked: Asked) -> None:
    """Write 表1 or 表2 of what is asked. 表2 names the forms in no draw, too, where all draws are asked. Audited."""
    if which == MANAGEMENT:
        columns, rows = _MANAGEMENT_COLUMNS, list(_management_rows(user, asked))
    else:
        columns, rows = _USE_COLUMNS, list(_use_rows(user, asked))
    after = {**asked.as_parameters(), "list": which, "rows": len(rows)}
    entry = audit.record("form.export", by=user, after=after)
    stamp = f"{timezone.localtime():%Y-%m-%d %H:%M}，编号 {str(entry.pk)[:8]}"
    banner = [TITLES[which], f"共 {len(rows)} 行。导出人 {user.name}，{stamp}。"]
    write_list(target, [OutSheet(TITLES[which].split("》")[1], columns, rows, banner)])


def _management_rows(user: User, asked: Asked) -> Iterator[list[object]]:
    by_draw, _ = tallies(user, asked)
    names: dict[int, list[str]] = defaultdict(list)
    used = Asked(asked.branch, asked.year, USED, asked.draw)
    for line in lines(user, forms(user, used)):
        if line.form and line.development:
            names[line.form.draw_id].append(line.development.member.name)
    for index, row in enumerate(draws(user, asked), start=1):
        counts = by_draw[row.pk].by_state
        states = (USED, Mark.LOST, Mark.VOID, Mark.RETURNED)
        yield [
            index,
            row.branch.name,
            row.receiver,
            row.quantity,
            row.numbers,
            "、".join(names[row.pk]),
            row.on,
            *(counts.get(state, 0) for state in states),
        ]


def _use_rows(user: User, asked: Asked) -> Iterator[list[object]]:
    found = [] if asked.state == BESIDE else lines(user, forms(user, asked))
    if asked.draw is None and asked.state in ("", USED, BESIDE):
        found += lines_beside(beside(user, asked))
    progress = _progress_of(found)
    for index, line in enumerate(found, start=1):
        yield [index, *_use_row(line, progress)]


def _progress_of(found: Sequence[Line]) -> dict[UUID, Progress]:
    developments = {line.development.pk: line.development for line in found if line.development}
    return progress_of_all(developments.values(), named=False)


def _use_row(line: Line, progress: Mapping[UUID, Progress]) -> list[object]:
    draw, development = line.form.draw if line.form else None, line.development
    branch = development.member.branch if development else draw.branch if draw else None
    state = STATES[UNUSED][0] if line.state == Mark.RETURNED else line.word
    way = progress.get(development.pk) if development else None
    return [
        line.number,
        state,
        development.member.name if development else "",
        mask_birth(development.member.birth_date) if development else "",
        way.day_of(Step.TARGET_DECISION) if way else None,
        way.day_of(Step.ADMISSION_MEETING) if way else None,
        branch.name if branch else "",
        draw.issuer if draw else "",
        draw.receiver if draw else "",
        line.remark or ("" if draw else "没有领取登记"),
    ]
