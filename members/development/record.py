"""The whole way of one person on paper (发展党员全程纪实表): what each step wrote down, by stage, as Word and PDF.

The items are those of the printed form of a provincial working rule; a step without a record leaves its cell empty,
nothing is made up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from lib import typesetting
from lib.dates import written
from lib.masking import mask_birth, mask_id, mask_phone
from members.codes import EDUCATIONS, nation_label
from members.models import Development, Member

from .papers import as_words
from .progress import Done, Progress
from .steps import STAGES, TABLE
from .vocabulary import Spec, Stage

TITLE = "发展党员全程纪实表"
FONT = "仿宋"


@dataclass(frozen=True)
class Section:
    """A block of the form: its heading and its lines of label and words."""

    heading: str
    lines: tuple[tuple[str, str], ...]


def sections(development: Development, progress: Progress) -> list[Section]:
    """Who the person is (identity masked) and what happened, stage by stage. One query for the names."""
    named = {pk for done in progress.done for pk in done.people}
    names = dict(Member.objects.filter(pk__in=named).values_list("pk", "name"))
    return [
        Section("基本情况", tuple(_basics(development.member))),
        *(Section(stage.value, tuple(_stage(stage, progress, names))) for stage in STAGES),
    ]


def _basics(member: Member) -> Iterator[tuple[str, str]]:
    yield "姓名", member.name
    yield "性别", member.get_sex_display()
    yield "民族", nation_label(member.nation)
    yield "出生年月", mask_birth(member.birth_date)
    yield "学历", EDUCATIONS.get(member.education, "")
    yield "单位职务", member.job
    yield "公民身份证号", mask_id(member.id_number)
    yield "联系电话", mask_phone(member.phone)
    yield "所在党支部", member.branch.name


def _stage(stage: Stage, progress: Progress, names: dict[UUID, str]) -> Iterator[tuple[str, str]]:
    for step, spec in TABLE.items():
        if spec.stage != stage:
            continue
        taken = [done for done in progress.done if done.step == step]
        if not taken and not spec.is_repeated:
            yield spec.title, "在原单位办理" if progress.is_elsewhere(step) else ""
        for done in taken:
            yield spec.title, _words(spec, done, names)


def _words(spec: Spec, done: Done, names: dict[UUID, str]) -> str:
    parts = [written(done.on)]
    if done.people:
        parts.append("、".join(names.get(pk, "") for pk in done.people))
    parts += [f"{label}：{words}" for label, words in as_words(dict(done.facts), spec.step)]
    return "；".join(parts)


def as_pdf(development: Development, progress: Progress) -> bytes:
    """CannotTypeset on a machine without a Chinese font."""
    blocks = [
        {"heading": section.heading, "lines": [list(line) for line in section.lines]}
        for section in sections(development, progress)
    ]
    return typesetting.pdf("development_record.typ", {"title": TITLE, "sections": blocks})


def as_word(development: Development, progress: Progress) -> bytes:
    document = Document()
    _set_font(document)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading.add_run(TITLE).font.size = Pt(22)
    for section in sections(development, progress):
        document.add_paragraph().add_run(section.heading).bold = True
        table = document.add_table(rows=0, cols=2, style="Table Grid")
        for label, words in section.lines:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, words
        if section.heading != "基本情况":
            document.add_paragraph("填写人（签名）：　　　　　　　　审核人（签名）：")
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _set_font(document: Any) -> None:
    """The fonts of official papers; Word or WPS supplies them."""
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
