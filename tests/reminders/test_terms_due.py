"""Terms of office in the ledger: from six months before until the next election is recorded."""

from datetime import date

import pytest
from django.urls import reverse

from activities.models import Election
from branches import terms, tree
from branches.models import Branch
from branches.roles import Role
from reminders import ledger
from reminders.models import Reminder
from tests import cast

pytestmark = pytest.mark.django_db

ELECTED, FULL, FROM = date(2023, 11, 30), date(2026, 11, 30), date(2026, 5, 30)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def secretary(school):
    return cast.a_user(Role.SECRETARY, school.teachers)


@pytest.fixture
def term(school):
    return terms.elect(school.teachers, ELECTED)


def told(on):
    ledger.collect(on)
    rows = Reminder.objects.filter(kind="term").order_by("due_on", "pk")
    return [(row.recipient, row.due_on, row.state) for row in rows]


@pytest.mark.parametrize(
    ("on", "number"), [(date(2026, 5, 29), 0), (FROM, 1), (FULL, 1), (date(2028, 1, 1), 1)]
)
def test_from_six_months_before_and_as_long_as_nobody_is_elected(term, secretary, on, number):
    assert told(on) == [(secretary, FULL, "open")] * number


def test_it_says_until_when_by_which_article_and_opens_the_election(term, secretary, school):
    ledger.collect(FROM)
    [row] = Reminder.objects.filter(kind="term")
    assert (row.title, row.detail) == (
        "物理教师党支部换届",
        "2023年11月30日当选，任期2026年11月30日届满，请按期换届（支部条例第二十一条）",
    )
    assert row.url == reverse("election_of_branch", args=[school.teachers.pk])
    assert cast.a_browser(secretary).get(row.url).status_code == 200


def test_it_says_at_which_step_an_election_stands(term, secretary, school):
    told(FROM)
    Election.objects.create(branch=school.teachers, branch_path=school.teachers.path, requested_on=FROM)
    ledger.collect(FROM)
    [row] = Reminder.objects.filter(kind="term")
    assert "届满，正在换届：待上级批复（" in row.detail


def test_the_next_election_settles_it_and_taking_that_back_opens_it(term, secretary, school):
    told(FROM)
    new = terms.elect(school.teachers, date(2026, 6, 1))
    assert told(date(2026, 6, 2)) == [(secretary, FULL, "done")]
    terms.undo(new, by=None)
    assert told(date(2026, 6, 2)) == [(secretary, FULL, "open")]


def test_a_postponed_term_counts_its_new_day(term, secretary):
    told(date(2026, 12, 1))
    terms.postpone(term, to=date(2027, 11, 30), approval="党发〔2026〕9号", by=None)
    assert told(date(2026, 12, 2)) == [(secretary, FULL, "cancelled")]
    assert told(date(2027, 5, 30))[1:] == [(secretary, date(2027, 11, 30), "open")]


def test_a_branch_that_is_dissolved_has_held_no_election(term, secretary, school):
    told(FROM)
    term.ended_on = date(2026, 6, 1)
    term.save()
    tree.dissolve(school.teachers, on=date(2026, 6, 1), by=None)
    assert told(date(2026, 6, 2)) == [(secretary, FULL, "cancelled")]


@pytest.mark.parametrize("form", ["temporary", "functional"])
def test_who_elects_nobody_is_not_reminded(term, secretary, school, form):
    Branch.objects.filter(pk=school.teachers.pk).update(form=form)
    assert told(FULL) == []


def test_a_colleges_term_is_told_to_its_staff_with_the_form_that_records_it(school):
    terms.elect(school.physics, date(2021, 12, 1))
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    cast.a_user(Role.SECRETARY, school.teachers)
    assert told(date(2026, 6, 1)) == [(staff, date(2026, 12, 1), "open")]
    url = Reminder.objects.get(kind="term").url
    assert url == reverse("admin:branches_term_add", query={"branch": school.physics.pk})
    assert cast.a_browser(staff).get(url).context["adminform"].form.initial["branch"] == str(
        school.physics.pk
    )


def test_only_the_latest_of_two_terms_that_run_counts(term, secretary, school):
    school.teachers.terms.create(
        elected_on=date(2020, 1, 1), years=3, due_on=date(2023, 1, 1), branch_path=school.teachers.path
    )
    assert told(FROM) == [(secretary, FULL, "open")]


def test_two_weeks_late_it_is_told_above(term, secretary, school):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    told(date(2026, 12, 1))
    ledger.collect(date(2026, 12, 14))
    [row] = Reminder.objects.filter(kind="escalation", due_on=FULL)
    assert (row.recipient, row.title) == (staff, "物理教师党支部逾期事项")
