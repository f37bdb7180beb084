"""Bars 1, 2, 3 and 10: statistics, tallies, the quarterly workbook, the reminder scan."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO

from activities import statistics, tallies
from activities.models import Activity, Attendance, Tally
from branches.tree import whole_tree
from lib.periods import Period, quarter_of
from lib.sheets.writing import OutSheet, write_workbook
from reminders import ledger
from reports import quarterly, workbook
from reports.asked import Asked
from tests.bench.measuring import Line, Work, asked, compared, cost, fetch, in_seconds

RAW = """
SELECT branch_id, org_path, kind, sum(held), sum(activities), sum(on_time), sum(expected), sum(present),
       sum(on_leave), sum(absent)
FROM activities_tally
WHERE month >= %s AND month <= %s AND ({ranges})
GROUP BY branch_id, org_path, kind
"""


def last_quarter(today: date) -> Period:
    return quarter_of(today).run(-2)[-1]


def statistics_of_all(scale: str, today: date) -> Iterator[Line]:
    ranges, period = whole_tree(), last_quarter(today)
    places = " OR ".join(["org_path >= %s AND org_path < %s"] * len(ranges))
    parameters = [period.start, period.end, *(end for one in ranges for end in one)]

    def raw():
        return fetch(RAW.format(ranges=places), parameters)

    def held():
        return statistics.held(ranges, period)

    yield compared("1", "statistics of all branches / the tally SQL and fetch", 1.5, held, raw)
    number = queries_of(held)
    yield Line("1", "queries of the same", str(number), "", None, "≤ 3", number <= 3)

    def judged():
        return quarterly.compose(ranges, period, today)

    number = queries_of(judged)
    yield Line("1", "queries with duties judged and people counted", str(number), "", None, "", None)
    yield Line("1", "… its cost, once", in_seconds(cost(judged)), "", None, "", None)


def queries_of(work: Work) -> int:
    with asked() as found:
        work()
    return len(found.statements)


def recount(scale: str, today: date) -> Iterator[Line]:
    wrong = len(tallies.differences()) + len(tallies.counter_differences())
    proven = f"{Tally.objects.count()} rows"
    rows = f"{Activity.objects.count()} / {Attendance.objects.count()}"
    yield Line(
        "2", f"tallies that differ from a recount ({rows})", str(wrong), proven, None, "= 0", wrong == 0
    )


@contextmanager
def sheets_kept(kept: list[OutSheet]):
    """The sheets that the workbook writes meanwhile, their rows as lists."""

    def keep(target, sheets):
        kept[:] = [OutSheet(each.name, each.columns, list(each.rows), each.banner) for each in sheets]

    workbook.write_workbook, real = keep, workbook.write_workbook
    try:
        yield
    finally:
        workbook.write_workbook = real


def quarterly_workbook(scale: str, today: date) -> Iterator[Line]:
    ranges, period = whole_tree(), last_quarter(today)
    wanted = Asked(period=period, today=today, ranges=ranges, visible=ranges)
    kept: list[OutSheet] = []
    with sheets_kept(kept):
        workbook.write(BytesIO(), quarterly.compose_for(wanted), wanted, by=None)
    rows = sum(len(sheet.rows) for sheet in kept)

    def ours():
        workbook.write(BytesIO(), quarterly.compose_for(wanted), wanted, by=None)

    def apart():
        quarterly.compose_for(wanted)
        write_workbook(BytesIO(), kept)

    yield compared("3", f"quarterly workbook ({rows} rows) / statistics + writing", 1.3, ours, apart)


def reminder_scan(scale: str, today: date) -> Iterator[Line]:
    with asked() as found:
        dues = ledger.gather(today)
    statements = found.statements

    def sql():
        for statement, parameters in statements:
            fetch(statement, parameters)

    what = f"reminder scan ({len(dues)} due, {len(statements)} queries) / the same SQL"
    yield compared("10", what, 1.5, lambda: ledger.gather(today), sql)
