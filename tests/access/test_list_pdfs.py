"""Each list that leaves as a workbook leaves as a PDF with the same rows, and as little in clear."""

import re
from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
from pypdf import PdfReader

from lib.sheets.text import repair_text
from lib.sheets.writing import PERCENT
from lib.templatetags.ui import percent
from tests.access.test_masking import found_in, person
from tests.access.workbooks import STATISTICAL, lists
from tests.access.world import World
from tests.fonts import needs_fonts

__all__ = ["person"]

pytestmark = [pytest.mark.slow, needs_fonts]
MADE: dict[str, dict[str, bytes]] = {}


@pytest.fixture
def books(world: World, person) -> dict[str, bytes]:
    if not MADE:
        MADE.update({ending: lists(world, ending) for ending in ("xlsx", "pdf")})
    return {name: book for name, book in MADE["xlsx"].items() if name not in STATISTICAL}


@pytest.fixture
def papers(books) -> dict[str, str]:
    """Name of the list → the words of its PDF without blanks."""
    made = {name: content for name, content in MADE["pdf"].items() if name in books}
    return {name: words(content) for name, content in made.items() if content.startswith(b"%PDF-")}


def words(content: bytes) -> str:
    return plain("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def plain(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def test_each_list_leaves_as_a_pdf(books, papers):
    assert sorted(papers) == sorted(books)


def test_each_holds_the_first_and_the_last_row_of_its_workbook(books, papers):
    missing = [
        (name, row) for name, content in books.items() for row in ends_of(content) if row not in papers[name]
    ]
    assert missing == []


def ends_of(content: bytes) -> list[str]:
    """The first and the last row of each sheet, as one text."""
    found = []
    for sheet in openpyxl.load_workbook(BytesIO(content)).worksheets:
        head = int(re.sub(r"\D", "", sheet.freeze_panes)) - 1
        if sheet.max_row > head:
            found += [plain("".join(map(said, sheet[number]))) for number in (head + 1, sheet.max_row)]
    return found


def said(cell) -> str:
    if cell.value is None:
        return ""
    if isinstance(cell.value, datetime):
        return f"{cell.value:%Y-%m-%d}"
    return percent(cell.value) if cell.number_format == PERCENT else repair_text(cell.value)


def test_none_says_in_full_what_is_masked(papers):
    assert {name: found for name, text in papers.items() if (found := found_in(text))} == {}
