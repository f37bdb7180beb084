"""The demo's universities by the number: how many of everything, the tallies right, and the same again."""

from datetime import date

import pytest

from activities import tallies
from activities.kinds import Kind
from activities.models import Activity, Attendance
from branches.models import Branch, RoleGrant
from branches.roles import Role
from branches.tree import whole_tree
from lib import id_number
from lib.periods import Period
from members.models import Member
from members.rosters import roster
from reminders import ledger
from reports import quarterly
from reports.demo import load
from reports.demo.scale import CROWDS, Crowd, Habit

TODAY = date(2026, 11, 22)
HABITS = (
    Habit(Kind.COMMITTEE_MEETING, 12, 12),
    Habit(Kind.THEME_DAY, 12, 3),
    Habit(Kind.GROUP_MEETING, 24, 24),
)
TINY = Crowd(tops=2, colleges=2, branches=3, members=125, habits=HABITS)


@pytest.fixture
def made(db):
    return load.load(TINY, 7, TODAY)


def test_as_many_as_it_says(made):
    assert (made.organisations, made.branches, made.members, made.records) == (18, 12, 125, 12 * 48)
    assert (Branch.objects.count(), Activity.objects.count()) == (18, 12 * 48)
    assert len(roster(TODAY, whole_tree())) == 125


def test_tallies_and_counters_are_those_of_the_rows(made):
    assert (tallies.differences(), tallies.counter_differences()) == ([], [])


def test_what_only_counts_heads_names_nobody(made):
    theme_days = Activity.objects.filter(kind=Kind.THEME_DAY)
    assert theme_days.filter(is_heads_only=True).count() == 12 * 9
    assert not Attendance.objects.filter(activity__is_heads_only=True).exists()


def test_nobody_is_real(made):
    numbers = [member.id_number for member in Member.objects.all()]
    assert {number[:6] for number in numbers} == {"999999"}
    assert (len({*numbers}), [fault for number in numbers for fault in id_number.faults(number)]) == (125, [])


def test_statistics_and_reminders_have_something_to_say(made):
    figures = quarterly.compose(whole_tree(), Period.quarter(2026, 3), TODAY)
    theme_days = figures.life.total["theme_day"]
    assert (theme_days.held, theme_days.required, theme_days.missed) == (35, 36, 2)
    assert {due.kind for due in ledger.gather(TODAY)} >= {"duty"}


def test_each_branch_has_a_secretary_and_staff_can_look_around(made):
    assert RoleGrant.objects.filter(role=Role.SECRETARY).count() == 12
    assert RoleGrant.objects.get(user__username="zuzhibu").branch.level == Branch.Level.PARTY_COMMITTEE


def test_the_scales_are_what_the_documents_say():
    def size(crowd):
        branches = crowd.tops * crowd.colleges * crowd.branches
        return branches, crowd.members, branches * sum(habit.times for habit in crowd.habits)

    assert {name: size(crowd) for name, crowd in CROWDS.items()} == {
        "S": (300, 10_000, 20_100),
        "M": (20_000, 600_000, 1_000_000),
    }
