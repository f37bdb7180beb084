"""计分表, 测评汇总表 and 结果通报 of a round as one workbook."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO

from accounts import audit
from accounts.models import User
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet

from . import gathering
from .figures import rounded
from .gathering import Judged
from .models import Round
from .scoring import shown_groups

_WHO = (OutColumn("序号", "integer", 6), OutColumn("书记", "text", 10), OutColumn("党组织", "text", 26))


def write(target: Path | BinaryIO, round_: Round, today: date, *, by: User | None) -> int:
    """Write the three sheets in speaking order; returns the number of people. Audited."""
    judged = gathering.of_round(round_, today)
    entry = audit.record("round.export", by=by, on=round_, after={"rows": len(judged)})
    banner = [round_.name, f"方案：{round_.rules.title}。{round_.rules.citation}"]
    banner += [audit.export_line(entry, by)] if by else []
    write_list(
        target,
        [
            OutSheet("计分表", _score_columns(round_), _scores(round_, judged), banner),
            OutSheet("测评汇总表", _ballot_columns(round_), _ballots(round_, judged), banner),
            OutSheet("结果通报", (*_WHO, OutColumn("等次", "text", 8)), _results(judged), banner),
        ],
    )
    return len(judged)


def _score_columns(round_: Round) -> tuple[OutColumn, ...]:
    items = (OutColumn(leaf.title, "decimal") for leaf in round_.rules.leaves())
    ends = (
        OutColumn("扣分", "decimal"),
        OutColumn("总分", "decimal"),
        OutColumn("建议等次"),
        OutColumn("评定等次"),
    )
    return (*_WHO, *items, *ends, OutColumn("说明", "text", 60))


def _scores(round_: Round, judged: Sequence[Judged]) -> Iterator[list[object]]:
    leaves = [leaf.code for leaf in round_.rules.leaves()]
    for number, one in enumerate(judged, start=1):
        raws = {line.code: line.raw for line in one.score.lines}
        yield [
            *_who(number, one),
            *(None if (raw := raws[code]) is None else rounded(raw) for code in leaves),
            rounded(one.score.deducted) if one.score.deducted else None,
            one.score.total,
            one.score.proposed,
            one.subject.decided,
            one.subject.decided_why or one.score.sentence,
        ]


def _ballot_columns(round_: Round) -> tuple[OutColumn, ...]:
    marks = round_.rules.titles
    return (
        *_WHO,
        OutColumn("测评类别", "text", 26),
        OutColumn("有效票", "integer"),
        *(OutColumn(mark, "integer") for mark in marks),
        OutColumn("平均分", "decimal"),
    )


def _ballots(round_: Round, judged: Sequence[Judged]) -> Iterator[list[object]]:
    """A row for each group, once the ballot is closed; of points the mean alone, of few ballots that they are few."""
    if round_.closed_at is None:
        return
    for number, one in enumerate(judged, start=1):
        for each in shown_groups(round_.rules, one.inputs.ballots):
            told = each.mean is not None
            counts = [each.marks.get(mark, 0) if told else None for mark in round_.rules.titles]
            yield [
                *_who(number, one),
                each.group.title,
                each.valid if told else f"不足{round_.rules.threshold}票",
                *counts,
                rounded(each.mean) if each.mean is not None else None,
            ]


def _results(judged: Sequence[Judged]) -> Iterator[list[object]]:
    for number, one in enumerate(judged, start=1):
        yield [*_who(number, one), one.subject.decided]


def _who(number: int, one: Judged) -> list[object]:
    return [number, one.subject.member.name, one.subject.branch.short_name]
