"""The birthdays of a month, as the command prints them."""

from datetime import date

import pytest
import time_machine
from django.core.management import CommandError, call_command

from branches import local
from tests import cast
from tests.sheets import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    school = cast.a_university()
    cast.a_member(school.teachers, "王敏", joined=date(2016, 11, 20), full=date(2017, 11, 20))
    cast.a_member(school.musicians, "李强", joined=date(2025, 11, 2), full=None)
    cast.a_member(school.teachers, "十月", joined=date(2015, 10, 31))
    return school


def printed(*arguments):
    return [
        (row["name"], row["branch"], row["date"], row["years"]) for row in run("birthdays", *arguments)[1]
    ]


def test_the_month_by_day_with_the_branch_by_code(school):
    assert printed("--month", "2026-11") == [
        ("李强", "001002001", "2026-11-02", 1),
        ("王敏", "001001001", "2026-11-20", 10),
    ]
    [row, _] = run("birthdays", "--month", "2026-11")[1]
    assert sorted(row) == ["branch", "date", "name", "number", "years"]


def test_a_part_of_the_tree(school):
    assert [row[0] for row in printed("--month", "2026-11", "--branch", "001001")] == ["王敏"]
    assert printed("--month", "2026-11", "--branch", "001001002") == []


def test_without_a_month_it_is_this_one(school):
    with time_machine.travel("2026-10-05 10:00 +0800", tick=False):
        assert [row[0] for row in printed()] == ["十月"]


def test_it_follows_the_universitys_rules(school):
    local.decide(local.rule_of("birthday-from"), "full", "校组字〔2026〕1号", by=None)
    assert printed("--month", "2026-11")[1][2:] == ("2026-11-20", 9)


@pytest.mark.parametrize(
    "month", ["2026", "2026Q4", "2026-13", "十一月", "2026-10至2026-11", "9999-12", "1899-12"]
)
def test_a_bad_month_is_refused(month):
    with pytest.raises(CommandError, match=r"不是月份，应为如 2026-11。年份从1900到2100。$"):
        call_command("birthdays", "--month", month)


def test_an_unknown_branch_is_refused():
    with pytest.raises(CommandError, match="没有代码为“9”的党组织。"):
        call_command("birthdays", "--month", "2026-11", "--branch", "9")


def test_for_people_it_says_how_many(school, capsys):
    call_command("birthdays", "--month", "2026-11")
    assert capsys.readouterr().out.splitlines()[-1] == "2026年11月共 2 人。"
