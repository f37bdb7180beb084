"""Results of reviews as a workbook: a line a member (民主评议党员结果), and how the ballots fell (测评汇总)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from accounts import audit
from accounts.models import User
from assessments.models import Review, ReviewEntry
from lib.sheets.outgoing import write_list
from lib.sheets.writing import OutColumn, OutSheet
from members.models import ReviewGrade

from . import ballot

#: The order of columns of published exports. We give no points, so two of them stay empty.
RESULTS: Final = (
    OutColumn("序号", "integer", 6),
    OutColumn("评议批次", "text", 26),
    OutColumn("评议年度", "integer", 9),
    OutColumn("姓名", "text", 10),
    OutColumn("所属党组织", "text", 26),
    OutColumn("自评", "text", 12),
    OutColumn("互评平均分", "decimal", 11),
    OutColumn("互评人数", "integer", 9),
    OutColumn("群众评议", "text", 30),
    OutColumn("组织评定", "text", 26),
    OutColumn("综合得分", "decimal", 9),
    OutColumn("等次", "text", 20),
    OutColumn("组织评定意见", "text", 50),
    OutColumn("处置意见", "text", 30),
)
BALLOTS: Final = (
    OutColumn("序号", "integer", 6),
    OutColumn("姓名", "text", 10),
    OutColumn("所属党组织", "text", 26),
    OutColumn("发出", "integer"),
    OutColumn("收回", "integer"),
    *(OutColumn(str(label), "integer") for label in ReviewGrade.labels),
    OutColumn("未评", "integer"),
)
#: What a paper ballot asks of everybody, and the four grades at its end.
ASKED: Final = ("理想信念", "政治理论素质", "组织纪律", "廉洁自律", "联系服务群众", "模范作用")
PAPER: Final = (
    OutColumn("姓名", "text", 12),
    *(OutColumn(title, "text", 14) for title in ASKED),
    OutColumn("综合评定", "text", 26),
)
HOW: Final = (
    "不记名。各项填“好”“一般”“差”，综合评定填“优秀”“合格”“基本合格”“不合格”；本人一行留空，不了解的可以不填。"
)
NOTE: Final = "本系统不打分，“互评平均分”“综合得分”两栏留空；测评不足 5 票的不列票数。"


def write(target: Path | BinaryIO, reviews: Sequence[Review], *, by: User) -> int:
    """Write both sheets, in official order and by name; returns the number of people. Audited."""
    rows = ReviewEntry.objects.filter(review__in=reviews).select_related("review__branch", "member")
    entries = list(rows.order_by("review__branch__order_key", "-review__year", "member__name_order", "pk"))
    entry = audit.record("review.export", by=by, after={"rows": len(entries), "branches": len(reviews)})
    banner = ["民主评议党员结果", NOTE, audit.export_line(entry, by)]
    write_list(
        target,
        [
            OutSheet("民主评议党员结果", RESULTS, _results(entries), banner),
            OutSheet("测评汇总", BALLOTS, _ballots(entries), banner),
        ],
    )
    return len(entries)


def write_blank(target: Path | BinaryIO, review: Review, *, by: User) -> int:
    """A paper ballot to be printed and copied; what is counted of it is the last column. Audited."""
    names = list(review.entries.order_by("member__name_order", "pk").values_list("member__name", flat=True))
    audit.record("review.print", by=by, on=review, after={"rows": len(names)})
    rows = ([name, *("" for _ in PAPER[1:])] for name in names)
    banner = [f"{review.year}年度民主评议党员测评表", f"{review.branch.short_name}　{HOW}"]
    write_list(target, [OutSheet("民主评议党员测评表", PAPER, rows, banner)])
    return len(names)


def _results(entries: Sequence[ReviewEntry]) -> Iterator[list[object]]:
    for number, entry in enumerate(entries, start=1):
        review = entry.review
        decided = f"{review.get_decided_by_display()}，{review.decided_on}" if review.decided_on else ""
        yield [
            number,
            f"{review.year}年度民主评议党员",
            review.year,
            entry.member.name,
            review.branch.short_name,
            entry.get_self_grade_display() or ("已自评" if entry.self_at else "未自评"),
            None,
            review.returned or None,
            entry.masses,
            decided,
            None,
            entry.in_words,
            entry.opinion,
            entry.disposal,
        ]


def _ballots(entries: Sequence[ReviewEntry]) -> Iterator[list[object]]:
    for number, entry in enumerate(entries, start=1):
        review = entry.review
        shown = ballot.shows_counts(review)
        counts: list[object] = list(entry.counts) if shown else [None] * len(entry.counts)
        blank = review.returned - sum(entry.counts) if shown else None
        yield [
            number,
            entry.member.name,
            review.branch.short_name,
            review.issued,
            review.returned,
            *counts,
            blank,
        ]
