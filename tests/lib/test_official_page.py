"""The official page, measured as poppler finds it: GB/T 9704—2012, 22 lines of 28 characters, page numbers outside."""

import re
import shutil
import subprocess
from itertools import pairwise

import pytest

from lib import typesetting
from tests.fonts import needs_fonts

MM = 72 / 25.4
TOP, RIGHT, BOTTOM, LEFT = 37, 26, 35, 28
WIDTH, HEIGHT = 210, 297
LINES, CHARACTERS = 22, 28
TEXT = "学" * CHARACTERS * 80
RECORD = {
    "title": "支部党员大会记录",
    "branch": "物理教师党支部",
    "facts": [["时间", "3月15日"]],
    "signatures": ["主持人"],
}

pytestmark = [
    needs_fonts,
    pytest.mark.skipif(
        shutil.which("pdftotext") is None, reason="no pdftotext: apt-get install poppler-utils"
    ),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The words of each page as (left, top, right, bottom, text), in millimetres."""
    path = tmp_path_factory.mktemp("paper") / "minutes.pdf"
    items = [{"heading": "一、要点", "paragraphs": [TEXT]}]
    path.write_bytes(typesetting.pdf("minutes.typ", {**RECORD, "items": items}))
    told = subprocess.run(
        ["pdftotext", "-bbox", path, "-"], check=True, capture_output=True, text=True
    ).stdout
    pattern = r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<'
    return [
        [(*(float(edge) / MM for edge in found[:4]), found[4]) for found in re.findall(pattern, page)]
        for page in told.split("<page ")[1:]
    ]


@pytest.fixture
def lines(pages):
    """The lines of a page that is nothing but text."""
    return [box for box in pages[1] if box[4].startswith("学")]


def test_twenty_two_lines_of_twenty_eight_characters(lines):
    assert [len(box[4]) for box in lines] == [CHARACTERS] * LINES


def test_the_lines_stand_on_the_grid(lines):
    steps = {round(below[1] - above[1], 2) for above, below in pairwise(lines)}
    assert steps == {round((HEIGHT - TOP - BOTTOM) / LINES, 2)}


def test_the_margins_within_a_millimetre(lines):
    """A glyph box is taller than the type: what stands above and below it is halved."""
    left, right = min(box[0] for box in lines), max(box[2] for box in lines)
    assert (left, WIDTH - right) == (pytest.approx(LEFT, abs=1), pytest.approx(RIGHT, abs=1))
    middles = [(box[1] + box[3]) / 2 for box in (lines[0], lines[-1])]
    half = 16 / MM / 2
    assert middles[0] - half == pytest.approx(TOP, abs=1)
    # The last line stands at the bottom edge less what is left of its pitch.
    leading = (HEIGHT - TOP - BOTTOM) / LINES - 2 * half
    assert HEIGHT - middles[1] - half - leading == pytest.approx(BOTTOM, abs=1)


def test_page_numbers_stand_outside(pages):
    """— 1 — on the right of odd pages, — 2 — on the left of even ones."""
    for number, page in enumerate(pages[:2], start=1):
        foot = sorted(box for box in page if box[1] > HEIGHT - BOTTOM)
        assert " ".join(box[4] for box in foot) == f"— {number} —"
        middle = (foot[0][0] + foot[-1][2]) / 2
        assert (middle > WIDTH / 2) == (number % 2 == 1)
        assert {round(box[3] - box[1]) for box in foot} <= {5, 6, 7, 8}
