"""What of 发展党员 is one's own, and what a part of the tree that is asked for has."""

from datetime import date

import pytest

from branches.roles import Role
from lib.periods import Period
from members.development import form_register, listing, papers
from members.development.form_register import Asked
from members.development.forms import PlanForm
from members.development.vocabulary import Step
from tests import cast
from tests.members.development.test_membership_forms import a_draw

S = Step
pytestmark = pytest.mark.django_db


@pytest.fixture
def department(way):
    """Whoever sees both colleges."""
    return cast.a_user(Role.ORGANIZATION_STAFF, way.school.root)


def admitted(user, branch=None):
    """Who was admitted in the quarter."""
    quarter, today = Period.parse("2025Q3"), date(2026, 10, 20)
    return [line.development for line in papers.listed(user, papers.LISTS["m21"], branch, quarter, today)]


def test_a_form_from_a_foreign_draw_is_in_none_that_one_sees(way, department):
    way.walk(S.MEMBERSHIP_FORM)
    a_draw(way, branch=way.school.musicians, by=department)
    assert [form_register.beside(user, Asked()).count() for user in (way.staff, department)] == [1, 0]


def test_forms_in_no_draw_are_those_of_the_part_asked_for(way, department):
    way.walk(S.MEMBERSHIP_FORM)
    parts = (way.school.physics, way.school.music)
    assert [form_register.beside(department, Asked(branch=part)).count() for part in parts] == [1, 0]


def test_a_plan_is_for_ones_own_organisations(way):
    assert list(PlanForm(user=way.staff).fields["branch"].queryset) == [way.school.physics]


def test_people_of_a_part_are_no_others(way, department):
    development = way.walk(S.APPLICATION)
    assert list(listing.people_of(department, way.school.physics)) == [development]
    assert list(listing.people_of(department, way.school.music)) == []


def test_those_of_a_period_are_ones_own(way):
    development = way.walk(S.ADMISSION_FILING)
    stranger = cast.a_user(Role.SECRETARY, way.school.musicians)
    assert [admitted(user) for user in (way.secretary, stranger)] == [[development], []]


def test_those_of_a_period_are_of_the_part_asked_for(way, department):
    development = way.walk(S.ADMISSION_FILING)
    parts = (way.school.physics, way.school.music)
    assert [admitted(department, part) for part in parts] == [[development], []]
