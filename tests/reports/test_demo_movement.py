"""Coming and going in the demo: 150 selected of whom 137 are members, letters on their way, people away."""

import pytest
from django.db import transaction

from branches.models import Branch
from branches.scope import covering_ranges
from members.models import Circumstance, Departure, Destination, Member, MembershipSpell, Transfer
from members.rosters import roster
from reports.demo import load
from reports.demo.movement import SELECTED, SELECTED_MEMBERS, _kinds
from tests import scenes
from tests.reports.demo_world import TINY, TODAY


@pytest.fixture(scope="module")
def university(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        scenes.once("tiny demo", lambda: load.load(TINY, 7, TODAY))
        yield covering_ranges([Branch.objects.get(parent=None).path])
        transaction.set_rollback(True)


def test_of_the_selected_the_same_share_is_members(university, db):
    selected = Destination.objects.filter(kind="grassroots")
    members = selected.filter(member__isnull=False).count()
    assert selected.count() - members == members * (SELECTED - SELECTED_MEMBERS) // SELECTED_MEMBERS
    assert round(SELECTED_MEMBERS / SELECTED, 3) == 0.913


def test_a_graduation_large_enough_has_exactly_the_number(university, db):
    import random

    assert _kinds(400, random.Random(1)).count("grassroots") == SELECTED_MEMBERS


def test_every_departure_fits_the_roster(university, db):
    assert Departure.objects.exists()
    for row in Departure.objects.select_related("member")[:40]:
        spell = MembershipSpell.objects.filter(member=row.member, kind="belonging").latest("since")
        assert (row.member.status, (row.on - spell.until).days) == ("left", 1)


def test_what_is_under_way_changes_no_roster(university, db):
    assert len(roster(TODAY, university)) == TINY.members
    assert Transfer.objects.open().exists()
    assert Circumstance.objects.open().exists()


def test_students_know_when_they_graduate(university, db):
    assert not Member.objects.filter(job="学生", graduates_on=None, joined_on__isnull=False).exists()
