"""The figures of a report: those of the tables, opened by the rows behind them, counted once however often named."""

import json
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from activities import records
from activities.models import Activity, Campaign
from branches.models import Branch
from branches.tree import move
from lib.periods import Period
from reports.cases.inserted import compose
from reports.cases.placeholders import Address, words_of_columns
from reports.figures.base import plain
from reports.figures.catalogue import INSERTABLE
from tests import cast
from tests.reports.cases.scene import HELD, MEMBERS, QUARTER
from tests.reports.spans import period_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 8)


def test_the_text_reads_with_its_numbers(report):
    composed = compose(report, TODAY)
    assert [one.text for one in composed.paragraphs] == ["一、做法", "开展主题党日 2 次，党员 10 名。"]
    assert [one.is_heading for one in composed.paragraphs] == [True, False]
    held, members = composed.figures
    assert (held.name, held.period) == ("组织生活（按类型）：主题党日，举行（主题教育）", "2026年三季度")
    assert (held.number, held.records, members.number, members.records) == (1, 2, 2, 10)


@pytest.mark.parametrize("name", INSERTABLE)
def test_each_figure_is_the_one_of_its_table(written, school, staff, name):
    codes, period = list(words_of_columns(INSERTABLE[name])), period_of(name, QUARTER.code)
    text = "".join(Address(name, code, period=period).token for code in codes)
    composed = compose(written(text, school.root), TODAY)
    asked = {"period": period, "org": school.root.pk}
    table = cast.a_browser(staff).get(reverse("figure_table", args=[name]), asked).context["table"]
    assert [one.cell.value for one in composed.figures] == [cell.value for cell in table.total.cells]
    out = StringIO()
    call_command("statistics", name, "--period", period, "--json", stdout=out)
    total = json.loads(out.getvalue())["total"]["values"]
    assert [one["value"] for one in composed.body()["figures"]] == [total[code] for code in codes]


@pytest.mark.parametrize("name", INSERTABLE)
def test_each_figure_opens_as_many_rows_as_it_says(written, school, staff, name):
    browser = cast.a_browser(staff)
    period = period_of(name, QUARTER.code)
    codes = words_of_columns(INSERTABLE[name])
    text = "".join(Address(name, code, period=period).token for code in codes)
    for figure in compose(written(text, school.root), TODAY).figures:
        if figure.url:
            assert opened(browser, figure.url) == figure.records, figure.name


def opened(browser, url):
    context = browser.get(url).context
    if "found" in context:
        return context["found"].number
    return context["totals"].held if "totals" in context else context["page"].paginator.count


def test_what_is_counted_by_years_wants_a_year(written, school):
    text = "{{民主评议党员｜参加评议}} {{民主评议党员｜参加评议｜2026}}"
    wrong, right = (
        one
        for one in compose(written(text, school.root), TODAY).paragraphs[0].pieces
        if one.figure or one.fault
    )
    assert (wrong.fault.split("：")[1], right.fault) == (
        "“民主评议党员”按年统计，没有2026年三季度的数，请选择年份。",
        "",
    )


def test_rows_of_groups_and_of_one_organisation(written, school):
    text = (
        "{{党员构成｜男｜党员}} {{党员基本情况｜党员｜党组织：音乐学院党总支}} "
        "{{组织生活（按类型）｜观影｜举行}} {{组织生活（按类型）｜观影｜到会率}}"
    )
    composed = compose(written(text, school.root), TODAY)
    assert composed.paragraphs[0].text == "10 6 0 —"
    assert [one.url != "" for one in composed.figures] == [True, True, False, False]
    assert composed.figures[1].name == "党员基本情况：党员（音乐学院党总支）"


def test_a_share_says_what_it_divides_by(written, school):
    share = "{{组织生活｜到会率}} {{组织生活｜按时率}} {{组织生活｜实到}} {{毕业生去向｜党员占比}}"
    shown = compose(written(share, school.root), TODAY)
    held = Activity.objects.valid().held_in(QUARTER).count()
    assert [one.records for one in shown.figures] == [held, held, held, 0]


def test_a_record_that_is_withdrawn_is_out_of_text_and_json(report):
    records.withdraw(
        Activity.objects.valid().filter(campaigns__isnull=False).first(), by=None, version=1, reason="重复"
    )
    composed = compose(report, TODAY)
    assert composed.paragraphs[1].text == "开展主题党日 1 次，党员 10 名。"
    assert composed.body()["figures"][0]["value"] == plain(composed.figures[0].cell.value) == 1


def test_a_figure_named_twice_is_listed_once(written, school):
    composed = compose(written(f"{MEMBERS}、{MEMBERS}", school.root), TODAY)
    assert (composed.paragraphs[0].text, len(composed.figures)) == ("10、10", 1)


@pytest.mark.parametrize("times", [1, 30])
def test_queries_do_not_grow_with_what_is_named(written, school, django_assert_num_queries, times):
    columns = list(words_of_columns(INSERTABLE["member_structure"]))
    rows = ["sex_male", "sex_female"]
    named = [Address("member_structure", column, row).token for column in columns for row in rows][:times]
    report = written("".join(named * times), school.root)
    with django_assert_num_queries(2):  # where the organisation stood, and the table
        compose(report, TODAY)


def test_a_period_that_runs_says_up_to_which_day(written, school):
    text = "{{党员基本情况｜党员｜2026}} {{党员基本情况｜党员｜2025}}"
    running, over = compose(written(text, school.root), TODAY).figures
    assert (running.period, over.period) == ("2026年（截至2026年10月8日）", "2025年")
    assert (running.body()["is_running"], running.body()["on"]) == (True, "2026-10-08")


def test_what_is_no_more_is_said_in_its_place(written, school):
    report = written("共 {{组织生活｜举行｜专题活动：主题教育}} 次。", school.root)
    report.text = report.text.replace("held", "gone")
    assert compose(report, TODAY).paragraphs[0].text == "共 ［数字缺失］ 次。"
    report.text = f"{{{{life/held//{Campaign.objects.get().pk + 1}//}}}}"
    [fault] = compose(report, TODAY).faults
    assert fault.endswith("没有这个专题活动了，请改写报告。")


def test_of_an_organisation_that_left_only_what_was_before(written, school):
    """The students moved to the college of music on 1 September."""
    students = Branch.objects.get(pk=school.students.pk)
    report = written("{{组织生活｜举行}}", school.physics)
    token = Address("life", "held", organisation=students.pk, period="2026-10").token
    report.text = f"{Address('life', 'held', organisation=students.pk).token} {token}"
    composed = compose(report, TODAY)
    assert composed.paragraphs[0].text == "2 ［数字缺失］"
    assert composed.faults[0].endswith("这个党组织在2026年10月不属于物理学院党委。")


def test_a_branch_that_moves_takes_its_report_along(written, school):
    report = written(MEMBERS, school.teachers)
    with time_machine.travel("2026-10-09 09:00 +0800", tick=False):
        move(school.teachers, school.music, on=date(2026, 10, 9), by=None)
    report.refresh_from_db()
    assert report.branch_path == Branch.objects.get(pk=school.teachers.pk).path


def test_periods_of_their_own_beside_the_reports(written, school):
    text = f"{HELD} " + HELD.replace("}}", "｜2025}}")
    composed = compose(written(text, school.root, period=Period.year(2026)), TODAY)
    assert composed.paragraphs[0].text == "2 0"
