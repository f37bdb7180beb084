"""Small workbooks for tests, and the sample university's when they lie beside the repository."""

import json
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

from tests import cast

SAMPLES = Path(settings.BASE_DIR).parent / "shared" / "data" / "rosters"


def workbook(path, *rows, title="Sheet1", more=()):
    """An .xlsx with the given rows; ``more`` are further sheets as (title, rows). Texts stay texts."""
    book = Workbook()
    book.remove(book.active)
    for name, lines in ((title, rows), *more):
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
        for cell in (cell for row in sheet for cell in row if isinstance(cell.value, str)):
            cell.data_type = "s"
    book.save(path)
    return path


def sample(name):
    """A sample workbook; the test is skipped, with the reason, where the samples are not there."""
    if not (SAMPLES / name).is_file():
        pytest.skip(f"no sample workbooks at {SAMPLES}")
    return SAMPLES / name


def run(command, *arguments):
    """Exit status and parsed output of a command that was asked for JSON."""
    out, status = StringIO(), 0
    try:
        call_command(command, *map(str, arguments), "--json", stdout=out)
    except SystemExit as end:
        status = end.code
    return status, json.loads(out.getvalue())


def codes(report, what="errors"):
    return [(problem["row"], problem["column"], problem["code"]) for problem in report[what]]


def exported(user, url, **asked):
    """The lines of the banner, and the rows, of the list that ``user`` takes along."""
    answer = cast.a_browser(user).post(url, asked)
    assert answer.status_code == 200
    return exported_sheet(b"".join(answer.streaming_content))


def exported_sheet(content):
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    return [row[0] for row in rows[:3]], rows[4:]
