"""A case report as an official paper (GB/T 9704), Word and PDF of one content: the text with its figures, and an annex
that says of each figure what it means, for which period it stands and how many records are behind it."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from django.db import transaction

from accounts import audit
from accounts.models import User
from lib import typesetting
from lib.dates import written
from lib.templatetags.ui import thousands
from lib.word import OfficialDocument

from .inserted import Composed, Inserted

ANNEX: Final = "指标、口径和记录数"
HEADS: Final = ("序号", "指标", "数值", "口径", "期间", "记录数")
#: In millimetres, together the width of the text.
WIDTHS: Final = (12, 36, 18, 52, 22, 16)


class Incomplete(ValueError):
    """A figure is missing, so the paper is not made; the message says which."""


def word(composed: Composed, *, by: User | None) -> bytes:
    """Audited. Incomplete where a figure is missing."""
    with transaction.atomic():
        data = _data(composed, "docx", by)
        document = OfficialDocument(data["title"])
        for heading, words in data["lines"]:
            if heading:
                document.heading(words)
            else:
                document.paragraph(words)
        if data["rows"]:
            document.paragraph("")
            document.paragraph(f"附件：{ANNEX}")
        document.signed(*data["signed"])
        if data["rows"]:
            document.annex(ANNEX)
            document.table([HEADS, *data["rows"]], WIDTHS, small=True)
        document.paragraph(data["banner"], indent=False)
        content = BytesIO()
        document.save(content)
    return content.getvalue()


def pdf(composed: Composed, *, by: User | None) -> bytes:
    """Audited. Incomplete where a figure is missing, CannotTypeset without a Chinese font; then nothing is audited."""
    with transaction.atomic():
        return typesetting.pdf("case_report.typ", _data(composed, "pdf", by))


MAKERS: Final = {"docx": word, "pdf": pdf}


def _data(composed: Composed, ending: str, by: User | None) -> dict[str, Any]:
    if composed.faults:
        raise Incomplete("报告里有取不到的数字，改好以后再下载：" + "".join(composed.faults))
    report = composed.report
    entry = audit.record("case.export", by=by, on=report, after={"as": ending})
    return {
        "title": report.title,
        "lines": [[one.is_heading, one.text] for one in composed.paragraphs],
        "annex": ANNEX,
        "heads": HEADS,
        "rows": [list(_row(figure)) for figure in composed.figures],
        "signed": [report.branch.name, written(composed.today)],
        "banner": f"数字取自{written(composed.today)}的记录。{audit.export_line(entry, by)}",
    }


def _row(figure: Inserted) -> Iterator[str]:
    yield str(figure.number)
    yield figure.name
    yield figure.text
    yield figure.column.definition
    yield figure.period
    yield thousands(figure.records)
