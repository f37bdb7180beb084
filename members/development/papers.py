"""The filing lists of 发展党员 as workbooks, each with the columns that organisation departments use.

The layouts are those of public templates of two universities (see the glossary). A list is of those whose turn it is
now, or, where a period is named, of those who took the step within it. Of those who only wait, a period asks who does
on its last day.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, may, within
from lib.masking import mask_birth, mask_id, mask_phone
from lib.periods import Period
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet
from members.codes import EDUCATIONS, nation_label
from members.models import DataRequest, Development, Member

from .listing import Line, lines, people_of
from .steps import TABLE
from .vocabulary import Step


@dataclass(frozen=True)
class Book:
    """What the columns ask beside the line: names of people, and whose identity stands in clear."""

    names: dict[UUID, str]
    in_clear: frozenset[UUID]

    def shows(self, line: Line) -> bool:
        return line.member.pk in self.in_clear


Value = Callable[[Line, Book], object]


@dataclass(frozen=True)
class FilingList:
    """A list: whose turn it is by a day (``waits``), the step whose days a period speaks of, and its columns.

    With ``only_waits`` nobody stands in it who has taken the step.
    """

    code: str
    title: str
    step: Step
    waits: Callable[[Line, date], bool]
    columns: tuple[tuple[OutColumn, Value], ...]
    only_waits: bool = False

    @property
    def has_identity(self) -> bool:
        return any(column.heading in ("身份证号", "联系方式") for column, _ in self.columns)


def _text(heading: str, value: Value, width: float = 12) -> tuple[OutColumn, Value]:
    return OutColumn(heading, "text", width), value


def _day(heading: str, step: Step) -> tuple[OutColumn, Value]:
    return OutColumn(heading, "date", 14), lambda line, _: line.progress.day_of(step)


def _fact(heading: str, step: Step, name: str) -> tuple[OutColumn, Value]:
    """What the step wrote down, in the words of the choice."""
    fact = next(fact for fact in TABLE[step].facts if fact.name == name)
    words = dict(fact.choices)

    def value(line: Line, _: Book) -> object:
        last = line.progress.last(step)
        written = str(last.facts.get(name, "")) if last else ""
        return words.get(written, written)

    return OutColumn(heading, "text", 14), value


def _people(heading: str, step: Step) -> tuple[OutColumn, Value]:
    def value(line: Line, book: Book) -> object:
        last = line.progress.last(step)
        return "、".join(book.names.get(pk, "") for pk in last.people) if last else ""

    return OutColumn(heading, "text", 18), value


_BRANCH = _text("支部", lambda line, _: line.member.branch.short_name, 26)
_NAME = _text("姓名", lambda line, _: line.member.name)
_SCHOOL_NUMBER = _text("学号", lambda line, _: line.member.school_number, 14)
_SEX = _text("性别", lambda line, _: line.member.get_sex_display(), 6)
_NATION = _text("民族", lambda line, _: nation_label(line.member.nation), 10)
_BORN = _text("出生年月", lambda line, _: mask_birth(line.member.birth_date), 10)
_EDUCATION = _text("学历", lambda line, _: EDUCATIONS.get(line.member.education, ""), 14)
_JOB = _text("职务", lambda line, _: line.member.job, 12)
_ID = _text(
    "身份证号",
    lambda line, book: line.member.id_number if book.shows(line) else mask_id(line.member.id_number),
    21,
)
_PHONE = _text(
    "联系方式",
    lambda line, book: line.member.phone if book.shows(line) else mask_phone(line.member.phone),
    14,
)
_APPLIED = _day("申请入党时间", Step.APPLICATION)
_ACTIVIST = _day("确定为积极分子时间", Step.ACTIVIST_DECISION)
_TARGET = _day("确定发展对象时间", Step.TARGET_DECISION)
_FILED = (_BRANCH, _NAME, _SEX, _BORN, _ID, _EDUCATION, _JOB)


def _blank(heading: str, width: float = 16) -> tuple[OutColumn, Value]:
    """A column that people fill in by hand."""
    return _text(heading, lambda *_: "", width)


def _between(done: Step, waiting: Step) -> Callable[[Line, date], bool]:
    return lambda line, _: line.progress.has(done) and not line.progress.has(waiting)


def _can(step: Step) -> Callable[[Line, date], bool]:
    return lambda line, day: line.may_take(step, day)


S = Step
_READY = (_BRANCH, _SCHOOL_NUMBER, _NAME, _SEX, _BORN, _APPLIED)
LISTS: dict[str, FilingList] = {
    each.code: each
    for each in (
        FilingList(
            "m6",
            "材料6 确定入党积极分子备案表",
            S.ACTIVIST_DECISION,
            _between(S.ACTIVIST_DECISION, S.ACTIVIST_FILING),
            (
                *_FILED,
                _APPLIED,
                _fact("推荐或推优方式", S.ACTIVIST_DECISION, "way"),
                _ACTIVIST,
                _people("培养联系人", S.CONTACTS),
            ),
        ),
        FilingList(
            "m12",
            "材料12 发展对象备案表",
            S.TARGET_DECISION,
            _between(S.TARGET_DECISION, S.TARGET_FILING),
            (
                *_FILED,
                _APPLIED,
                _fact("推荐或推优方式", S.ACTIVIST_DECISION, "way"),
                _ACTIVIST,
                _people("培养联系人", S.CONTACTS),
                _TARGET,
            ),
        ),
        FilingList(
            "m13",
            "材料13 党校培训报名汇总表",
            S.TRAINING,
            lambda line, _: (
                line.progress.has(S.TARGET_DECISION) and line.planned_step(S.TRAINING) is not None
            ),
            (
                _text("单位", lambda line, _: line.member.branch.short_name, 26),
                _NAME,
                _SCHOOL_NUMBER,
                _SEX,
                _NATION,
                _BORN,
                _text("年级", lambda line, _: line.member.grade, 8),
                _text("专业", lambda line, _: line.member.major, 18),
                _APPLIED,
                _PHONE,
                _blank("具体表现", 24),
                _blank("备注"),
            ),
        ),
        FilingList(
            "m18",
            "材料18 拟吸收预备党员名单汇总审批表",
            S.ADMISSION_MEETING,
            _between(S.ADMISSION_MEETING, S.ADMISSION_APPROVAL),
            (
                _SCHOOL_NUMBER,
                _NAME,
                _BORN,
                _day("递交入党申请书时间", S.APPLICATION),
                _day("确定入党积极分子时间", S.ACTIVIST_DECISION),
                _fact("团支部推优", S.ACTIVIST_DECISION, "way"),
                _blank("民主评议时间", 14),
                _day("政治审查", S.POLITICAL_REVIEW),
                _day("确定重点对象时间", S.TARGET_DECISION),
                _day("党校结业时间", S.TRAINING),
                _day("支部党员大会时间", S.ADMISSION_MEETING),
                _day("入党谈话时间", S.COMMITTEE_TALK),
                _blank("党委审批意见"),
            ),
        ),
        FilingList(
            "m21",
            "材料21 接收预备党员备案表",
            S.ADMISSION_APPROVAL,
            _between(S.ADMISSION_APPROVAL, S.ADMISSION_FILING),
            (
                *_FILED,
                _people("入党介绍人", S.INTRODUCERS),
                _APPLIED,
                _ACTIVIST,
                _day("确定为发展对象时间", S.TARGET_DECISION),
                _day("接收为预备党员时间", S.ADMISSION_MEETING),
            ),
        ),
        FilingList(
            "m26",
            "材料26 申请转正预备党员名单汇总预审表",
            S.FULL_APPLICATION,
            _between(S.FULL_APPLICATION, S.FULL_APPROVAL),
            (
                _text("支部名称", lambda line, _: line.member.branch.short_name, 26),
                _SCHOOL_NUMBER,
                _NAME,
                _SEX,
                _day("入党时间", S.ADMISSION_MEETING),
                _day("入党宣誓时间", S.OATH),
                _day("转正申请时间", S.FULL_APPLICATION),
                _blank("备注"),
                _blank("党委预审意见"),
            ),
        ),
        FilingList(
            "talks",
            "未谈话入党申请人名单",
            S.APPLICATION,
            lambda line, _: not line.progress.has(S.APPLICATION_TALK),
            (
                *_READY,
                (OutColumn("谈话截止时间", "date", 14), lambda line, _: _due(line, S.APPLICATION_TALK)),
                _PHONE,
            ),
            only_waits=True,
        ),
        FilingList(
            "activists",
            "可接收入党积极分子",
            S.ACTIVIST_DECISION,
            _can(S.ACTIVIST_DECISION),
            _READY,
            only_waits=True,
        ),
        FilingList(
            "targets",
            "可接收重点发展对象",
            S.TARGET_DECISION,
            _can(S.TARGET_DECISION),
            (*_READY, _day("确定为入党积极分子时间", S.ACTIVIST_DECISION)),
            only_waits=True,
        ),
        FilingList(
            "admissions",
            "可接收预备党员",
            S.ADMISSION_MEETING,
            _can(S.ADMISSION_MEETING),
            (*_READY, _day("确定为重点发展对象时间", S.TARGET_DECISION)),
            only_waits=True,
        ),
        FilingList(
            "confirmations",
            "可转正预备党员",
            S.FULL_MEETING,
            _can(S.FULL_MEETING),
            (
                *_READY,
                _day("确定为预备党员时间", S.ADMISSION_MEETING),
                _day("递交转正申请书时间", S.FULL_APPLICATION),
            ),
            only_waits=True,
        ),
    )
}


def _due(line: Line, step: Step) -> date | None:
    planned = line.planned_step(step)
    return planned.due if planned else None


def listed(
    user: User, paper: FilingList, branch: Branch | None, period: Period | None, on: date
) -> list[Line]:
    """The people of a list: who waits now, or who took its step in the period, the finished among them."""
    if period is None:
        return _waiting(paper, people_of(user, branch), on, on)
    everybody = Development.objects.visible_to(user).select_related("member__branch")
    if branch:
        everybody = everybody.filter(within("member__branch_path", covering_ranges([branch.path])))
    order = ("member__branch__order_key", "member__name_order", "member__number")
    if paper.only_waits:
        day = min(on, period.end)
        return _waiting(paper, everybody.running_on(day).order_by(*order), day, period.end)
    taken = everybody.filter(
        steps__step=paper.step,
        steps__is_effective=True,
        steps__withdrawn_at=None,
        steps__on__range=(period.start, period.end),
    )
    return lines(taken.distinct().order_by(*order), on, named=True)


def _waiting(paper: FilingList, developments: Iterable[Development], on: date, until: date) -> list[Line]:
    """Whose turn it is by ``until``, as things stood on ``on``."""
    return [line for line in lines(developments, on, named=True) if paper.waits(line, max(on, until))]


def write(
    target: Path | BinaryIO,
    paper: FilingList,
    found: Sequence[Line],
    *,
    by: User,
    reason: str = "",
    period: Period | None = None,
) -> None:
    """Write the list. With a reason identity stands in clear, for whoever may unmask all of the people.

    Never of somebody who asked to have it restricted. Audited; the entry says whose stood in clear.
    """
    in_clear = bool(reason) and all(may(by, Right.UNMASK, line.member.branch_path) for line in found)
    shown = _unrestricted(found) if in_clear else {}
    after = {"list": paper.code, "rows": len(found), "in_clear": in_clear, "reason": reason}
    if in_clear:
        after["people"] = sorted(shown.values())
    entry = audit.record("development.export", by=by, after=after)
    when = f"{period.label}，" if period else ""
    banner = [
        paper.title,
        f"{when}共 {len(found)} 人。{audit.export_line(entry, by)}",
    ]
    if paper.has_identity and not in_clear:
        banner.append("证件号和联系方式已遮盖。")
    elif in_clear and len(shown) < len(found):
        banner.append(f"其中 {len(found) - len(shown)} 人申请了限制处理，证件号和联系方式已遮盖。")
    columns = [OutColumn("序号", "integer", 6), *(column for column, _ in paper.columns)]
    rows = _rows(paper, found, Book(_names(found), frozenset(shown)))
    write_list(target, [OutSheet(paper.title.split()[-1][:30], columns, rows, banner)])


def _rows(paper: FilingList, found: Iterable[Line], book: Book) -> Iterator[list[object]]:
    for number, line in enumerate(found, start=1):
        yield [number, *(value(line, book) for _, value in paper.columns)]


def _unrestricted(found: Sequence[Line]) -> dict[UUID, str]:
    """Those whose identity may be shown, with their numbers."""
    restricted = DataRequest.objects.restricting().filter(member__in=[line.member.pk for line in found])
    kept = set(restricted.values_list("member", flat=True))
    return {line.member.pk: line.member.number for line in found if line.member.pk not in kept}


def _names(found: Iterable[Line]) -> dict[UUID, str]:
    named = {pk for line in found for done in line.progress.done for pk in done.people}
    return dict(Member.objects.filter(pk__in=named).values_list("pk", "name"))


def as_words(facts: dict[str, Any], step: Step) -> list[tuple[str, str]]:
    """Label and words of what a step wrote down, in the order of its row."""
    found = []
    for fact in TABLE[step].facts:
        value = facts.get(fact.name)
        if value in (None, "", False):
            continue
        word = "是" if value is True else dict(fact.choices).get(str(value), str(value))
        found.append((fact.label, word))
    return found
