"""What stands in the workbooks of the lists about people; tests/branches/test_list_exports.py has what all share."""

from datetime import date, datetime

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from members import certificates, exemptions
from members.competence import ITEMS
from members.models import Member
from tests import cast
from tests.members.development.way import Way
from tests.sheets import exported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


@pytest.fixture
def november():
    with time_machine.travel("2026-11-26 10:00 +0800", tick=False):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="王干事")


def day(year, month, number):
    return datetime(year, month, number)


def place(branch):
    return branch.short_name, branch.code


def test_development(school):
    way = Way(school)
    way.apply()
    [row] = exported(way.staff, reverse("development_export"))[1]
    assert row[:4] == (way.member.number, "林微", *place(way.branch))
    assert row[4:7] == ("申请入党", "1. 递交入党申请书", "2. 派人谈话")
    assert isinstance(row[7], datetime)
    assert exported(way.staff, reverse("development_export"), stage="probation")[1] == []
    stranger = cast.a_user(Role.COMMITTEE_STAFF, school.music)
    assert exported(stranger, reverse("development_export"))[1] == []


def test_stations(school):
    cast.a_station(school.teachers, cast.a_member(school.teachers))
    cast.a_station(school.musicians, name="二号楼工作站")
    reader = cast.a_user(Role.SECRETARY, school.teachers)
    assert exported(reader, reverse("station_export"))[1] == [
        ("一号楼工作站", "一号楼", *place(school.teachers), 1, 1)
    ]


def test_trainings_of_those_who_hold_posts(school, staff):
    leads, sits = cast.a_member(school.teachers, "张三"), cast.a_member(school.teachers, "李四")
    post = cast.a_post(leads, "secretary")
    cast.a_post(sits)
    cast.a_training(leads)
    [row] = exported(staff, reverse("training_export"))[1]
    since = day(post.since.year, post.since.month, post.since.day)
    assert row[:9] == (*place(school.teachers), leads.number, "张三", "书记", None, since, 8, 0)
    assert f"清单还有 {len(ITEMS)} 条没有确认（履职清单）" in row[9]


def test_exemptions(school):
    old = cast.a_member(school.teachers, "王老")
    exemptions.grant(old, since=date(2026, 3, 1), until=None, ground="ill", note="术后静养", by=None)
    ended = cast.a_member(school.teachers, "李老")
    over = date(2026, 6, 30)
    exemptions.grant(ended, since=date(2026, 3, 1), until=over, ground="ill", note="", by=None)
    secretary = cast.a_user(Role.SECRETARY, school.teachers)
    assert exported(secretary, reverse("exemption_export"))[1] == [
        (old.number, "王老", *place(school.teachers), "长期患病", day(2026, 3, 1), None)
    ]


def test_certificates(school, staff):
    member = cast.a_member(school.teachers, "张三", birth_date=date(1987, 4, 2))
    issued = certificates.issue(member, "报考公务员", by=staff)
    row = (
        issued.number,
        member.number,
        "张三",
        issued.wording["branch"],
        "报考公务员",
        day(2026, 11, 26),
        "王干事",
    )
    assert exported(staff, reverse("certificate_export"))[1] == [row]
    assert exported(staff, reverse("certificate_export"), q="李")[1] == []


class TestBirthdays:
    URL = reverse("birthday_export", args=["2026-11"])

    def test_of_a_month(self, school):
        member = cast.a_member(school.teachers, "张三", joined=date(2021, 11, 20), full=date(2022, 11, 20))
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        banner, rows = exported(secretary, self.URL)
        assert banner[1] == "范围：2026年11月；共 1 行。"
        dates = (day(2021, 11, 20), day(2022, 11, 20))
        place_ = place(school.teachers)
        assert rows == [(day(2026, 11, 20), member.number, "张三", *place_, "入党 5 周年", *dates, 4, "待办")]
        assert exported(secretary, self.URL, state="settled")[1] == []

    def test_of_another_branch_than_ones_only_one_is_none(self, school):
        secretary = cast.a_browser(cast.a_user(Role.SECRETARY, school.teachers))
        assert secretary.post(self.URL, {"branch": school.students.pk}).status_code == 404

    def test_without_a_date(self, school):
        member = cast.a_member(school.teachers, "张三")
        cast.a_member(school.musicians)
        Member.objects.update(joined_on=None)
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        assert exported(secretary, reverse("undated_export"))[1] == [
            (member.number, "张三", *place(school.teachers), None, day(2016, 6, 1))
        ]
