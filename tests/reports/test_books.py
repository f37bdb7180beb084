"""A book of statistics holds the tables of the official list in its order: those whose data is here with the figures of
the statistics, and the others with the reason why there are none."""

import json
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from lib.periods import Period
from reports.closing import periods
from reports.closing.adjustments import CERTAIN
from reports.closing.corrections import THINGS
from reports.figures.books import ANNUAL, IN_BOOKS, MINISTRY
from reports.figures.catalogue import STATISTICS
from tests import cast
from tests.fonts import needs_fonts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
YEAR = {"period": "2026"}
HERE = [leaf for leaf in ANNUAL.leaves if leaf.statistic]


@pytest.fixture
def browser(school):
    return cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))


def page(browser, **asked):
    return browser.get(reverse("book", args=["annual"]), YEAR | asked)


def tables(answer):
    return [part.filled.table for part in answer.context["parts"] if part.filled.table]


def workbook(browser, **asked):
    answer = browser.post(reverse("book_export", args=["annual", "xlsx"]), YEAR | asked)
    return openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))


def command(*arguments):
    out = StringIO()
    call_command("statistics", "annual", *arguments, stdout=out)
    return out.getvalue()


class TestTables:
    @pytest.mark.parametrize(
        ("asked", "is_running"),
        [
            ({}, True),
            ({"on": "2026-06-30"}, True),
            ({"period": "2025"}, False),
            ({"period": "2025", "on": "2025-06-30"}, False),
        ],
    )
    def test_only_a_year_that_runs_is_said_to_run(self, browser, asked, is_running):
        assert ("<b>年度未结束</b>" in page(browser, **asked).content.decode()) is is_running

    def test_each_table_of_the_list_is_there_or_says_why_not(self, browser):
        text = page(browser).content.decode()
        for leaf in ANNUAL.leaves:
            assert f">{leaf.label}</h2>" in text
            assert (leaf.why == "", leaf.why in text) == (leaf.statistic is not None, True)
        assert [leaf.number for leaf in ANNUAL.leaves if not leaf.statistic] == [5, 6, 12]

    def test_the_ministry_has_its_own(self, browser):
        text = browser.get(reverse("book", args=["ministry"]), YEAR).content.decode()
        assert [leaf.number for leaf in MINISTRY.leaves if not leaf.statistic] == [3]
        assert all(f">{leaf.label}</h2>" in text and leaf.why in text for leaf in MINISTRY.leaves)

    def test_each_has_the_figures_of_its_statistic_and_their_meaning(self, browser):
        answer = page(browser)
        for leaf, table in zip(HERE, tables(answer), strict=True):
            alone = browser.get(reverse("figure_table", args=[leaf.statistic.name]), YEAR).context["table"]
            assert [row.cells for row in table.all_rows] == [row.cells for row in alone.all_rows]
            assert all(one.definition in answer.content.decode() for one in table.columns)

    def test_tables_of_the_same_people_agree(self, browser):
        found = {one.statistic.name: one for one in tables(page(browser))}
        people = browser.get(reverse("figure_table", args=["members"]), YEAR).context["table"]
        number = people.total.cells[0].value
        totals = [found[name].total.cells[0].value for name in ("annual_members", "annual_joined")]
        before, now, more = (cell.value for cell in found["annual_compared"].total.cells)
        assert ([*totals, now], now - before) == ([number] * 3, more)

    def test_a_college_has_its_own(self, school):
        staff = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        basics = tables(page(staff))[1]
        assert basics.total.cells[0].value == 6
        assert page(staff, org=school.physics.pk).status_code == 404

    def test_a_quarter_shows_its_year_and_says_so(self, browser):
        answer = page(browser, period="2026Q3")
        said = "“党内统计年报”按年统计，没有2026年三季度的数，请选择年份。下面是2026年的数。"
        assert (said in answer.content.decode(), answer.context["asked"].period.code) == (True, "2026")


