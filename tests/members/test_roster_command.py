"""The roster of a date, as the command prints it."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.enrolment import NewMember, enrol, move
from tests import cast
from tests.sheets import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    school = cast.a_university()
    enrol(NewMember("张明", "male", school.teachers, "full", date(2015, 6, 1), date(2016, 6, 1)), by=None)
    student = enrol(NewMember("李强", "male", school.students, "probationary", date(2026, 4, 1)), by=None)
    move(student, school.musicians, on=date(2026, 9, 1), by=None)
    return school


def names(*arguments):
    return [(row["name"], row["branch"], row["status"]) for row in run("roster", *arguments)[1]]


def test_every_day_has_its_own(school):
    assert names("--on", "2016-05-31") == [("张明", "001001001", "probationary")]
    assert names("--on", "2026-08-31") == [
        ("张明", "001001001", "full"),
        ("李强", "001001002", "probationary"),
    ]
    assert names("--on", "2026年9月1日") == [
        ("张明", "001001001", "full"),
        ("李强", "001002001", "probationary"),
    ]


def test_a_part_of_the_tree_by_code(school):
    assert names("--on", "2026-10-01", "--branch", "001002") == [("李强", "001002001", "probationary")]
    assert names("--on", "2026-10-01", "--branch", "001001002") == []


def test_all_that_a_row_says(school):
    assert run("roster", "--on", "2026-10-01", "--branch", "001001001")[1] == [
        {
            "number": "M000001",
            "name": "张明",
            "branch": "001001001",
            "status": "full",
            "joined": "2015-06-01",
            "full": "2016-06-01",
        }
    ]


def test_for_people_it_counts(school):
    out = StringIO()
    call_command("roster", "--on", "2026-10-01", stdout=out)
    assert out.getvalue().endswith("2026-10-01 共 2 人。\n")


def test_a_day_and_changes_are_not_asked_together(school):
    status, body = run("roster", "--on", "2026-10-01", "--changes", "2026-01-01", "2026-03-31")
    said = "--on 和 --changes 只能写一个：--on 是某一天的名册，--changes 是两天之间的变动。"
    assert (status, body) == (2, {"error": said})


@pytest.mark.parametrize("arguments", [["--on", "昨天"], ["--branch", "999"]])
def test_what_cannot_be_asked(school, arguments):
    with pytest.raises(CommandError):
        call_command("roster", *arguments)
