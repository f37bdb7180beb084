"""A duty report as Word; feedback to a secretary and the notice of all grades as Word and PDF: GB/T 9704."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final

from django.utils import timezone

from activities.papers import numbered
from lib import typesetting
from lib.dates import written
from lib.word import OfficialDocument

from . import results
from .models import Problem, Report, Round, Subject
from .reports import PARTS
from .results import Line

REPORT: Final = "述职报告"
LETTER: Final = "述职评议考核结果反馈意见"
NOTICE: Final = "抓基层党建述职评议考核结果的通报"
_ADDRESSED: Final = {
    Round.Audience.SELF: "",
    Round.Audience.LEADERS: "党组织领导：",
    Round.Audience.ROUND: "参加述职的各位书记：",
    Round.Audience.BELOW: "所属各党组织：",
}


def report_title(subject: Subject) -> str:
    return f"{subject.round.year}年度抓基层党建工作{REPORT}"


def report_word(report: Report, subject: Subject) -> bytes:
    """What was handed in: three parts under their headings."""
    document = OfficialDocument(report_title(subject), under=f"{subject.branch.name}　{subject.member.name}")
    for number, (name, heading) in enumerate(PARTS.items(), start=1):
        document.heading(f"{numbered(number)}{heading}")
        for words in _paragraphs(getattr(report, name)):
            document.paragraph(words)
    return _bytes(document)


def letter_data(subject: Subject, problems: Sequence[Problem]) -> dict[str, Any]:
    """What the committee found, what it says, and the list of what is to be put right."""
    round_ = subject.round
    decided = f"经{written(round_.decided_on)}" if round_.decided_on else "经研究"
    decided += f"{round_.decided_by}研究，" if round_.decided_by else "研究，" if round_.decided_on else "，"
    opening = f"{decided}您在“{round_.name}”中的综合评定等次为“{subject.decided}”。现将意见反馈如下。"
    parts = [
        {"heading": "", "paragraphs": [opening]},
        {"heading": f"{numbered(1)}反馈意见", "paragraphs": list(_paragraphs(subject.feedback))},
    ]
    if problems:
        listed = [_problem(number, row) for number, row in enumerate(problems, start=1)]
        parts.append({"heading": f"{numbered(2)}整改清单", "paragraphs": listed})
    return {
        "title": f"{round_.year}年度{LETTER}",
        "to": f"{subject.member.name}同志：",
        "parts": parts,
        "signed": [round_.branch.name, written(subject.feedback_on) if subject.feedback_on else ""],
    }


def as_pdf(data: dict[str, Any]) -> bytes:
    """A letter or a notice; CannotTypeset on a machine without a Chinese font."""
    return typesetting.pdf("letter.typ", data)


def as_word(data: dict[str, Any]) -> bytes:
    document = OfficialDocument(data["title"])
    document.paragraph(data["to"], indent=False)
    for part in data["parts"]:
        if part["heading"]:
            document.heading(part["heading"])
        for words in part["paragraphs"]:
            document.paragraph(words)
    document.signed(*data["signed"])
    return _bytes(document)


def notice_title(round_: Round) -> str:
    return f"关于{round_.year}年度{NOTICE}"


def notice_data(round_: Round, found: Sequence[Line]) -> dict[str, Any]:
    """Who has which grade, the best first; within a grade in speaking order."""
    held = f"{written(round_.meeting_on)}，" if round_.meeting_on else ""
    decided = f"经{round_.decided_by}研究" if round_.decided_by else "经研究"
    opening = (
        f"{held}{round_.branch.name}开展了“{round_.name}”，{len(found)}名书记述职并接受评议。"
        f"{decided}，现将评定结果通报如下。"
    )
    parts: list[dict[str, Any]] = [{"heading": "", "paragraphs": [opening]}]
    for number, (grade, many) in enumerate(results.counted(round_, found), start=1):
        people = "、".join(f"{line.name}（{line.branch}）" for line in found if line.grade == grade)
        parts.append(
            {"heading": f"{numbered(number)}综合评定为“{grade}”的（{many}名）", "paragraphs": [f"{people}。"]}
        )
    parts[-1]["paragraphs"].append("请各位书记对照反馈意见，认真抓好整改落实。")
    day = round_.published_at and timezone.localdate(round_.published_at)
    return {
        "title": notice_title(round_),
        "to": _ADDRESSED[Round.Audience(round_.audience)],
        "parts": parts,
        "signed": [round_.branch.name, written(day) if day else ""],
    }


def _problem(number: int, row: Problem) -> str:
    said = row.problem.rstrip("。；")
    measure = row.measure.rstrip("。；")
    return f"{number}．{said}。整改措施：{measure}。责任人：{row.owner}。完成期限：{written(row.due_on)}。"


def _paragraphs(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _bytes(document: OfficialDocument) -> bytes:
    content = BytesIO()
    document.save(content)
    return content.getvalue()