class TestFiles:
    def test_a_sheet_for_each_table_after_the_contents(self, browser):
        book = workbook(browser)
        assert book.sheetnames == ["目录", *(leaf.label for leaf in HERE), "口径"]
        rows = list(book["目录"].iter_rows(min_row=6, values_only=True))
        assert [row[:2] for row in rows] == [(f"表{one.number}", one.title) for one in ANNUAL.leaves]
        assert [row[2] for row in rows if row[0] == "表12"] == ["支部簿不登记表彰和奖励，请按表彰文件填写。"]

    def test_page_workbook_and_command_say_the_same(self, browser):
        shown, book = tables(page(browser)), workbook(browser)
        body = json.loads(command("--period", "2026", "--json"))
        told = [one["table"] for one in body["tables"] if one["table"]]
        for table, printed in zip(shown, told, strict=True):
            sheet = book[table.statistic.title]
            written = [
                list(row)[-len(table.columns) :] for row in sheet.iter_rows(min_row=5, values_only=True)
            ]
            said = [list(row["values"].values()) for row in (*printed["rows"], printed["total"])]
            assert [[near(cell.value) for cell in row.cells] for row in table.all_rows] == said
            assert [[near(value) for value in row] for row in written] == said

    @needs_fonts
    @pytest.mark.parametrize("ending", ["xlsx", "pdf"])
    def test_its_leaving_is_written_down(self, browser, ending):
        answer = browser.post(reverse("book_export", args=["annual", ending]), YEAR)
        assert b"".join(answer.streaming_content)[:4] in (b"PK\x03\x04", b"%PDF")
        entry = AuditEntry.objects.get(action="statistics.export")
        assert (entry.after["statistic"], entry.after["period"]) == ("annual", "2026")

    def test_there_is_no_other(self, browser):
        assert browser.get(reverse("book", args=["other"])).status_code == 404
        assert browser.post(reverse("book_export", args=["annual", "txt"]), YEAR).status_code == 404


class TestCommand:
    def test_the_tables_in_words(self, school):
        said = command("--period", "2026")
        assert "表12 表彰情况  支部簿不登记表彰和奖励，请按表彰文件填写。" in said
        assert said.count("2026年表") == len(HERE)

    @pytest.mark.parametrize("ending", ["xlsx", pytest.param("pdf", marks=needs_fonts)])
    def test_as_a_file(self, school, tmp_path, ending):
        target = tmp_path / f"年报.{ending}"
        assert command("--period", "2026", f"--{ending}", str(target)) == f"已写入 {target}。\n"
        assert target.stat().st_size > 1000

    def test_a_quarter_is_refused(self, school):
        with pytest.raises(CommandError, match="“党内统计年报”按年统计，没有2026年三季度的数"):
            command("--period", "2026Q3")


def test_the_catalogue_lists_the_book_and_not_its_tables(browser):
    text = browser.get(reverse("figure_index")).content.decode()
    linked = [name for name in STATISTICS if reverse("figure_table", args=[name]) in text]
    assert all(reverse("book", args=[name]) in text for name in ("annual", "ministry"))
    assert linked == [name for name in STATISTICS if name not in IN_BOOKS]


def test_the_number_of_queries_is_the_same_with_many_branches(browser, school, django_assert_num_queries):
    page(browser)
    with django_assert_num_queries(23):
        page(browser)
    for n in range(5):
        leaf = cast.found(school.physics, f"第{n}党支部", "branch", f"9{n:03d}", category="student")
        cast.a_member(leaf)
    with django_assert_num_queries(23):
        page(browser)


def test_a_locked_year_has_the_tables_of_the_books_and_says_so(browser, school, own_folder):
    last = {"period": "2025"}
    closing = periods.close(Period.year(2025), by=None, today=date(2026, 10, 8))
    kept = set(closing.tables.values_list("statistic", flat=True))
    assert kept | {"member_reviews"} >= IN_BOOKS
    assert {STATISTICS[name].section for name in kept} == CERTAIN.keys() == THINGS.keys()
    locked = browser.get(reverse("book", args=["annual"]), last).context["locked"]
    assert (locked.closing, browser.get(locked.table_url).status_code) == (closing, 200)


def near(value):
    return None if value in (None, "") else float(value) if not isinstance(value, int) else value
