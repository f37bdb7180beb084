"""The demo in full, and made twice: slow."""

import hashlib
from datetime import date

import pytest
from django.db import transaction

from activities import tallies
from activities.models import Activity
from branches.models import Branch, RoleGrant
from branches.scope import covering_ranges
from members.models import Member
from members.rosters import roster
from reports.demo import load
from reports.demo.scale import SMALL
from tests.reports.demo_world import TINY, TODAY, campaign_counts


def fingerprint():
    """Everything but what the hour and the machine decide."""
    rows = [
        list(
            Branch.objects.order_by("code").values_list(
                "code", "name", "parent__code", "founded_on", "dissolved_on"
            )
        ),
        list(Member.objects.order_by("id").values_list("id", "number", "name", "joined_on", "branch__code")),
        list(
            Activity.objects.order_by("id").values_list(
                "id", "title", "held_on", "entered_at", "notes", "present"
            )
        ),
        list(
            RoleGrant.objects.order_by("user__username", "since").values_list(
                "user__username", "role", "since"
            )
        ),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def loaded(seed):
    with transaction.atomic():
        load.load(TINY, seed, TODAY)
        found = fingerprint()
        transaction.set_rollback(True)
    return found


@pytest.mark.slow
def test_same_seed_and_day_give_the_same_data(db):
    assert loaded(7) == loaded(7) != loaded(8)


@pytest.mark.slow
@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 6, 25)])
def test_any_day_has_its_members_and_campaigns(db, day):
    load.load(TINY, 7, day)
    ranges = covering_ranges([Branch.objects.get(parent=None).path])
    assert len(roster(day, ranges)) == TINY.members
    assert campaign_counts(ranges, TINY, day) == TINY.campaigns


@pytest.mark.slow
def test_small_scale_is_what_it_says(db):
    made = load.load(SMALL, 7, TODAY)
    ranges = covering_ranges([Branch.objects.get(parent=None).path])
    assert (made.branches, len(roster(TODAY, ranges))) == (90, 1_800)
    assert campaign_counts(ranges, SMALL) == {
        "主题教育": {"seminar": 140, "practice": 240},
        "党史学习教育": {"party_lecture": 96, "theme_day": 380, "film": 40},
    }
    assert tallies.differences() == []
