"""Full measure, 400 secretaries and five groups of sixty ballots: closed within ten seconds, and few queries after."""

from fractions import Fraction
from time import monotonic

import pytest
from django.db.models import Count
from django.urls import reverse

from assessments import ballots
from assessments.models import RaterGroup, Rating, Round
from assessments.schemes import Group
from branches.roles import Role
from tests import cast
from tests.assessments import meeting
from tests.assessments.scene import fresh

SECONDS = 10
GROUPS = tuple(Group(code, f"{code}类", Fraction(20)) for code in "abcde")
BALLOTS = 60


def filled(round_, staff, ballots_of_paper):
    """Sixty ballots of each group about everybody, so many of them on paper."""
    subjects, titles = meeting.keys(round_), round_.rules.titles
    for place, group in enumerate(round_.groups.all()):
        ballots.issue(group, BALLOTS - ballots_of_paper, by=staff)
        ballots.hand_out(group, ballots_of_paper, by=staff)
        Rating.objects.bulk_create(
            Rating(group=group, subject_id=subject, mark=titles[(voter + place) % len(titles)])
            for voter in range(BALLOTS - ballots_of_paper)
            for subject in subjects
        )
        for number in range(1, ballots_of_paper + 1):
            for turn in ballots.TURNS:
                marks = dict.fromkeys(subjects, titles[number % len(titles)])
                ballots.type_sheet(group, number=number, turn=turn, marks=marks, by=staff)
    RaterGroup.objects.filter(round=round_).update(returned=BALLOTS - ballots_of_paper)


@pytest.mark.parametrize(
    ("people", "ballots_of_paper"), [(10, 5), pytest.param(400, 10, marks=pytest.mark.nightly)]
)
def test_closed_within_ten_seconds(school, today, people, ballots_of_paper):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.music)
    meeting.secretaries(school.music, people)
    round_ = meeting.a_meeting(school.music, staff, day=today, groups=GROUPS)
    filled(round_, staff, ballots_of_paper)
    reverse("home")  # a server that runs has read its addresses
    began = monotonic()
    ballots.close(round_, by=staff)
    assert monotonic() - began < SECONDS
    assert Rating.objects.count() == people * len(GROUPS) * BALLOTS
    counted = Rating.objects.order_by().values_list("group").annotate(number=Count("pk"))
    assert {number for _, number in counted} == {people * BALLOTS}
    assert set(RaterGroup.objects.values_list("returned", flat=True)) == {BALLOTS}
    assert fresh(round_).state == Round.State.GRADING


@pytest.mark.parametrize(
    ("people", "ballots_of_paper"), [(10, 5), pytest.param(400, 10, marks=pytest.mark.nightly)]
)
def test_the_result_of_all_in_eight_queries(
    school, today, people, ballots_of_paper, django_assert_max_num_queries
):
    """Session, account and grants among them."""
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.music)
    meeting.secretaries(school.music, people)
    round_ = meeting.a_meeting(school.music, staff, day=today, groups=GROUPS)
    filled(round_, staff, ballots_of_paper)
    ballots.close(round_, by=staff)
    browser, address = cast.a_browser(staff), reverse("round_grades", args=[round_.pk])
    browser.get(address)
    with django_assert_max_num_queries(8):
        page = browser.get(address, {"order": "total"})
    assert page.context["page"].paginator.count == people
    [total] = {one.score.total for one in page.context["page"]}  # everybody was marked alike
    assert 76 < total < 77
