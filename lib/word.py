"""Word documents on the page of official papers (GB/T 9704—2012, 党政机关公文格式).

A4, the text 156 mm by 225 mm: 22 lines of 28 characters of size 三号 (16 pt) in 仿宋, the title in 二号 (22 pt),
headings in 黑体, the page number outside in 四号 (14 pt). Word or WPS supplies the fonts; without 小标宋 it takes 宋体.
"""

from collections.abc import Sequence
from typing import Any, BinaryIO

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

BODY, HEADING, TITLE, PAGE_NUMBER = "仿宋", "黑体", "方正小标宋简体", "宋体"
SIZE, TITLE_SIZE, PAGE_NUMBER_SIZE, SMALL_SIZE = Pt(16), Pt(22), Pt(14), Pt(10.5)
#: 225 mm by 22 lines, in twentieths of a point.
LINE_PITCH = round(225 / 25.4 * 72 * 20 / 22)
#: What a character of 16 pt gives up so that 28 stand on 156 mm, in 4096ths of a point.
CHARACTER_SPACE = round((156 / 25.4 * 72 / 28 - 16) * 4096)


class OfficialDocument:
    """A document with its title; what is added stands below it."""

    def __init__(self, title: str, under: str = "") -> None:
        self._document = Document()
        self._set_page()
        style = self._document.styles["Normal"]
        _set_font(style, BODY)
        style.font.size = SIZE
        line = style.paragraph_format
        line.space_before = line.space_after = Pt(0)
        line.line_spacing_rule, line.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(LINE_PITCH / 20)
        self._centred(title, TITLE, TITLE_SIZE)
        if under:
            self._centred(under, BODY, SIZE)
        self._document.add_paragraph()

    def paragraph(self, words: str, *, indent: bool = True) -> None:
        self._line(indent=indent).add_run(words)

    def labelled(self, label: str, words: str) -> None:
        """黑体 label, colon, words."""
        line = self._line()
        _set_font(line.add_run(label), HEADING)
        line.add_run(f"：{words}")

    def heading(self, words: str) -> None:
        line = self._line()
        line.paragraph_format.keep_with_next = True
        _set_font(line.add_run(words), HEADING)

    def signatures(self, labels: Sequence[str]) -> None:
        """Lines to sign on, side by side; never alone on a page."""
        last, blank = self._document.paragraphs[-1], self._document.add_paragraph()
        for line in (last, blank):
            line.paragraph_format.keep_with_next = True
        self.paragraph("".join(f"{label}：" + "　" * 5 for label in labels), indent=False)

    def signed(self, *lines: str) -> None:
        """署名 and date at the end, on the right, four characters from the edge."""
        self._document.add_paragraph()
        for words in lines:
            line = self._line(indent=False)
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            line.paragraph_format.right_indent = 4 * SIZE
            line.add_run(words)

    def annex(self, title: str) -> None:
        """On a page of its own: 附件 at the margin, the title below."""
        line = self._line(indent=False)
        line.paragraph_format.page_break_before = True
        _set_font(line.add_run("附件"), HEADING)
        self._document.add_paragraph()
        self._centred(title, TITLE, TITLE_SIZE)
        self._document.add_paragraph()

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[int], *, small: bool = False) -> None:
        """A table with lines; ``widths`` in millimetres. ``small`` is for many words: the first row is a head, repeated
        on each page, and no row is torn apart."""
        table = self._document.add_table(rows=0, cols=len(widths), style="Table Grid")
        table.autofit = False
        for row in rows:
            for cell, words, width in zip(table.add_row().cells, row, widths, strict=True):
                cell.text, cell.width = words, Mm(width)
        if small:
            _make_small(table)

    def save(self, target: BinaryIO) -> None:
        self._document.save(target)

    def _set_page(self) -> None:
        section = self._document.sections[0]
        section.start_type = WD_SECTION.NEW_PAGE
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(28)
        grid = OxmlElement("w:docGrid")
        grid.set(qn("w:type"), "linesAndChars")
        grid.set(qn("w:linePitch"), str(LINE_PITCH))
        grid.set(qn("w:charSpace"), str(CHARACTER_SPACE))
        for old in section._sectPr.findall(qn("w:docGrid")):
            section._sectPr.remove(old)
        section._sectPr.append(grid)
        self._document.settings.odd_and_even_pages_header_footer = True
        _number_pages(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
        _number_pages(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)

    def _line(self, *, indent: bool = True) -> Any:
        line = self._document.add_paragraph()
        if indent:
            line.paragraph_format.first_line_indent = 2 * SIZE
        return line

    def _centred(self, words: str, font: str, size: Any) -> None:
        line = self._document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(words)
        _set_font(run, font)
        run.font.size = size


def _make_small(table: Any) -> None:
    for number, row in enumerate(table.rows):
        of_row = row._tr.get_or_add_trPr()
        of_row.append(OxmlElement("w:cantSplit"))
        if number == 0:
            of_row.append(OxmlElement("w:tblHeader"))
        for paragraph in (one for cell in row.cells for one in cell.paragraphs):
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            for run in paragraph.runs:
                run.font.size = SMALL_SIZE
                if number == 0:
                    _set_font(run, HEADING)


def _set_font(styled: Any, name: str) -> None:
    styled.font.name = name
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _number_pages(footer: Any, side: Any) -> None:
    """— 1 —, on the outer side, a character from the edge."""
    footer.is_linked_to_previous = False
    line = footer.paragraphs[0]
    line.alignment = side
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = PAGE_NUMBER_SIZE
    for kind, words in (("", "— "), ("begin", ""), ("instr", "PAGE"), ("end", ""), ("", " —")):
        run = line.add_run(words if not kind else "")
        _set_font(run, PAGE_NUMBER)
        run.font.size = PAGE_NUMBER_SIZE
        if kind == "instr":
            field = OxmlElement("w:instrText")
            field.text = words
            run._r.append(field)
        elif kind:
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
            run._r.append(field)
