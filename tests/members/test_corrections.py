"""Every verb that reaches into a quarter that is over leaves a dated correction, and no other does."""

from datetime import date

import pytest

from members import departures, suspensions
from members.enrolment import Change as Facts
from members.enrolment import NewMember, change, change_all, enrol, move
from members.models import RosterCorrection
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
TEACHERS, STUDENTS = "001001001", "001001002"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def member(school):
    """On probation since spring 2025."""
    return cast.a_member(school.teachers, "甲", joined=date(2025, 4, 1), full=None)


def rows():
    return list(
        RosterCorrection.objects.order_by("pk").values_list(
            "what", "effective_on", "effective_until", "before", "after"
        )
    )


def standing(branch, status):
    return {"branch": branch, "status": status}


@pytest.mark.parametrize(
    ("on", "corrections"),
    [(date(2026, 9, 30), 1), (date(2026, 10, 1), 0)],
    ids=["last day of the quarter before", "first day of this quarter"],
)
def test_a_move_from_a_day_of_a_quarter_that_is_over(school, member, on, corrections):
    move(member, school.students, on=on, by=None)
    assert RosterCorrection.objects.count() == corrections


def test_a_move_says_where_before_and_after_and_who_did_it(school, member):
    staff = cast.a_user()
    move(member, school.students, on=date(2026, 8, 15), by=staff)
    span = (date(2026, 8, 15), date(2026, 9, 30))
    before, after = standing(TEACHERS, "probationary"), standing(STUDENTS, "probationary")
    assert rows() == [("move", *span, before, after)]
    assert RosterCorrection.objects.get().by == staff


def test_full_membership_since_a_past_quarter(member):
    change(member, {"status": "full", "full_on": date(2026, 4, 1)}, by=None)
    before, after = standing(TEACHERS, "probationary"), standing(TEACHERS, "full")
    assert rows() == [("change", date(2026, 4, 1), date(2026, 9, 30), before, after)]


def test_another_joining_date(member):
    change(member, {"joined_on": date(2025, 6, 1)}, by=None)
    assert rows() == [("change", date(2025, 4, 1), date(2025, 5, 31), standing(TEACHERS, "probationary"), {})]


def test_a_suspension_backdated_and_its_end(member):
    suspensions.suspend(member, "emigrated", on=date(2026, 7, 1), by=None, evidence="决议")
    suspensions.restore(member, on=date(2026, 9, 1), by=None, evidence="批复")
    kept, gone = standing(TEACHERS, "probationary"), standing(TEACHERS, "suspended")
    assert rows() == [
        ("suspend", date(2026, 7, 1), date(2026, 9, 30), kept, gone),
        ("restore", date(2026, 9, 1), date(2026, 9, 30), gone, kept),
    ]


def test_other_facts_and_the_way_to_joining_leave_none(school, member):
    change(member, {"name": "甲甲", "phone": "13900001111"}, by=None)
    applicant = enrol(NewMember("乙", "male", school.students, "applicant"), by=None)
    change(applicant, {"status": "activist", "stages": {"activist": date(2026, 3, 1)}}, by=None)
    assert rows() == []


def test_a_first_entry_is_none_unless_its_day_is_known(school):
    facts = {"joined_on": date(2020, 5, 4), "full_on": date(2021, 5, 4)}
    enrol(NewMember("丙", "male", school.teachers, "full", **facts), by=None)
    assert rows() == []
    enrol(
        NewMember("丁", "male", school.teachers, "full", **facts, transferred_in_on=date(2026, 9, 1)), by=None
    )
    assert rows() == [("enrol", date(2026, 9, 1), date(2026, 9, 30), {}, standing(TEACHERS, "full"))]


@pytest.mark.parametrize("people", [1, 20])
def test_many_changes_cost_the_same_queries(school, people, django_assert_max_num_queries):
    members = [cast.a_member(school.teachers, joined=date(2025, 4, 1), full=None) for _ in range(people)]
    facts = {"status": "full", "full_on": date(2026, 4, 1)}
    with django_assert_max_num_queries(25 + people):  # an audit entry for each of them
        change_all([Facts(one, facts) for one in members], by=None)
    assert RosterCorrection.objects.count() == people


def test_what_a_departed_person_was_is_not_lost_by_a_later_correction_of_a_date(school):
    """The timeline of somebody who left is drawn from what he was before."""
    member = cast.a_member(school.teachers, "戊")
    departures.depart(member, "died", on=date(2026, 11, 1), by=None, evidence="死亡证明")
    change(member, {"joined_on": date(2015, 7, 1)}, by=None)
    assert list(member.statuses.order_by("since").values_list("status", "since", "until")) == [
        ("probationary", date(2015, 7, 1), date(2016, 5, 31)),
        ("full", date(2016, 6, 1), date(2026, 10, 31)),
        ("left", date(2026, 11, 1), None),
    ]
