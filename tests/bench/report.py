"""All bars one after the other, as a table on standard output."""

import sys
import time
from datetime import date

from tests.bench import figures, pages, rosters, searches, sheets
from tests.bench.measuring import Line

#: The first word of what each prints; the order of docs/performance.md.
BARS = {
    "1": figures.statistics_of_all,
    "2": figures.recount,
    "3": figures.quarterly_workbook,
    "4": sheets.export,
    "5": sheets.reading,
    "6": rosters.validated_import,
    "7": pages.form_and_list,
    "8": pages.admin_list,
    "9": searches.each_way,
    "10": figures.reminder_scan,
    "11": pages.others_doubled,
}


def run(scale: str, today: date, *, only: set[str] | None) -> int:
    started = time.monotonic()
    print(
        f"Scale {scale}, data as of {today}. CPU seconds of client and server, medians of 5; pages: database time."
    )
    over = 0
    for bar, measure in BARS.items():
        if only and bar not in only:
            continue
        for line in measure(scale, today):
            over += line.is_met is False
            print(_row(line), flush=True)
    print(f"{over} over, after {time.monotonic() - started:.0f} s.")
    sys.stdout.flush()
    return 1 if over else 0


def _row(line: Line) -> str:
    said = {True: "ok", False: "over", None: "—"}[line.is_met]
    ratio = f"{line.ratio:.2f}" if line.ratio is not None else ""
    return (
        f"{line.bar:<3} {line.what:<58} {line.ours:>14} {line.other:>14} {ratio:>7} {line.limit:>9}  {said}"
    )
