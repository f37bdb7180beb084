"""Merging, dissolving and dividing in the browser admin: asked for, looked at, done, in five clicks at most (J-O7)."""

from datetime import date

import pytest

from branches.models import Branch
from branches.roles import Role
from members.headcounts import Headcount
from members.models import Member
from tests import cast

pytestmark = pytest.mark.django_db

DAY = "2026-10-01"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def college(school):
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))


def page(branch, name):
    return f"/admin/branches/branch/{branch.pk}/{name}/"


def fresh(branch):
    return Branch.objects.get(pk=branch.pk)


class TestMerging:
    def test_the_preview_counts_before_and_after_and_writes_nothing(self, college, school):
        cast.a_member(school.teachers)
        cast.a_member(school.students)
        cast.a_member(school.students, full=None)
        response = college.get(page(school.students, "merge"), {"to": school.teachers.pk, "on": DAY})
        lines = [(line.before, line.after) for line in response.context["lines"]]
        assert lines == [(Headcount(1, 1), None), (Headcount(1), Headcount(2, 1))]
        assert fresh(school.students).dissolved_on is None

    def test_five_clicks_from_the_branch(self, college, school):
        """The button, the target, 预览影响, 确认合并: four."""
        member = cast.a_member(school.students)
        tools = college.get(page(school.students, "change")).context["tools"]
        url = dict(tools)["并入另一支部"]
        sent = {"to": school.teachers.pk, "on": DAY}
        assert "确认合并" in college.get(url, sent).content.decode()
        assert college.post(url, sent, follow=True).status_code == 200
        assert Member.objects.get(pk=member.pk).branch == school.teachers
        assert fresh(school.students).dissolved_on == date(2026, 10, 1)

    def test_a_target_outside_is_no_choice(self, college, school):
        response = college.post(page(school.students, "merge"), {"to": school.musicians.pk, "on": DAY})
        assert "to" in response.context["form"].errors

    def test_what_the_verb_refuses_stands_over_the_form(self, college, school):
        cast.a_member(school.students, joined=date(2026, 10, 10), full=None)
        response = college.post(page(school.students, "merge"), {"to": school.teachers.pk, "on": DAY})
        assert "最早 2026-10-10 可以办理" in str(response.context["form"].non_field_errors())

    def test_only_branches_that_exist(self, college, school):
        own = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.root))
        assert own.get(page(school.physics, "merge")).status_code == 403


class TestDissolving:
    def test_the_page_asks_where_people_go_when_there_are_any(self, college, school):
        assert "to" not in college.get(page(school.students, "dissolve")).context["form"].fields
        cast.a_member(school.students)
        assert "to" in college.get(page(school.students, "dissolve")).context["form"].fields

    def test_people_go_to_two_branches(self, college, school):
        third = cast.found(school.physics, "第三党支部", "branch", "001001003")
        one, two = cast.a_member(school.students), cast.a_member(school.students)
        sent = {"to": school.teachers.pk, "other_to": third.pk, "others": [two.pk], "on": DAY}
        lines = college.get(page(school.students, "dissolve"), sent).context["lines"]
        assert [line.after for line in lines] == [None, Headcount(1), Headcount(1)]
        assert college.post(page(school.students, "dissolve"), sent).status_code == 302
        assert [Member.objects.get(pk=m.pk).branch for m in (one, two)] == [school.teachers, third]

    def test_people_without_a_place(self, college, school):
        cast.a_member(school.students)
        response = college.post(page(school.students, "dissolve"), {"on": DAY})
        assert "to" in response.context["form"].errors


class TestDividing:
    def test_by_names(self, college, school):
        going = [cast.a_member(school.students) for _ in range(3)]
        cast.a_member(school.students)
        sent = {"name": "物理学院研究生党支部", "short_name": "研究生党支部", "code": "001001009"}
        sent |= {"form": "standing", "members": [member.pk for member in going], "on": DAY}
        lines = college.get(page(school.students, "split"), sent).context["lines"]
        assert [(line.name, line.after) for line in lines] == [
            ("物理学生党支部", Headcount(1)),
            ("研究生党支部", Headcount(3)),
        ]
        assert college.post(page(school.students, "split"), sent).status_code == 302
        assert Branch.objects.get(code="001001009").members.count() == 3

    def test_a_code_in_use(self, college, school):
        sent = {"name": "新支部", "short_name": "新", "code": school.musicians.code, "form": "standing"}
        response = college.post(page(school.students, "split"), {**sent, "on": DAY})
        assert response.context["form"].errors["code"] == ["这个代码不能使用，请核对上级党组织编发的代码。"]
