"""New rows that resemble somebody on the roster are pointed out before they are written."""

from datetime import date
from io import BytesIO

import pytest

from branches.roles import Role
from members.enrolment import NewMember, enrol
from members.imports import Decisions, analyse, open_roster
from tests import cast
from tests.members.rosters import an_id
from tests.sheets import run, workbook

pytestmark = pytest.mark.django_db

HEAD = ["姓名", "所在党支部", "性别", "人员类别", "学工号", "出生日期", "公民身份证号"]
BORN = date(1980, 1, 1)


@pytest.fixture
def school():
    university = cast.a_university()
    enrol(
        NewMember("欧阳丽华", "female", university.teachers, "full", school_number="T1", birth_date=BORN),
        by=None,
    )
    return university


def a_row(name="王芳", number="T2", born=date(1990, 1, 1), identity=None):
    return [name, "物理教师党支部", "女", "正式党员", number, born, identity]


def told(folder, row):
    _, report = run("import_roster", workbook(folder / "x.xlsx", HEAD, row))
    return [each["message"] for each in report["warnings"] if each["code"] == "likely_duplicate"], report[
        "new"
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (a_row(number="T1"), "学工号相同"),
        (a_row("欧阳丽华", born=BORN), "姓名、出生日期相同"),
        (a_row("欧阳丽花", born=BORN), "姓名相近、出生日期相同"),
        (a_row("欧阳丽华", born=None, identity=an_id(2, BORN)), "姓名、出生日期相同"),
    ],
)
def test_who_resembles_somebody_is_named_and_stays_new(school, tmp_path, row, words):
    [sentence], new = told(tmp_path, row)
    assert f"与物理教师党支部的欧阳丽华（M000001）{words}。" in sentence
    assert new == 1


@pytest.mark.parametrize("row", [a_row(), a_row("欧阳丽华"), a_row(born=BORN), a_row(number=None)])
def test_what_is_not_alike_is_not(school, tmp_path, row):
    assert told(tmp_path, row)[0] == []


def test_two_identity_numbers_are_two_people(school, tmp_path):
    run(
        "import_roster",
        workbook(tmp_path / "x.xlsx", HEAD, a_row("李静", "T3", BORN, an_id(2, BORN))),
        "--commit",
    )
    assert told(tmp_path, a_row("李静", "T4", BORN, an_id(4, BORN)))[0] == []


def test_several_are_counted(school, tmp_path):
    cast.a_member(school.teachers, "欧阳丽花", birth_date=BORN)
    [sentence], _ = told(tmp_path, a_row("欧阳丽华", born=BORN))
    assert "，另有 1 人。" in sentence


def test_whoever_is_out_of_reach_is_not_named(school, tmp_path):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.music)
    row = ["欧阳丽华", "音乐教师党支部", "女", "正式党员", "T1", BORN, None]
    table = open_roster(BytesIO(workbook(tmp_path / "x.xlsx", HEAD, row).read_bytes()))
    assert "likely_duplicate" not in {each.code for each in analyse(table, staff, Decisions()).warnings}


@pytest.mark.parametrize("count", [1, 50])
def test_queries(school, tmp_path, count, django_assert_num_queries):
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    rows = [a_row(f"王{n}", f"T{n + 2}", BORN) for n in range(count)]
    table = open_roster(BytesIO(workbook(tmp_path / "x.xlsx", HEAD, *rows).read_bytes()))
    with django_assert_num_queries(7):
        assert len(analyse(table, staff, Decisions()).new) == count
