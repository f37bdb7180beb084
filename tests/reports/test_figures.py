"""The catalogue of statistics: each table adds up, each number opens as many rows as it says, and page, workbook, PDF
and command say the same."""

import json
from datetime import date
from fractions import Fraction
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from members import departures
from reports.figures.base import Figure
from reports.figures.books import BOOKS
from reports.figures.catalogue import STATISTICS
from reports.figures.tables import ByGroup
from tests import cast
from tests.fonts import needs_fonts
from tests.reports.in_each import table
from tests.reports.spans import period_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]
OF_SETS = [name for name, one in STATISTICS.items() if any(isinstance(each, Figure) for each in one.columns)]


def command(*arguments):
    out = StringIO()
    call_command("statistics", *arguments, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("name", OF_SETS)
def test_each_number_opens_the_rows_it_counts(browser, name):
    found = table(browser, name)
    opened = 0
    for row in found.all_rows:
        for cell in filter(lambda one: one.url, row.cells):
            page = browser.get(cell.url)
            assert page.context["found"].number == cell.value, (row.label, cell.url)
            assert page.context["page"].paginator.count == cell.value
            opened += 1
    if name in ("organisations", "members", "member_structure", "member_changes"):
        assert opened > 5


@pytest.mark.parametrize("name", OF_SETS)
def test_rows_of_organisations_add_up_to_the_total(browser, name):
    found = table(browser, name)
    if isinstance(found.statistic, ByGroup):
        for band, groups in found.statistic.bands:
            codes = {group.code for group in groups}
            rows = [row for row in found.rows if row.code in codes]
            sums = [
                sum(cells)
                for cells in zip(*([cell.value for cell in row.cells] for row in rows), strict=True)
            ]
            assert sums == [cell.value for cell in found.total.cells], band
    else:
        for place, column in enumerate(found.columns):
            if isinstance(column, Figure):
                assert sum(row.cells[place].value for row in found.rows) == found.total.cells[place].value


def test_what_was_before_and_came_less_who_left_is_what_is_now(browser, school):
    found = table(browser, "member_changes")
    for row in found.all_rows:
        numbers = {column.code: cell.value for column, cell in zip(found.columns, row.cells, strict=True)}
        more = sum(number for code, number in numbers.items() if code.startswith("came_"))
        less = sum(number for code, number in numbers.items() if code.startswith("left_"))
        assert numbers["before"] + more - less == numbers["after"], row.label
    [students] = [row for row in found.rows if row.code == school.music.code]
    assert students.cells[3].value == 3  # a branch that moved brought its three


@pytest.mark.parametrize("name", STATISTICS)
def test_page_workbook_and_command_say_the_same(browser, name):
    found = table(browser, name)
    body = command(name, "--period", period_of(name), "--json")
    address = reverse("figure_export", args=[name, "xlsx"])
    answer = browser.post(address, {"period": period_of(name)})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    width = len(found.columns)
    written = [list(row)[-width:] for row in sheet.iter_rows(min_row=5, values_only=True)]
    shown = [[_number(cell.value) for cell in row.cells] for row in found.all_rows]
    told = [list(row["values"].values()) for row in (*body["rows"], body["total"])]
    assert shown == told
    assert [[_near(value) for value in row] for row in written] == [
        [_near(value) for value in row] for row in told
    ]


def _number(value):
    return float(value) if isinstance(value, Fraction) else value


def _near(value):
    return None if value in (None, "") else round(value, 9)


@needs_fonts
@pytest.mark.parametrize("name", STATISTICS)
def test_each_table_is_a_pdf_and_its_leaving_is_written_down(browser, name):
    answer = browser.post(reverse("figure_export", args=[name, "pdf"]), {"period": period_of(name)})
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    entry = AuditEntry.objects.get(action="statistics.export")
    assert (entry.after["statistic"], entry.after["period"]) == (name, period_of(name))


#: What the fixture ``twice`` has in each college.
IN_EACH_COLLEGE = {
    *("committees", "branches", "terms_full", "stations", "serving", "members", "before", "after"),
    *(
        "step_application",
        "became_full",
        "graduates",
        "held",
        "expected",
        "lectures",
        "rotation",
        "birthdays",
        "subjects",
        "took_part",
        "now",
        "gone",
        "student_members",
        "staff_members",
        "category_staff",
        "lost",
        "suspended_as_lost",
        "step_admission_approval",
    ),
}
#: Of the whole page; six are the frame's, the filter's and the closed quarter's.
QUERIES = {
    "organisations": 8,
    "stations": 7,
    "members": 7,
    "member_structure": 6,
    "member_changes": 10,
    "development": 8,
    "graduates": 6,
    "life": 18,
    "life_by_kind": 17,
    "life_by_month": 18,
    "lectures": 6,
    "trainings": 6,
    "birthdays": 8,
    "duty_reports": 8,
    "member_reviews": 6,
    **dict.fromkeys(("annual_compared", "annual_students", "annual_development"), 7),
    **dict.fromkeys(("annual_members", "annual_joined", "annual_education"), 6),
    **dict.fromkeys(("annual_left", "annual_left_people", "annual_developed"), 6),
    "annual_probation": 8,
    "moe_staff": 7,
    "moe_leaders": 8,
    "moe_lost": 6,
    "moe_lost_handled": 7,
}


@pytest.mark.parametrize("name", STATISTICS)
def test_the_number_of_queries_is_the_same_with_many_branches(
    browser, school, name, django_assert_num_queries
):
    browser.get(reverse("figure_index"))
    with django_assert_num_queries(QUERIES[name]):
        table(browser, name)
    for n in range(5):
        leaf = cast.found(school.physics, f"第{n}党支部", "branch", f"9{n:03d}", category="staff")
        for _ in range(4):
            cast.a_member(leaf)
    with django_assert_num_queries(QUERIES[name]):
        table(browser, name)


class TestScope:
    @pytest.mark.parametrize("name", STATISTICS)
    def test_a_college_counts_its_own(self, client, twice, name):
        client.force_login(cast.a_user(Role.COMMITTEE_STAFF, twice.music))
        own = table(client, name)
        client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, twice.root))
        whole = table(client, name)
        for column, mine, all_of_it in zip(own.columns, own.total.cells, whole.total.cells, strict=True):
            if all_of_it.value and column.kind == "integer" and column.code in IN_EACH_COLLEGE:
                assert 0 < mine.value < all_of_it.value, column.code

    def test_the_months_of_a_college_add_up_to_its_period(self, client, twice):
        client.force_login(cast.a_user(Role.COMMITTEE_STAFF, twice.music))
        found = table(client, "life_by_month")
        held = [row.cells[0].value for row in found.rows]
        assert (sum(held), len(held)) == (found.total.cells[0].value, 3)

    def test_every_statistic_has_a_figure_that_both_colleges_have(self, browser, twice):
        for name in STATISTICS:
            found = table(browser, name)
            codes = {
                one.code for one, cell in zip(found.columns, found.total.cells, strict=True) if cell.value
            }
            assert codes & IN_EACH_COLLEGE, name

    def test_people_of_a_branch_that_left_are_counted_then_and_not_listed_now(self, client, school):
        client.force_login(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        asked = {"period": "2026Q3", "on": "2026-08-15"}
        page = client.get(reverse("figure_rows", args=["members", "members"]), asked)
        found = page.context["found"]
        assert (found.number, found.elsewhere) == (7, 3)
        assert {line.cells[0] for line, _ in page.context["lines"]} == {school.teachers.short_name}

    def test_an_organisation_out_of_reach_is_not_found(self, client, school):
        client.force_login(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        for key in ("org", "branch"):
            address = reverse("figure_table", args=["members"])
            assert client.get(address, {"period": "2026Q3", key: school.musicians.pk}).status_code == 404


class TestRows:
    def test_a_leader_reads_masked_names(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.root))
        page = client.get(reverse("figure_rows", args=["members", "members"]), {"period": "2026Q3"})
        labels = [line.label for line, _ in page.context["lines"]]
        assert [label[1:] for label in labels] == ["*" * (len(label) - 1) for label in labels]
        assert len(labels) > 5

    def test_an_annual_table_says_the_ending_that_was_recorded(self, browser, school):
        ended = {"on": date(2026, 3, 2), "by": None, "evidence": "支部大会决议", "since": date(2025, 1, 2)}
        for kind in ("by_itself", "resigned"):
            departures.depart(cast.a_member(school.teachers), kind, **ended)
        for kind, label in (("by_itself", "自行脱党除名"), ("resigned", "退党除名")):
            address = reverse("figure_rows", args=["annual_left", f"gone_{kind}"])
            page = browser.get(address, {"period": "2026"})
            assert [line.cells for line, _ in page.context["lines"]] == [("物理教师党支部", label)]

    def test_those_on_the_way_are_counted_for_a_leader_and_not_listed(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.root))
        cast.a_member(school.teachers, full=None, joined=date(2026, 6, 1))
        page = client.get(
            reverse("figure_rows", args=["development", "now_probationary"]), {"period": "2026Q3"}
        )
        assert (page.context["found"].elsewhere, page.context["lines"]) == (1, [])
        assert "不在您的查看权限内" in page.content.decode()

    def test_a_workbook_has_the_rows_one_may_open(self, browser):
        address = reverse("figure_rows_export", args=["members", "members"])
        answer = browser.post(address, {"period": "2026Q3"})
        sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        heads = next(row for row in range(1, 9) if sheet.cell(row, 1).value == "姓名")
        assert sheet.max_row - heads == table(browser, "members").total.cells[0].value

    @pytest.mark.parametrize(
        ("name", "code"), [("members", "nothing"), ("nothing", "members"), ("life", "held")]
    )
    def test_there_is_no_other(self, browser, name, code):
        assert browser.get(reverse("figure_rows", args=[name, code])).status_code == 404


