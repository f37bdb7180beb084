"""docs/security.md has one line for each requirement in scope, with a status of the list and tests that exist."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from tests.battery import ROWS

HERE = Path(settings.BASE_DIR)
STATUSES = {"met", "met by deployment", "decision", "not met"}
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
#: Section → the last of its requirements, or those of levels 1 and 2 that concern this program (ASVS 5.0.0).
SECTIONS = {
    "1.1": "1 2",
    "1.2": "1 2 3 4 5 9",
    "1.3": "1 2 3 4 5 6 7 10 11",
    "1.5": "1 2",
    "2.1": "1 2 3",
    "2.2": "1 2 3",
    "2.3": "1 2 3 4",
    "2.4": "1",
    "3.2": "1 2",
    "3.3": "1 2 3 4",
    "3.4": "1 2 3 4 5 6",
    "3.5": "1 2 3 4",
    "3.7": "1 2",
    "4.1": "1 2 3",
    "4.2": "1",
    "5.1": "1",
    "5.2": "1 2 3",
    "5.3": "1 2",
    "5.4": "1 2 3",
    "6.1": "1 2 3",
    "6.2": "1 2 3 4 5 6 7 8 9 10 11 12",
    "6.3": "1 2 3 4",
    "6.4": "1 2 3 4",
    "6.5": "1 2 3 4 5",
    "6.6": "2 3",
    "7.1": "1 2",
    "7.2": "1 2 3 4",
    "7.3": "1 2",
    "7.4": "1 2 3 4 5",
    "7.5": "1 2",
    "8.1": "1 2",
    "8.2": "1 2 3",
    "8.3": "1",
    "8.4": "1",
    "11.1": "1 2",
    "11.2": "1 2 3",
    "11.3": "1 2 3",
    "11.4": "1 2 3 4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "1 2",
    "12.2": "1 2",
    "12.3": "1 2 3 4",
    "13.1": "1",
    "13.2": "1 2 3 4 5",
    "13.3": "1 2",
    "13.4": "1 2 3 4 5",
    "14.1": "1 2",
    "14.2": "1 2 3 4",
    "14.3": "1 2 3",
    "15.1": "1 2 3",
    "15.2": "1 2 3",
    "15.3": "1 2 3 4 5 6 7",
    "16.1": "1",
    "16.2": "1 2 3 4 5",
    "16.3": "1 2 3 4",
    "16.4": "1 2 3",
    "16.5": "1 2 3",
}
IN_SCOPE = [f"{section}.{number}" for section, numbers in SECTIONS.items() for number in numbers.split()]


@pytest.fixture(scope="module")
def text():
    return (HERE / "docs" / "security.md").read_text()


def requirements(text):
    """The lines of the 186: those before what signing in elsewhere brings back."""
    return LINE.findall(text[text.index("## The requirements") : text.index("## Brought back")])


def test_each_of_the_186_once(text):
    assert len(IN_SCOPE) == 186
    assert [number for number, *_ in requirements(text)] == IN_SCOPE


def test_statuses_are_of_the_list_and_the_rest_says_why(text):
    lines = LINE.findall(text)
    assert {status for _, _, status, _, _ in lines} == STATUSES
    assert [number for number, _, status, why, _ in lines if status == "not met" and len(why) < 40] == []


def test_whoever_counts_counts_the_same(text, record_property):
    counts = Counter(status for _, _, status, _, _ in requirements(text))
    told = ", ".join(
        f"{counts[status]} {status}" for status in ("met", "met by deployment", "decision", "not met")
    )
    record_property("figure", told)
    assert f"Of the 186: {told}." in text


def test_every_decision_has_its_paragraph(text):
    heads = "".join(re.findall(r"^### .*\(.*\)$", text, re.MULTILINE))
    decided = {number for number, _, status, _, _ in requirements(text) if status == "decision"}
    assert sorted(number for number in decided if not re.search(rf"[( ]{re.escape(number)}[,)]", heads)) == []
    assert {number for number in IN_SCOPE if re.match(r"(2|5|6|7|8|11|13|14|15|16)\.1\.", number)} <= decided


def test_every_test_is_there(text):
    named = {name for *_, tests in LINE.findall(text) for name in tests.split()}
    assert sorted(name for name in named if not (HERE / "tests" / name).exists()) == []


def test_what_the_document_leaves_to_the_operator_is_what_the_battery_leaves(text):
    part = text[text.index("## The battery") : text.index("## Decisions")]
    assert re.findall(r"^\| (T\d\d) ", part, re.MULTILINE) == [
        number for number, row in ROWS.items() if row.open
    ]
