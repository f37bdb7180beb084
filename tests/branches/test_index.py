"""Branches found by what people write."""

import pytest

from branches import tree
from branches.index import BranchIndex
from branches.models import Branch
from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return cast.a_university()


@pytest.mark.parametrize(
    "text",
    [
        "中共XX师范大学物理教师支部委员会",
        "物理教师党支部",
        " 物理 教师支部 ",
        "001001001",
        "ＸＸ师范大学物理教师党支部",
    ],
)
def test_all_usual_writings_lead_to_one_branch(school, text):
    assert BranchIndex(None).find(text) == (school.teachers,)


def test_an_unknown_name_has_a_nearest(school):
    index = BranchIndex(None)
    assert (index.find("物理学生第一党支部"), index.closest("物理学生第一党支部")) == ((), "物理学生党支部")
    assert index.closest("量子玄学院第九党支部") == ""


def test_reach_ends_where_the_right_does(school):
    index = BranchIndex(cast.a_user(Role.COMMITTEE_STAFF, school.music))
    assert (index.find("物理教师党支部"), index.find("001001001"), index.closest("物理教师党支")) == (
        (),
        (),
        "",
    )
    assert index.find("音乐教师党支部") == (school.musicians,)
    assert BranchIndex(cast.a_user(Role.SECRETARY, school.teachers)).find("物理教师党支部") == ()


def test_whoever_works_for_one_college_may_leave_its_name_out(school):
    first = cast.found(school.physics, "物理学院研究生第一党支部", Branch.Level.BRANCH, "001001003")
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    assert BranchIndex(staff).find("研究生第1支部") == (first,)
    assert BranchIndex(None).find("研究生第1支部") == ()


def test_two_of_one_name_are_both_found(school):
    twin = cast.found(school.music, "音乐教师党支部分部", Branch.Level.BRANCH, "001002002")
    Branch.objects.filter(pk=twin.pk).update(short_name="音乐教师党支部")
    assert len(BranchIndex(None).find("音乐教师党支部")) == 2


def test_it_takes_two_queries(school, django_assert_num_queries):
    with django_assert_num_queries(2):
        index = BranchIndex(None)
        index.find("物理教师党支部")
        index.find("物理学生党支部")


def test_it_knows_when_a_branch_has_moved(school):
    index = BranchIndex(None)
    assert index.is_current()
    tree.move(school.students, school.music, by=None)
    assert not index.is_current()
