"""The Word template of the certificate that ships, made by a program so that anybody can make it again."""

from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

FONT = "FangSong"
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
BODY = (
    "兹证明{{ name }}同志，{{ sex }}{% if birth %}，{{ birth }}出生{% endif %}，"
    "{% if joined_on %}{{ joined_on }}加入中国共产党，{% endif %}"
    "{% if full_on %}{{ full_on }}转为正式党员，{% endif %}"
    "现为{{ branch }}{{ status }}。"
)


def write(path: Path) -> None:
    """A4 with the body in FangSong, as official papers have it."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.8)
    page.top_margin = Cm(3.7)
    _line(document.add_paragraph(), "编号：{{ number }}", 12, RIGHT)
    _line(document.add_paragraph(), "党 员 证 明", 22, CENTRE, is_bold=True)
    for text in (BODY, "本证明用于：{{ purpose }}。", "特此证明。"):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(32)
        paragraph.paragraph_format.line_spacing = 1.8
        _line(paragraph, text, 16)
    document.add_paragraph()
    _line(document.add_paragraph(), "{{ issuer }}", 16, RIGHT)
    _line(document.add_paragraph(), "{{ issued_on }}", 16, RIGHT)
    document.add_paragraph()
    _line(document.add_paragraph(), "校验码：{{ code }}。收件单位可凭编号和校验码向出具单位核验。", 10.5)
    document.save(str(path))


def _line(
    paragraph: Paragraph,
    text: str,
    size: float,
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
    *,
    is_bold: bool = False,
) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = FONT, Pt(size), is_bold
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), FONT)
    paragraph.alignment = alignment
