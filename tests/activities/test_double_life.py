"""双重组织生活: how leaders took part in their own branch's life, and in that of others (ZB-19)."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from activities import double_life, jointly, parts, records
from activities.attendance import Mark
from activities.kinds import Kind, joined
from branches.roles import Role
from branches.scope import covering_ranges
from members.models import Exemption, Post
from tests import cast

DAY = date(2026, 10, 12)


@pytest.fixture
def leader(school):
    """The secretary of the college, who belongs to the teachers' branch."""
    person = cast.a_member(school.teachers, "钱学礼")
    of_college = {"branch": school.physics, "branch_path": school.physics.path}
    Post.objects.create(member=person, title="secretary", since=date(2016, 1, 1), **of_college)
    return person


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


def a_record(branch, leader=None, state="present", kind="theme_day", day=DAY, **facts):
    """With ``leader`` marked ``state``, if he is on the roll."""
    marks = cast.all_present(kind, branch, day)
    if leader and leader.pk in marks:
        marks[leader.pk] = Mark(state)
    return cast.a_record(branch, kind, day, marks=marks, **facts)


def told(school, year=2026):
    lines = double_life.leaders_of(covering_ranges([school.root.path]), year)
    return [
        (line.member.name, line.present, line.expected, [each.as_what for each in line.elsewhere])
        for line in lines
    ]


class TestOwnBranch:
    def test_n_of_m(self, school, leader):
        a_record(school.teachers, leader)
        a_record(school.teachers, leader, "leave", "general_meeting")
        a_record(school.teachers, leader, "absent", "party_lecture", date(2025, 12, 1))
        assert told(school) == [("钱学礼", 1, 2, [])]
        assert told(school, 2025) == [("钱学礼", 0, 1, [])]

    def test_only_what_is_held_for_all_members(self, school, leader):
        a_record(school.teachers, leader, kind="film")
        a_record(school.teachers, leader, kind="film", also_kinds=joined(["theme_day"]))
        assert told(school) == [("钱学礼", 1, 1, [])]

    def test_a_withdrawn_record_and_an_exempt_day_ask_nothing(self, school, leader):
        withdrawn = a_record(school.teachers, leader)
        records.withdraw(withdrawn, by=None, version=1, reason="重复")
        Exemption.objects.create(member=leader, since=DAY, ground="ill")
        marks = cast.all_present("theme_day", school.teachers, DAY)
        cast.a_record(school.teachers, "theme_day", DAY, marks={**marks, leader.pk: Mark("exempt")})
        assert told(school) == [("钱学礼", 0, 0, [])]

    def test_whoever_leads_only_a_branch_is_not_told_of(self, school):
        cast.a_post(cast.a_member(school.teachers), "secretary")
        assert told(school) == []


class TestElsewhere:
    def test_as_a_guest_by_name(self, school, leader):
        cast.a_member(school.students)
        a_record(school.students, guests="钱学礼 物理学院\n周校长 校办")
        a_record(school.students, guests="李四 物理学院")
        assert told(school) == [("钱学礼", 0, 0, ["列席"])]

    def test_two_leaders_of_one_name_are_not_told_apart(self, school, leader):
        other = cast.a_member(school.musicians, "钱学礼")
        of_college = {"branch": school.music, "branch_path": school.music.path}
        Post.objects.create(member=other, title="deputy", since=date(2016, 1, 1), **of_college)
        cast.a_member(school.students)
        a_record(school.students, guests="钱学礼")
        assert told(school) == [("钱学礼", 0, 0, []), ("钱学礼", 0, 0, [])]

    def test_as_a_lecturer_once(self, school, leader):
        cast.a_member(school.students)
        lecture = a_record(school.students, kind="party_lecture", lecturer="钱学礼", guests="钱学礼 学院")
        parts.write(lecture, {Kind.PARTY_LECTURE: {"rank": "书记"}}, by=None)
        assert told(school) == [("钱学礼", 0, 0, ["讲党课"])]

    def test_another_part_of_what_his_branch_held_jointly_is_the_same_thing(self, school, leader, staff):
        cast.a_member(school.students)
        lead = a_record(school.teachers, leader)
        [asked] = jointly.invite(lead, [school.students], by=staff)
        marks = cast.all_present("theme_day", school.students, DAY)
        cast.a_record(school.students, "theme_day", DAY, marks=marks, invitation=asked, guests="钱学礼 学院")
        assert told(school) == [("钱学礼", 1, 1, [])]


class TestPages:
    def test_every_number_opens_its_records(self, school, leader, staff):
        cast.a_member(school.students)
        own, other = a_record(school.teachers, leader), a_record(school.students, guests="钱学礼 学院")
        browser = cast.a_browser(staff)
        [line] = browser.get(reverse("double_life")).context["lines"]
        page = browser.get(reverse("double_life_person", args=[line.member.pk]))
        assert [each.record for each in page.context["line"].own] == [own]
        assert [each.record for each in page.context["line"].elsewhere] == [other]

    def test_a_kind_that_is_the_title_is_said_once(self, school, leader, staff):
        a_record(school.teachers, leader)
        a_record(school.teachers, leader, day=date(2026, 9, 1), title="参观校史馆")
        page = cast.a_browser(staff).get(reverse("double_life_person", args=[leader.pk])).content.decode()
        assert "2026-10-12，物理教师党支部" in page
        assert "2026-09-01，主题党日，物理教师党支部" in page

    def test_a_college_tells_of_its_own(self, school, leader):
        other = cast.a_member(school.musicians)
        of_college = {"branch": school.music, "branch_path": school.music.path}
        Post.objects.create(member=other, title="secretary", since=date(2016, 1, 1), **of_college)
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert [line.member for line in browser.get(reverse("double_life")).context["lines"]] == [other]
        assert browser.get(reverse("double_life_person", args=[leader.pk])).status_code == 404

    def test_as_a_workbook(self, school, leader, staff):
        a_record(school.teachers, leader)
        answer = cast.a_browser(staff).post(reverse("double_life_export"), {"year": "2026"})
        first, second = load_workbook(BytesIO(answer.getvalue())).worksheets
        assert list(first.values)[-1] == (1, "钱学礼", "物理学院党委书记", "物理教师党支部", 1, 1, 0)
        assert list(second.values)[-1][2:] == ("主题党日", "主题党日", "物理教师党支部", "到会")

    @pytest.mark.parametrize("year", ["1999", "今年"])
    def test_no_workbook_of_a_year_that_is_not_offered(self, school, staff, year):
        answer = cast.a_browser(staff).post(reverse("double_life_export"), {"year": year}, follow=True)
        assert answer.redirect_chain == [(reverse("double_life"), 302)]
        assert "年度认不出，没有导出。" in answer.content.decode()

    @pytest.mark.parametrize("number", [1, 30])
    def test_queries(self, school, leader, staff, number, django_assert_num_queries):
        for index in range(number):
            a_record(school.teachers, leader, day=date(2026, 9, 1 + index % 28), guests=f"客{index}")
        browser = cast.a_browser(staff)
        browser.get(reverse("double_life"))
        with django_assert_num_queries(8):
            browser.get(reverse("double_life"))
