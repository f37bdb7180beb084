"""The statistics of a period as an object and as a command."""

import json
from datetime import date

import pytest
import time_machine
from django.core.management import CommandError, call_command

from activities.models import Campaign
from branches import tree
from branches.models import Branch
from reports import quarterly
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-10-08 12:00 +0800")]

KIND = {
    "activities": 0,
    "held": 0,
    "on_time": 0,
    "required": None,
    "met": None,
    "missed": None,
    "expected": 0,
    "present": 0,
    "on_leave": 0,
    "absent": 0,
}


@pytest.fixture
def school():
    school = cast.a_university()
    for branch in (school.teachers, school.teachers, school.musicians):
        cast.a_member(branch)
    return school


def statistics(capsys, *arguments):
    call_command("quarterly_statistics", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def entered_on(day, branch, kind="theme_day", **more):
    with time_machine.travel(f"{day} 09:00 +0800", tick=False):
        return cast.a_record(branch, kind, day, **more)


def test_json_of_the_whole_university(school, capsys):
    entered_on(date(2026, 9, 15), school.teachers)
    body = statistics(capsys, "2026Q3")
    assert list(body) == ["period", "branch", "members", "total", "rows", "locked"]
    assert (body["period"], body["branch"], body["members"]) == ("2026Q3", None, 3)
    held = {**KIND, "activities": 1, "held": 1, "on_time": 1, "expected": 2, "present": 2}
    teachers = {
        "theme_day": {**held, "required": 3, "met": 1, "missed": 2},
        "general_meeting": {**KIND, "required": 1, "met": 0, "missed": 1},
        "committee_meeting": {**KIND, "required": 0, "met": 0, "missed": 0},
    }
    rows = {row["branch"]: row for row in body["rows"]}
    assert rows["001001001"] == {"branch": "001001001", "name": "物理教师党支部", "kinds": teachers}
    assert body["total"]["kinds"]["theme_day"] == {**held, "required": 6, "met": 1, "missed": 5}


def test_json_of_one_organisation(school, capsys):
    body = statistics(capsys, "2026Q3", "--branch", "001002")
    assert (body["branch"], body["members"]) == ("001002", 1)
    assert [row["branch"] for row in body["rows"]] == ["001002001"]


def test_a_year_and_a_month_are_periods_too(school, capsys):
    entered_on(date(2026, 9, 15), school.teachers)
    entered_on(date(2026, 5, 15), school.teachers)
    held = [
        statistics(capsys, code)["total"]["kinds"]["theme_day"]["held"]
        for code in ("2026", "2026Q3", "2026-05")
    ]
    assert held == [2, 1, 1]


def test_under_a_campaign_no_duty_is_judged(school, capsys):
    study = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
    entered_on(date(2026, 9, 15), school.teachers, "seminar", campaigns=[study])
    entered_on(date(2026, 9, 16), school.teachers, "seminar")
    body = statistics(capsys, "2026Q3", "--campaign", "主题教育")
    counted = {**KIND, "activities": 1, "held": 1, "on_time": 1, "expected": 2, "present": 2}
    assert body["total"] == {"kinds": {"seminar": counted}}
    assert body["rows"] == [{"branch": "001001001", "name": "物理教师党支部", "kinds": {"seminar": counted}}]


def test_members_are_those_of_the_last_day_or_of_today(school, capsys):
    cast.a_member(school.teachers, joined=date(2026, 10, 5), full=None)
    cast.a_member(school.teachers, joined=date(2026, 10, 20), full=None)
    assert statistics(capsys, "2026Q3")["members"] == 3
    assert statistics(capsys, "2026Q4")["members"] == 4


def test_a_moved_branch_is_one_row_of_the_whole_and_a_part_of_each(school, capsys):
    entered_on(date(2026, 7, 15), school.students)
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=None)
    entered_on(date(2026, 9, 15), Branch.objects.get(pk=school.students.pk))
    everything = statistics(capsys, "2026Q3")
    parts = [statistics(capsys, "2026Q3", "--branch", code) for code in ("001001", "001002")]
    codes = [row["branch"] for row in everything["rows"]]
    assert sorted(codes) == sorted(set(codes))
    for name in ("held", "required", "met", "missed"):
        whole = everything["total"]["kinds"]["theme_day"][name]
        assert whole == sum(part["total"]["kinds"]["theme_day"][name] for part in parts)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["2026Q5"],
            "“2026Q5”不是统计时间段，应为如 2026、2026Q3、2026-09 或学年 2025-2026，年份从1900到2100。",
        ),
        (["去年"], "“去年”不是统计时间段，应为如 2026、2026Q3、2026-09 或学年 2025-2026，年份从1900到2100。"),
        (["2099Q1"], "2099年一季度还没有开始，没有可以统计的。"),
        (["2026Q3", "--branch", "9"], "没有代码为“9”的党组织，请核对党组织代码。"),
        (["2026Q3", "--campaign", "无"], "没有名为“无”的专题活动，请核对名称。"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_2(school, arguments, sentence):
    with pytest.raises(CommandError) as raised:
        call_command("quarterly_statistics", *arguments)
    assert (str(raised.value), raised.value.returncode) == (sentence, 2)


def test_without_json_a_table_to_read(school, capsys):
    entered_on(date(2026, 9, 15), school.teachers)
    call_command("quarterly_statistics", "2026Q3", "--branch", "001001001")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2026年三季度 物理教师党支部 党员 2 人"
    assert lines[1].split() == "党组织 类型 活动 举行 按时 应开 已开 未开 应到 实到 请假 缺席".split()
    assert lines[-1].split() == "合计 主题党日 1 1 1 3 1 2 2 2 0 0".split()


@pytest.mark.parametrize("number", [3, 30])
def test_the_number_of_queries_does_not_grow(number, django_assert_num_queries):
    school = cast.a_university()
    for n in range(number):
        cast.found(school.physics, f"第{n}党支部", Branch.Level.BRANCH, f"9{n:03d}")
    period = quarterly.Period.quarter(2026, 3)
    ranges = tree.ranges_during(school.root, period.start, period.end)
    with django_assert_num_queries(12):
        quarterly.compose(ranges, period, date(2026, 10, 8))
