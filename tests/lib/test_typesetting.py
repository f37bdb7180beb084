"""Papers: data is never markup, pages come as PDF and as pictures, and a machine without fonts says so."""

import pytest

from lib import typesetting
from tests.fonts import needs_fonts

DOCUMENT = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a6")
#set text(font: data.fonts)
#for line in data.lines [#line #pagebreak(weak: true)]
"""


@pytest.fixture
def paper(settings, tmp_path):
    folder = tmp_path / typesetting.FOLDER
    folder.mkdir(parents=True)
    (folder / "lines.typ").write_text(DOCUMENT, encoding="utf-8")
    settings.BASE_DIR = tmp_path
    typesetting._fonts.cache_clear()
    yield "lines.typ"
    typesetting._fonts.cache_clear()


@needs_fonts
def test_pages_as_one_pdf_and_as_pictures(paper):
    data = {"lines": ["张三 #panic() *_$", "李四"]}
    assert typesetting.pdf(paper, data)[:5] == b"%PDF-"
    pages = typesetting.pictures(paper, data)
    assert [page[:4] for page in pages] == [b"\x89PNG"] * 2


def test_a_machine_without_a_chinese_font_says_so(paper, monkeypatch):
    monkeypatch.setattr(typesetting, "FONTS", ("No Such Font",))
    with pytest.raises(typesetting.CannotTypeset, match="Noto CJK"):
        typesetting.pdf(paper, {"lines": []})
