"""What entered, left or changed on the roster between two days, as the command prints it."""

import re
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from members import departures
from members.enrolment import NewMember, change, enrol, move
from tests import cast
from tests.sheets import run

pytestmark = pytest.mark.django_db
TEACHERS, STUDENTS = "001001001", "001001002"


@pytest.fixture
def people():
    school = cast.a_university()
    with time_machine.travel("2026-11-22 12:00 +0800", tick=False):
        old = enrol(
            NewMember("张明", "male", school.teachers, "full", date(2015, 6, 1), date(2016, 6, 1)), by=None
        )
        young = enrol(NewMember("李强", "male", school.students, "probationary", date(2025, 10, 15)), by=None)
        yield school, old, young


def lines(*arguments):
    found = run("roster", "--changes", *arguments)[1]
    return [(row["name"], row["branch"], row["date"], row["change"]) for row in found]


def test_entered_moved_changed_and_left(people):
    school, old, young = people
    change(young, {"status": "full", "full_on": date(2026, 10, 15)}, by=None)
    move(young, school.teachers, on=date(2026, 10, 20), by=None)
    departures.depart(old, "died", on=date(2026, 11, 1), by=None, evidence="死亡证明")
    assert lines("2026-10-01", "2026-12-31") == [
        ("李强", STUDENTS, "2026-10-15", "changed"),
        ("李强", TEACHERS, "2026-10-20", "moved"),
        ("张明", TEACHERS, "2026-11-01", "left"),
    ]
    assert lines("2025-10-15", "2025-10-15") == [("李强", STUDENTS, "2025-10-15", "entered")]
    assert lines("2025-10-16", "2026-10-14") == []


def test_before_and_after_say_where_and_what(people):
    school, old, _ = people
    move(old, school.students, on=date(2026, 11, 2), by=None)
    (row,) = run("roster", "--changes", "2026-11-01", "2026-11-30")[1]
    assert row == {
        "number": old.number,
        "name": "张明",
        "branch": STUDENTS,
        "date": "2026-11-02",
        "change": "moved",
        "before": {"branch": TEACHERS, "status": "full"},
        "after": {"branch": STUDENTS, "status": "full"},
    }


def test_a_correction_stands_on_the_day_it_was_entered(people):
    school, old, _ = people
    move(old, school.students, on=date(2026, 8, 1), by=None)
    row = next(one for one in run("roster", "--changes", "2026-11-22", "2026-11-22")[1])
    span = {"from": "2026-08-01", "until": "2026-09-30"}
    assert (row["change"], row["date"]) == ("corrected", "2026-11-22")
    assert row["before"] == {"branch": TEACHERS, "status": "full", **span}
    assert row["after"] == {"branch": STUDENTS, "status": "full", **span}


def test_a_correction_in_another_college_is_not_ones_own(people):
    school, old, _ = people
    move(old, school.students, on=date(2026, 8, 1), by=None)
    days = ("2026-11-22", "2026-11-22", "--branch")
    assert lines(*days, "001001") == [("张明", STUDENTS, "2026-11-22", "corrected")]
    assert lines(*days, "001002") == []


def test_of_one_branch_who_moves_away_has_left(people):
    school, old, _ = people
    move(old, school.musicians, on=date(2026, 11, 2), by=None)
    days = ("2026-11-02", "2026-11-02", "--branch")
    assert lines(*days, "001001") == [("张明", TEACHERS, "2026-11-02", "left")]
    assert lines(*days, "001002") == [("张明", "001002001", "2026-11-02", "entered")]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (("2026-02-30", "2026-03-01"), "--changes “2026-02-30”2026年2月没有30日，应为如 2019-03-05。"),
        (("昨天", "2026-03-01"), "--changes “昨天”不是日期，应为如 2019-03-05。"),
        (("2026-03-02", "2026-03-01"), "开始日期 2026-03-02 晚于结束日期 2026-03-01，请把两个日期对调。"),
        (("", "2026-03-01"), "--changes 要两个日期，如 2019-03-05 2026-09-30。"),
    ],
)
def test_bad_dates_are_said_in_a_sentence(db, days, sentence):
    assert run("roster", "--changes", *days) == (2, {"error": sentence})
    with pytest.raises(CommandError, match=f"^{re.escape(sentence)}$"):
        call_command("roster", changes=days, stdout=StringIO())


def test_in_words(people):
    output = StringIO()
    call_command("roster", changes=["2025-10-15", "2025-10-15"], stdout=output)
    assert "2025-10-15  进入  " in output.getvalue()
    assert output.getvalue().endswith("共 1 项变动。\n")
