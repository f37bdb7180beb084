"""The ballot of the review meeting: who votes, codes drawn unnamed, marks cast, paper typed twice, and the close.

The promise of :mod:`assessments.models.ballots` is kept here: a code is drawn without a name, a mark is written without
a time, an audit entry of a ballot has neither user nor address, and at close all marks are written anew in random order
and the codes are deleted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, F, Max

from accounts import audit
from accounts.models import User
from lib import bulk

from .codes import UNKNOWN, USED, digest, drawn, record_unnamed
from .models import BallotCode, PaperSheet, Rater, RaterGroup, Rating, Round
from .refusals import AssessmentError, Conflict, UnknownCode
from .rounds import changing, freeze, holding
from .schemes import HUNDRED, LEAST_BALLOTS, Scale, Scheme

State = Round.State
MOST: Final = 500
TURNS: Final = (1, 2)
STRANGER: Final = "选票上有不在本次名单中的人，请重新打开选票。"

#: Subject → mark.
Marks = Mapping[int, str]
#: Group, subject, mark.
Placed = tuple[int, int, str]


def name_raters(round_: Round, names: Mapping[str, Sequence[str]], *, by: User) -> None:
    """Who votes in which group, before any code is drawn; a person in two groups is refused by name."""
    seen: dict[str, str] = {}
    longest = Rater._meta.get_field("name").max_length or 0
    with holding(round_, by, State.DRAFT, State.REPORTING, State.BALLOTING) as row:
        groups = {group.code: group for group in row.groups.all()}
        if any(group.issued or group.papers for group in groups.values()):
            raise AssessmentError("测评票已经发出，不能再改测评人名单。")
        rows = []
        for code, people in names.items():
            group = groups[code]
            for name in filter(None, (each.strip() for each in people)):
                if name in seen:
                    raise AssessmentError(
                        f"“{name}”同时在“{seen[name]}”和“{group.title}”里，一人只投一票；同名的请注明单位。"
                    )
                if len(name) > longest:
                    raise AssessmentError(f"“{name[:20]}…”太长，每行写一个人，最多 {longest} 个字。")
                seen[name] = group.title
                rows.append(Rater(round=row, group=group, name=name))
        row.raters.all().delete()
        Rater.objects.bulk_create(rows)
        audit.record("round.name_raters", by=by, on=row, after={"people": len(rows)})


def issue(group: RaterGroup, number: int, *, by: User, known: int | None = None) -> list[str]:
    """So many new codes, told this once: they are printed, mixed and drawn, and nobody knows who has which.

    ``known`` is how many had been issued as far as ``by`` could see, so that nothing is issued twice by mistake.
    """
    with holding(group.round, by, State.BALLOTING) as row:
        current = RaterGroup.objects.select_for_update().get(pk=group.pk)
        if known is not None and known != current.issued:
            raise Conflict(f"“{current.title}”已发出 {current.issued} 个测评码，请核对后再发。")
        _check_number(current, current.issued + current.papers + number)
        new = drawn(number)
        BallotCode.objects.bulk_create(BallotCode(group=current, digest=digest(code)) for code in new)
        current.issued += number
        current.save(update_fields=["issued"])
        audit.record("round.issue", by=by, on=row, after={"group": current.title, "new": number})
    # Not in the order of the rows.
    SystemRandom().shuffle(new)
    return new


def recall(group: RaterGroup, *, by: User) -> int:
    """Codes that nobody has used are void: the slips were lost, or are left over. Returns how many."""
    with holding(group.round, by, State.BALLOTING) as row:
        current = RaterGroup.objects.select_for_update().get(pk=group.pk)
        number, _ = current.codes.filter(is_used=False).delete()
        current.issued -= number
        current.save(update_fields=["issued"])
        audit.record("round.recall", by=by, on=row, after={"group": current.title, "number": number})
    return number


def hand_out(group: RaterGroup, papers: int, *, by: User) -> None:
    """So many paper ballots are given out in all."""
    with holding(group.round, by, State.BALLOTING) as row:
        current = RaterGroup.objects.select_for_update().get(pk=group.pk)
        last = current.sheets.aggregate(last=Max("number"))["last"] or 0
        if papers < last:
            raise AssessmentError(f"“{current.title}”已录入第 {last} 张纸质票，发出的不能少于 {last} 张。")
        if current.issued + papers:
            _check_number(current, current.issued + papers)
        current.papers = papers
        current.save(update_fields=["papers"])
        audit.record("round.hand_out", by=by, on=row, after={"group": current.title, "papers": papers})


def _check_number(group: RaterGroup, number: int) -> None:
    if number < LEAST_BALLOTS:
        raise AssessmentError(
            f"“{group.title}”只有 {number} 人，少于 {LEAST_BALLOTS} 人的类别不单独发票，请并入其他类别。"
        )
    if number > MOST:
        raise AssessmentError(f"一个类别最多发 {MOST} 张票。")
    named = group.raters.count()
    if named and number > named:
        raise AssessmentError(f"“{group.title}”名单上有 {named} 人，共发出 {number} 张票，多于人数。")


def code_of(text: str) -> BallotCode:
    """The unused code; raises UnknownCode, also where the ballot is over, and AssessmentError for one that is used."""
    row = BallotCode.objects.select_related("group__round").filter(digest=digest(text)).first()
    if row is None or row.group.round.state != State.BALLOTING:
        raise UnknownCode(UNKNOWN)
    if row.is_used:
        raise AssessmentError(USED)
    return row


def cast(text: str, marks: Marks) -> None:
    """Vote with a code, once: each mark becomes a row of its own; whoever was left blank has none."""
    with transaction.atomic():
        found = code_of(text)
        round_ = Round.objects.select_for_update(of=("self",)).get(pk=found.group.round_id)
        if round_.state != State.BALLOTING:
            raise UnknownCode(UNKNOWN)
        if not BallotCode.objects.filter(pk=found.pk, is_used=False).update(is_used=True):
            raise AssessmentError(USED)
        said = _checked(round_, marks)
        _write(found.group, said)
        RaterGroup.objects.filter(pk=found.group_id).update(
            returned=F("returned") + 1, valid=F("valid") + int(bool(said))
        )
        record_unnamed("round.cast", round_)


def _checked(round_: Round, marks: Marks) -> dict[int, str]:
    """The marks that say something; raises AssessmentError for a stranger or a mark that is none."""
    names = dict(round_.subjects.values_list("pk", "member__name"))
    if set(marks) - set(names):
        raise AssessmentError(STRANGER)
    said = {subject: mark.strip() for subject, mark in marks.items() if mark.strip()}
    for subject, mark in said.items():
        if fault := fault_of_mark(round_.rules, mark):
            raise AssessmentError(f"{names[subject]}：{fault}")
    return said


def fault_of_mark(scheme: Scheme, mark: str) -> str:
    if scheme.scale is Scale.GRADES:
        return "" if mark in scheme.titles else f"“{mark}”不是选票上的等次（{'、'.join(scheme.titles)}）。"
    is_points = mark.isascii() and mark.isdecimal() and int(mark) <= HUNDRED
    return "" if is_points else f"“{mark}”应为 0 至 100 的整数。"


def _write(group: RaterGroup, marks: Mapping[int, str]) -> None:
    Rating.objects.bulk_create(
        Rating(group=group, subject_id=subject, mark=mark) for subject, mark in marks.items()
    )


def type_sheet(
    group: RaterGroup, *, number: int, turn: int, marks: Marks, by: User, is_first: bool = False
) -> None:
    """A paper ballot, typed for the first or the second time; typed again it takes the place of what was.

    ``is_first``: as far as ``by`` could see nobody had typed it; a colleague's is not overwritten unseen.
    """
    with holding(group.round, by, State.BALLOTING) as row:
        current = RaterGroup.objects.select_for_update().get(pk=group.pk)
        if turn not in TURNS or not 1 <= number <= current.papers:
            raise AssessmentError(f"“{current.title}”发出 {current.papers} 张纸质票，没有第 {number} 张。")
        place: dict[str, Any] = {"group": current, "number": number, "turn": turn}
        if is_first and PaperSheet.objects.filter(**place).exists():
            raise Conflict(f"“{current.title}”第 {number} 张的第 {turn} 遍刚由别人录入，请核对张号。")
        said = {str(subject): mark for subject, mark in _checked(row, marks).items()}
        PaperSheet.objects.update_or_create(**place, defaults={"marks": said})
        facts = {"group": current.title, "number": number, "turn": turn}
        audit.record("round.type_sheet", by=by, on=row, after=facts)


def drop_sheet(group: RaterGroup, number: int, *, by: User) -> None:
    """There is no such paper: both times it was typed are taken back."""
    with holding(group.round, by, State.BALLOTING) as row:
        if not group.sheets.filter(number=number).delete()[0]:
            raise AssessmentError(f"“{group.title}”第 {number} 张还没有录入。")
        audit.record("round.drop_sheet", by=by, on=row, before={"group": group.title, "number": number})


def unlike(round_: Round) -> dict[str, list[int]]:
    """Group → numbers of the sheets that were typed once, or twice in two ways. One query."""
    found: dict[str, list[int]] = {}
    for sheets in sheets_of(round_):
        if not sheets.are_alike:
            found.setdefault(sheets.group.title, []).append(sheets.number)
    return found


@dataclass(frozen=True)
class Sheets:
    """A paper ballot with what was typed of it: turn → marks."""

    group: RaterGroup
    number: int
    turns: Mapping[int, Mapping[str, str]]

    @property
    def are_alike(self) -> bool:
        return len(self.turns) == len(TURNS) and self.turns[1] == self.turns[2]


def sheets_of(round_: Round) -> list[Sheets]:
    """All that was typed, in the order of groups and numbers. One query."""
    typed: dict[tuple[int, int], list[PaperSheet]] = {}
    for sheet in PaperSheet.objects.filter(group__round=round_).select_related("group"):
        typed.setdefault((sheet.group_id, sheet.number), []).append(sheet)
    return [
        Sheets(rows[0].group, rows[0].number, {row.turn: row.marks for row in rows})
        for rows in typed.values()
    ]


def close(round_: Round, *, by: User) -> None:
    """End the ballot: paper becomes marks, all are shuffled, codes and sheets are gone, the records are frozen."""
    with changing(round_, by, State.BALLOTING) as row:
        if differing := unlike(row):
            told = "；".join(
                f"{title}第 {'、'.join(map(str, numbers))} 张" for title, numbers in differing.items()
            )
            raise AssessmentError(f"纸质票要录入两遍并且一致，请核对：{told}。")
        _rewrite(row, _take_paper(row))
        BallotCode.objects.filter(group__round=row).delete()
        PaperSheet.objects.filter(group__round=row).delete()
        row.state = State.GRADING
        freeze(row)
        audit.record("round.close_ballot", by=by, on=row, after={"value": sum(_returned(row))})


def _returned(row: Round) -> Iterable[int]:
    return row.groups.values_list("returned", flat=True)


def _take_paper(row: Round) -> list[Placed]:
    """What the paper says; it is counted as returned."""
    said: list[Placed] = []
    for group in row.groups.all():
        sheets = list(group.sheets.filter(turn=1))
        said += [(group.pk, int(subject), mark) for sheet in sheets for subject, mark in sheet.marks.items()]
        group.returned += len(sheets)
        group.valid += sum(bool(sheet.marks) for sheet in sheets)
        group.save(update_fields=["returned", "valid"])
    return said


def _rewrite(row: Round, paper: Iterable[Placed]) -> None:
    """Write every mark anew, in random order and under a new random key, in this one transaction.

    Only how many marks there are of each kind is read, so nothing else of the rows before can be in those after.
    """
    rows = Rating.objects.filter(group__in=list(row.groups.values_list("pk", flat=True))).order_by()
    counted = Counter(paper)
    for group, subject, mark, number in rows.values_list("group", "subject", "mark").annotate(
        number=Count("pk")
    ):
        counted[group, subject, mark] += number
    everything = list(counted.elements())
    SystemRandom().shuffle(everything)
    rows.delete()
    bulk.insert_like(
        Rating(), ("id", "group", "subject", "mark"), ((uuid4(), *placed) for placed in everything)
    )
