"""Bars 4 and 5: writing and reading workbooks, against the libraries alone. No database."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import write_worksheets

from lib.sheets import writing
from lib.sheets.reading import read_workbook
from lib.sheets.writing import OutColumn, OutSheet, write_workbook
from tests.bench.measuring import Line, compared

ROWS, WIDTH = 100_000, 20
KINDS = ("text", "text", "date", "integer") * 5
COLUMNS = [OutColumn(f"第{number}列", kind) for number, kind in enumerate(KINDS, 1)]
MOST_MEMORY = 64


def rows(number: int) -> Iterator[list[object]]:
    """Like a roster: names, ID numbers as texts, dates, numbers."""
    first = date(1990, 1, 1)
    for n in range(number):
        name, day = f"张{chr(0x4E00 + n % 5000)}", first + timedelta(days=n % 9000)
        yield [name, f"99999920000101{n % 10_000:04d}", day, n] * (WIDTH // 4)


def export(scale: str, today: date) -> Iterator[Line]:
    yield _writing(list(rows(ROWS)))
    above, above_at_500k = peak_of_export(ROWS), peak_of_export(5 * ROWS)
    is_small = above <= MOST_MEMORY
    yield Line(
        "4", "memory of the same above the idle process", f"{above:.0f} MB", "", None, "≤ 64 MB", is_small
    )
    ratio = above_at_500k / above
    yield Line(
        *("4", "memory of 500,000 rows / of 100,000", f"{above_at_500k:.0f} MB", f"{above:.0f} MB"),
        *(ratio, "≤ 1.2", ratio <= 1.2),
    )


def _writing(made: list[list[object]]) -> Line:
    headings = [column.heading for column in COLUMNS]
    layout = writing._layout(OutSheet("名册", COLUMNS, []))
    options = {name: {"名册": value} for name, value in layout.items()}

    def ours():
        write_workbook(BytesIO(), [OutSheet("名册", COLUMNS, iter(made))])

    def bare():
        entries = [("名册", (dict(zip(headings, row, strict=False)) for row in made))]
        write_worksheets(entries, BytesIO(), **options)

    return compared("4", "export of 100,000 × 20 / rustpy alone, same formats", 1.2, ours, bare)


def peak_of_export(number: int) -> float:
    """MB above the idle process, in a process of its own: the most memory that it ever held."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.sheets", str(number)], check=True, capture_output=True, text=True
    )
    return float(run.stdout)


@lru_cache(maxsize=1)
def upload() -> bytes:
    """20,000 rows of 20 columns."""
    content = BytesIO()
    write_workbook(content, [OutSheet("名册", COLUMNS, rows(20_000))])
    return content.getvalue()


def reading(scale: str, today: date) -> Iterator[Line]:
    content = upload()

    def ours():
        return read_workbook(BytesIO(content))

    def calamine():
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)

    yield compared("5", "reading an upload of 20,000 × 20 / calamine alone", 1.5, ours, calamine)


def main(number: int) -> None:
    """Print the most MB that writing so many rows took above what was there before."""
    write_workbook(BytesIO(), [OutSheet("名册", COLUMNS, rows(10))])
    before = _most_kilobytes()
    with TemporaryDirectory() as folder:
        write_workbook(Path(folder) / "a.xlsx", [OutSheet("名册", COLUMNS, rows(number))])
    print((_most_kilobytes() - before) / 1024)


def _most_kilobytes() -> int:
    """The peak of this very program; what `getrusage` tells begins with the peak of the one that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(int(sys.argv[1]))