class TestAsked:
    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"period": "2027Q1"}, "2027年一季度还没有开始，请选择已经开始的期间。"),
            ({"period": "2026Q3", "on": "2026-10-05"}, "统计日应在期间内（2026-07-01 至 2026-09-30）。"),
            ({"period": "2026Q4", "on": "2026-12-01"}, "统计日不能晚于今天（2026-10-08）。"),
            ({"period": "2026Q9"}, "“2026Q9”不是统计时间段"),
        ],
    )
    def test_what_cannot_be_is_said_at_the_field(self, browser, asked, sentence):
        page = browser.get(reverse("figure_table", args=["members"]), asked)
        assert sentence in page.content.decode()

    @pytest.mark.parametrize(
        ("page", "place"),
        [
            ("figure_export", ["members", "xlsx"]),
            ("figure_rows_export", ["members", "members"]),
            ("book_export", ["annual", "xlsx"]),
        ],
    )
    def test_nothing_leaves_of_what_cannot_be(self, browser, page, place):
        answer = browser.post(reverse(page, args=place), {"period": "2027"}, follow=True)
        assert "筛选条件有误，没有导出。" in answer.content.decode()
        assert not AuditEntry.objects.filter(action="statistics.export").exists()

    def test_a_day_within_the_period(self, browser, school):
        cast.a_member(school.teachers, joined=date(2026, 9, 20), full=None)
        assert (
            table(browser, "members", on="2026-09-19").total.cells[0].value + 1
            == table(browser, "members").total.cells[0].value
        )

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("development", "step_admission_approval"),
            ("development", "became_full"),
            ("trainings", "rotation"),
            ("lectures", "lectures"),
            ("graduates", "graduates"),
            ("annual_development", "step_admission_approval"),
            ("annual_left", "gone"),
        ],
    )
    def test_what_happened_is_counted_up_to_the_day(self, browser, twice, name, code):
        """Half of a year ends on a day of it; of each there is one in each college on 20 or 21 September."""
        found = {}
        for on in ("", "2026-09-19", "2026-09-21"):
            shown = table(browser, name, on=on)
            [cell] = [
                cell for one, cell in zip(shown.columns, shown.total.cells, strict=True) if one.code == code
            ]
            found[on] = cell.value
            if cell.url:
                assert browser.get(cell.url).context["found"].number == cell.value
        assert found == {"": 2, "2026-09-19": 0, "2026-09-21": 2}

    def test_no_birthday_after_the_day(self, browser, school):
        cast.a_member(school.teachers, joined=date(2010, 8, 20))
        counted = [table(browser, "birthdays", on=on).total.cells[0].value for on in ("2026-08-19", "")]
        assert counted == [0, 1]

    @pytest.mark.parametrize("name", ["life", "life_by_kind", "life_by_month"])
    def test_what_is_counted_by_whole_months_offers_no_day(self, browser, name):
        page = browser.get(reverse("figure_table", args=[name]), {"period": "2026Q3", "on": "2026-08-15"})
        assert "on" not in page.context["form"].fields
        assert "统计日 2026-09-30。" in page.content.decode()

    @pytest.mark.parametrize(("period", "on"), [("2026Q3", "2026-08-15"), ("2026Q4", "2026-10-02")])
    def test_only_a_period_that_runs_is_said_to_run(self, browser, period, on):
        page = browser.get(reverse("figure_table", args=["members"]), {"period": period, "on": on})
        text = page.content.decode()
        assert f"统计日 {on}。" in text
        assert ("期间未结束" in text) == (period == "2026Q4")

    def test_a_school_year(self, browser):
        found = table(browser, "members", period="2025-2026")
        assert (str(found.asked.period.start), str(found.asked.day)) == ("2025-07-01", "2026-06-30")

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["nothing", "--period", "2026Q3"], "没有名为“nothing”的统计表"),
            (["members"], "请用 --period 写统计的时间段"),
            (["members", "--period", "2026Q3", "--on", "2026-10-01"], "--on 应在期间内"),
            (["life", "--period", "2026Q3", "--on", "2026-08-01"], "“组织生活”按整月统计，不能用 --on"),
            (["members", "--period", "2027Q1"], "2027年一季度还没有开始"),
            (["members", "--period", "2026Q3", "--branch", "x"], "没有代码为“x”的党组织"),
        ],
    )
    def test_the_command_refuses_with_a_sentence(self, school, arguments, sentence):
        with pytest.raises(CommandError, match=sentence):
            call_command("statistics", *arguments)

    def test_the_list_names_each_table_with_its_columns(self):
        assert [one["name"] for one in command("--list", "--json")] == [*STATISTICS, *BOOKS]
