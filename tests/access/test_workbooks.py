"""Every workbook alike: who, when and which filter above a frozen head, typed cells, no formula, nothing hidden."""

import csv
import re
import shutil
import subprocess
from io import BytesIO, StringIO
from zipfile import ZipFile

import openpyxl
import pytest

from lib.sheets.reading import read_workbook
from lib.sheets.text import TRIGGERS
from tests.access.test_masking import found_in, person
from tests.access.workbooks import PAGES, collected
from tests.access.world import World

__all__ = ["person"]

SOFFICE = shutil.which("soffice")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
#: Columns that hold identifiers, which a spreadsheet would round or strip of zeros.
#: Printed blank and filled in by hand, without a name: who printed it stands in the trail.
BLANK = {"review_sheet"}
IDENTIFIERS = re.compile("代码|编号|证件|身份证|学工号|手机|电话")
MADE: dict[str, bytes] = {}


@pytest.fixture
def books(world: World, person) -> dict[str, bytes]:
    """Made once for this file: each test finds the same world."""
    if not MADE:
        MADE.update(collected(world))
    return MADE


def sheets(books):
    """Name of the workbook, sheet, and the number of its head's row."""
    for name, content in books.items():
        for sheet in openpyxl.load_workbook(BytesIO(content)).worksheets:
            assert sheet.freeze_panes, f"{name} {sheet.title}: the head is not frozen"
            yield name, sheet, int(re.sub(r"\D", "", sheet.freeze_panes)) - 1


def test_each_page_that_gives_a_workbook_is_looked_at(books):
    assert {name for name in books if not name.startswith(("admin:", "quarter", "list", "closing"))} == PAGES


def test_each_says_who_and_when_above_a_frozen_head(books):
    silent = []
    for name, sheet, head in sheets(books):
        banner = " ".join(str(sheet.cell(row, 1).value) for row in range(1, head))
        if name not in BLANK and not (head > 1 and re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", banner)):
            silent.append(f"{name} {sheet.title}: {banner}")
    assert silent == []


def test_dates_are_dates_and_identifiers_are_texts(books):
    wrong = []
    for name, sheet, head in sheets(books):
        titles = [str(cell.value) for cell in sheet[head]]
        for row in sheet.iter_rows(min_row=head + 1):
            for title, cell in zip(titles, row, strict=True):
                is_text_date = cell.data_type == "s" and ISO.fullmatch(str(cell.value))
                is_number = cell.data_type == "n" and cell.value is not None
                if is_text_date or (is_number and IDENTIFIERS.search(title)):
                    wrong.append(f"{name} {sheet.title} {title}: {cell.value!r}")
    assert sorted(set(wrong)) == []


def test_t21_no_cell_is_a_formula_or_begins_like_one(books):
    wrong, hostile = [], 0
    for name, content in books.items():
        with ZipFile(BytesIO(content)) as archive:
            parts = [one for one in archive.namelist() if one.startswith("xl/worksheets/sheet")]
            wrong += [f"{name} {one}" for one in parts if re.search(rb"<f[ >/]", archive.read(one))]
        for sheet in read_workbook(BytesIO(content)):
            texts = [cell for row in sheet.rows for cell in row if isinstance(cell, str)]
            hostile += sum(text.startswith("'") for text in texts)
            wrong += [f"{name}: {text[:20]}" for text in texts if text[:1] in TRIGGERS]
    assert wrong == []
    assert hostile > 50  # the world's texts did get there


def test_t22_nothing_is_hidden_and_nobody_is_named_in_the_properties(books):
    wrong = []
    for name, content in books.items():
        book = openpyxl.load_workbook(BytesIO(content))
        with ZipFile(BytesIO(content)) as archive:
            odd = [one for one in archive.namelist() if re.search("comment|pivot|external|media|vba", one)]
        hidden = [one.title for one in book.worksheets if one.sheet_state != "visible"]
        hidden += [
            key for one in book.worksheets for key, width in one.column_dimensions.items() if width.hidden
        ]
        names = [*book.defined_names]
        if odd or hidden or names or book.properties.creator or book.properties.lastModifiedBy:
            wrong.append((name, odd, hidden, names, book.properties.creator))
    assert wrong == []


def test_t22_none_says_in_full_what_is_masked(books):
    assert {name: found for name, content in books.items() if (found := found_in(all_of(content)))} == {}


def all_of(content):
    with ZipFile(BytesIO(content)) as archive:
        return "".join(archive.read(one).decode("utf-8", "replace") for one in archive.namelist())


@pytest.mark.nightly
@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice: apt-get install libreoffice-calc")
class TestLibreOffice:
    """What another program makes of each workbook says the same in every cell."""

    def test_saved_again_it_says_the_same(self, books, tmp_path):
        again = converted(books, tmp_path, "xlsx")
        wrong = []
        for name, content in books.items():
            before, after = (plain(read_workbook(BytesIO(one))) for one in (content, again[name]))
            if before != after:
                wrong.append(name)
        assert wrong == []

    def test_as_csv_the_first_sheet_says_the_same(self, books, tmp_path):
        again = converted(books, tmp_path, "csv")
        wrong = []
        for name, content in books.items():
            rows = list(csv.reader(StringIO(again[name].decode("utf-8-sig"))))
            said = [[as_csv(cell) for cell in row] for row in plain(read_workbook(BytesIO(content)))[0][1]]
            if texts_of(rows) != texts_of(said):
                wrong.append(name)
        assert wrong == []


def converted(books, folder, ending):
    """All of them in one run of LibreOffice, with a profile of its own."""
    source, target = folder / "given", folder / "made"
    source.mkdir()
    names = {name: f"book{number}" for number, name in enumerate(books)}
    for name, content in books.items():
        (source / f"{names[name]}.xlsx").write_bytes(content)
    # UTF-8, and numbers as they are shown.
    how = (
        f"{ending}:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false" if ending == "csv" else ending
    )
    command = [SOFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", how]
    subprocess.run(
        [*command, "--outdir", str(target), *map(str, sorted(source.iterdir()))],
        check=True,
        capture_output=True,
        timeout=600,
    )
    return {name: (target / f"{stem}.{ending}").read_bytes() for name, stem in names.items()}


def plain(found):
    """Sheets as names and rows, without blanks at the ends, which programs keep or drop."""
    return [(sheet.name, [trimmed(row) for row in trimmed_rows(sheet.rows)]) for sheet in found]


def trimmed(row):
    # LibreOffice keeps fifteen digits of a share.
    cells = [None if cell == "" else round(cell, 12) if isinstance(cell, float) else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def trimmed_rows(rows):
    found = [list(row) for row in rows]
    while found and not trimmed(found[-1]):
        found.pop()
    return found


def as_csv(cell):
    return "" if cell is None else str(cell)


def texts_of(rows):
    """Cells that are no numbers: those are written as the column formats them."""
    return [
        [cell for cell in row if cell and not re.fullmatch(r"-?[\d.]+%?", cell)] for row in rows if any(row)
    ]
