"""The roster's figures of a day: by 隶属, where each branch stood then."""

from datetime import date

import pytest

from branches import tree
from branches.scope import covering_ranges
from members.models import MembershipSpell, StatusPeriod
from members.statistics import roster_figures
from tests import cast

pytestmark = pytest.mark.django_db

DAY = date(2026, 9, 30)


def members(branch, day=DAY):
    return roster_figures(tree.ranges_during(branch, day, day), day).members


def test_probationary_and_full_members_count():
    school = cast.a_university()
    cast.a_member(school.teachers)
    cast.a_member(school.teachers, joined=date(2026, 9, 30), full=None)
    cast.a_member(school.teachers, joined=date(2026, 10, 1), full=None)
    figures = roster_figures(covering_ranges([school.root.path]), DAY)
    assert (figures.members, figures.probationary) == (2, 1)


def test_applicants_and_those_who_left_do_not_count():
    school = cast.a_university()
    gone = cast.a_member(school.teachers)
    gone.statuses.update(until=date(2026, 9, 29))
    StatusPeriod.objects.create(member=gone, status="left", since=DAY)
    activist = cast.a_member(school.teachers)
    activist.statuses.update(status="activist")
    assert members(school.root) == 0


def test_a_guest_counts_once_where_he_belongs():
    school = cast.a_university()
    guest = cast.a_member(school.teachers)
    MembershipSpell.objects.create(
        member=guest,
        branch=school.musicians,
        branch_path=school.musicians.path,
        kind="attending",
        since=date(2026, 1, 1),
    )
    assert [members(each) for each in (school.root, school.physics, school.music)] == [1, 1, 0]


def test_members_of_a_moved_branch_count_where_it_stood():
    school = cast.a_university()
    cast.a_member(school.students)
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=None)
    assert members(school.physics, date(2026, 8, 31)) == 1
    assert members(school.physics, date(2026, 9, 1)) == 0
    assert members(school.music, date(2026, 9, 1)) == 1


def test_an_assumed_day_of_coming_is_told():
    school = cast.a_university()
    cast.a_member(school.teachers)
    cast.a_member(school.teachers).spells.update(is_assumed=True)
    figures = roster_figures(covering_ranges([school.root.path]), DAY)
    assert (figures.members, figures.assumed) == (2, 1)


def test_cut_to_a_category():
    school = cast.a_university()
    cast.a_member(school.teachers)
    cast.a_member(school.students)
    figures = roster_figures(covering_ranges([school.root.path]), DAY)
    assert figures.of_category("student").members == 1


@pytest.mark.parametrize("number", [3, 30])
def test_one_query(number, django_assert_num_queries):
    school = cast.a_university()
    for _ in range(number):
        cast.a_member(school.teachers)
    with django_assert_num_queries(1):
        assert roster_figures(covering_ranges([school.root.path]), DAY).members == number
