"""What a typed word finds people by."""

import pytest

from members import searching
from members.models import Member
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    school = cast.a_university()
    wang = cast.a_member(school.teachers, "王建国", school_number="工2021001", phone="13800001234")
    return school, wang, cast.a_member(school.students, "李明远")


def found(text):
    return {member.name for member in searching.find(Member.objects.all(), text)}


@pytest.mark.parametrize("text", ["建", "建国", "王建国", "工2021", "1234", "wjg", "wangjian"])
def test_each_way_finds_one(people, text):
    assert found(text) == {"王建国"}


def test_an_own_number(people):
    assert found(people[1].number.lower()) == {"王建国"}


def test_a_part_of_a_name_is_one_piece(people):
    """That its pairs of neighbours are in a name is not enough."""
    cast.a_member(people[0].students, "建国建")
    assert found("国建") == {"建国建"}
    assert found("建国建国") == set()


def test_a_branch_by_a_part_of_its_name(people):
    school, _, _ = people
    assert found(school.teachers.short_name[1:4]) == {"王建国"}


def test_one_question_for_each_word_that_may_be_a_name(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        searching.find(Member.objects.all(), "明远 lmy 2019")
