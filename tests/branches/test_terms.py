"""Terms of office that end soon."""

from datetime import date, timedelta

import pytest

from branches import terms
from branches.models import Branch, Term
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return cast.a_university()


def elect(branch, elected_on, due_on, **more):
    return Term.objects.create(
        branch=branch, branch_path=branch.path, elected_on=elected_on, years=3, due_on=due_on, **more
    )


@pytest.mark.parametrize(
    "due_on", [date(2026, 8, 31), date(2026, 8, 28), date(2027, 2, 28), date(2028, 2, 29)]
)
def test_from_six_months_before_its_end_on_whatever_the_months(school, due_on):
    term = elect(school.teachers, date(2023, 8, 31), due_on)
    first = terms.remind_from(term)
    days = [first + timedelta(days=number) for number in (-400, -1, 0, 1, 400)]
    assert [terms.coming_due(day) for day in days] == [[], [], [term], [term], [term]]


def test_one_that_was_postponed_ends_later(school):
    term = elect(school.teachers, date(2023, 9, 1), date(2026, 9, 1), postponed_to=date(2027, 9, 1))
    assert [terms.coming_due(day) for day in (date(2026, 9, 1), date(2027, 3, 1))] == [[], [term]]


def test_the_latest_election_counts_though_an_earlier_term_was_left_open(school):
    elect(school.teachers, date(2020, 9, 1), date(2023, 9, 1))
    latest = elect(school.teachers, date(2025, 9, 1), date(2028, 9, 1))
    days = (date(2025, 8, 31), date(2026, 9, 1), date(2028, 3, 1))
    assert [[one.elected_on.year for one in terms.coming_due(day)] for day in days] == [[2020], [], [2025]]
    assert terms.coming_due(date(2028, 3, 1), Term.objects.filter(pk=latest.pk)) == [latest]


def test_the_earliest_first_in_one_query_and_none_of_who_elects_nobody(school, django_assert_num_queries):
    late = elect(school.teachers, date(2023, 9, 2), date(2026, 9, 2))
    early = elect(school.musicians, date(2023, 9, 1), date(2026, 9, 1))
    elect(school.students, date(2023, 9, 1), date(2026, 9, 1))
    Branch.objects.filter(pk=school.students.pk).update(form=Branch.Form.FUNCTIONAL)
    with django_assert_num_queries(1):
        assert terms.coming_due(date(2026, 9, 1)) == [early, late]
