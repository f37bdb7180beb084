"""T26: whatever bytes or text come in, what reads them answers or refuses in its own words, and does not hang."""

import time
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib import dates, file_names, id_number
from lib.attachments.accepting import accept
from lib.attachments.kinds import Refused
from lib.sheets.pasting import read_pasted
from lib.sheets.reading import WorkbookError, read_workbook
from tests.activities.files import a_pdf, a_photo
from tests.lib.workbooks import book, row, text

SECONDS = 5
EXAMPLES = [100, pytest.param(5000, marks=pytest.mark.nightly)]
SOUND = [book(row(1, text("A1", "姓名"), text("B1", "x"))).getvalue(), a_photo(), a_pdf()]


@st.composite
def damaged(draw):
    """A sound file with some of it overwritten, cut off, doubled or put before it; or no file at all."""
    content = bytearray(draw(st.sampled_from([b"", *SOUND])))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        noise = draw(st.binary(max_size=60))
        how = draw(st.sampled_from("over cut into twice".split()))
        if how == "over":
            content[place : place + len(noise)] = noise
        elif how == "cut":
            del content[place:]
        elif how == "into":
            content[place:place] = noise
        else:
            content[place:place] = content[: place or 1]
    return bytes(content)


def parse(typed):
    """None of what people type into a field is more than a wrong value."""
    id_number.faults(typed)
    file_names.clean(typed)
    try:
        dates.parse_date(typed)
    except dates.DateError:
        pass


def tried(strategy, examples, work, refusals=()):
    @given(strategy)
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def each(content):
        began, said = time.process_time(), ""
        try:
            work(content)
        except refusals as refusal:
            said = str(refusal)
        assert said == "" or said.endswith("。")
        assert time.process_time() - began < SECONDS

    each()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_workbooks(examples, record_property):
    tried(damaged(), examples, lambda content: read_workbook(BytesIO(content)), WorkbookError)
    record_property("figure", f"{examples} damaged workbooks")


@pytest.mark.parametrize("examples", EXAMPLES)
def test_attached_files(examples):
    tried(damaged(), examples, accept, Refused)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_texts(examples):
    tried(st.text(), examples, parse)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_pasted_rows(examples):
    tried(st.text(), examples, read_pasted, WorkbookError)
