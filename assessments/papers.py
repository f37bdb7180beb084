"""A duty report as Word, the feedback to a secretary as Word and PDF: on the page of official papers (GB/T 9704)."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final

from activities.papers import numbered
from lib import typesetting
from lib.dates import written
from lib.word import OfficialDocument

from .models import Problem, Report, Subject
from .reports import PARTS

REPORT: Final = "述职报告"
LETTER: Final = "述职评议考核结果反馈意见"


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


def letter_pdf(subject: Subject, problems: Sequence[Problem]) -> bytes:
    """CannotTypeset on a machine without a Chinese font."""
    return typesetting.pdf("feedback.typ", letter_data(subject, problems))


def letter_word(subject: Subject, problems: Sequence[Problem]) -> bytes:
    data = letter_data(subject, problems)
    document = OfficialDocument(data["title"])
    document.paragraph(data["to"], indent=False)
    for part in data["parts"]:
        if part["heading"]:
            document.heading(part["heading"])
        for words in part["paragraphs"]:
            document.paragraph(words)
    document.signed(*data["signed"])
    return _bytes(document)


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
