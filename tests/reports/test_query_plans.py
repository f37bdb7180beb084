"""The pages that are opened all day find their rows by an index, on both databases, however much there is."""

from datetime import date

import pytest
from django.db import connection

from activities import statistics
from activities.models import Activity
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period, year_of
from members import searching
from members.listing import Filter, listed
from members.models import Member
from reminders.sources import duties
from reminders.sources.recipients import Recipients
from reports.demo import load
from reports.demo.scale import CROWDS, Crowd
from tests import cast, scenes
from tests.reports.plans import asked, read_whole

TODAY = date(2026, 11, 22)
TINY = Crowd(tops=2, colleges=2, branches=2, members=48, habits=CROWDS["S"].habits)


@pytest.fixture
def staff(db):
    """Of one college out of four."""
    scenes.once("tiny crowd", lambda: load.load(TINY, 7, TODAY))
    college = Branch.objects.filter(level=Branch.Level.COLLEGE_COMMITTEE).first()
    return cast.a_user(Role.COMMITTEE_STAFF, college)


def reads_whole(work):
    with asked() as statements:
        work()
    return read_whole(statements)


def test_a_page_of_records(staff):
    records = Activity.objects.visible_to(staff).valid().held_in(year_of(TODAY)).select_related("branch")
    assert reads_whole(lambda: list(records[:50])) == set()


def test_a_page_of_the_roster(staff):
    people = listed(staff, Filter(on=TODAY))
    assert reads_whole(lambda: list(people[:50])) == set()


def test_everybody_whom_one_may_see(staff):
    assert reads_whole(lambda: list(Member.objects.visible_to(staff)[:50])) == set()


@pytest.mark.parametrize("text", ["wjg", "1234", "999999199001011234", "M000007", "2019000"])
def test_each_way_of_searching(staff, text):
    found = searching.find(Member.objects.all(), text)
    assert reads_whole(lambda: list(found.order_by())) == set()


def test_two_characters_of_a_name_where_there_are_many(staff):
    """SQLite reads all names: a trial has few."""
    found = searching.find(Member.objects.all(), "明远")
    whole = set() if connection.vendor == "postgresql" else {"members_member"}
    assert reads_whole(lambda: list(found.order_by())) == whole


def test_tallies_of_a_quarter(staff):
    ranges = covering_ranges([Branch.objects.filter(parent=None).first().path])
    assert reads_whole(lambda: statistics.held(ranges, Period.quarter(2026, 3))) == set()


def test_what_branches_are_reminded_of(staff):
    assert reads_whole(lambda: list(duties.due(TODAY, Recipients(TODAY)))) == set()
