"""What is easily counted wrongly: each of these a naive count by the definition told otherwise once."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from activities import jointly
from branches import tree
from branches.roles import Role
from members import suspensions
from members.models import Departure, Member, MembershipSpell, StatusPeriod
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


def figures(name, branch=None):
    """The numbers of the third quarter that are not nought."""
    out = StringIO()
    where = ["--branch", branch.code] if branch else []
    call_command("statistics", name, "--period", "2026Q3", *where, "--json", stdout=out)
    return {code: value for code, value in json.loads(out.getvalue())["total"]["values"].items() if value}


@pytest.fixture
def member(school):
    """Full since 2016, who joined in 2015."""
    person = cast.a_member(school.teachers)
    StatusPeriod.objects.filter(member=person).update(status="probationary", until=date(2016, 5, 31))
    StatusPeriod.objects.create(member=person, status="full", since=date(2016, 6, 1))
    return person


class TestBecomingFull:
    def test_not_who_is_full_again_after_a_suspension(self, member):
        suspensions.suspend(member, "emigrated", on=date(2026, 3, 1), by=None, evidence="决议")
        member = Member.objects.get(pk=member.pk)
        suspensions.restore(member, on=date(2026, 8, 1), by=None, evidence="批复")
        assert "became_full" not in figures("development")
        assert figures("member_changes")["came_restored"] == 1

    def test_who_was_suspended_in_probation(self, school):
        person = cast.a_member(school.teachers, joined=date(2025, 7, 1), full=None)
        StatusPeriod.objects.filter(member=person).update(until=date(2026, 4, 30))
        suspended = {"status": "suspended", "since": date(2026, 5, 1), "until": date(2026, 8, 31)}
        StatusPeriod.objects.create(member=person, **suspended)
        StatusPeriod.objects.create(member=person, status="full", since=date(2026, 9, 1))
        assert figures("development")["became_full"] == 1


class TestComingAndLeaving:
    def test_who_joined_elsewhere_in_the_period_was_not_admitted_here(self, school):
        person = cast.a_member(school.teachers, joined=date(2026, 7, 10), full=None)
        assert figures("member_changes")["came_admitted"] == 1
        MembershipSpell.objects.filter(member=person).update(since=date(2026, 9, 1))
        assert "came_admitted" not in figures("member_changes")
        assert figures("member_changes")["came_otherwise"] == 1

    def test_a_suspension_that_began_and_ended_here_is_no_restoring(self, school):
        person = cast.a_member(school.teachers)
        MembershipSpell.objects.filter(member=person).update(since=date(2026, 7, 5))
        StatusPeriod.objects.filter(member=person).update(until=date(2026, 7, 31))
        suspended = {"status": "suspended", "since": date(2026, 8, 1), "until": date(2026, 8, 31)}
        StatusPeriod.objects.create(member=person, **suspended)
        StatusPeriod.objects.create(member=person, status="full", since=date(2026, 9, 1))
        assert figures("member_changes")["came_transferred"] == 1

    def test_who_left_came_back_and_is_suspended_is_suspended(self, member):
        MembershipSpell.objects.filter(member=member).update(until=date(2026, 7, 9))
        StatusPeriod.objects.filter(member=member, status="full").update(until=date(2026, 7, 9))
        where = {"branch": member.branch, "branch_path": member.branch_path}
        Departure.objects.create(member=member, kind="transferred", on=date(2026, 7, 10), **where)
        MembershipSpell.objects.create(member=member, since=date(2026, 8, 1), **where)
        StatusPeriod.objects.create(member=member, status="suspended", since=date(2026, 8, 1))
        assert figures("member_changes")["left_suspended"] == 1
        assert "left_transferred" not in figures("member_changes")


def test_a_joint_lecture_counts_once_though_the_leading_branch_calls_it_a_theme_day(school):
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    record = cast.a_record(school.teachers, "theme_day", date(2026, 9, 20))
    guests = [school.musicians, cast.found(school.music, "管弦党支部", "branch", "001002009")]
    cast.a_member(guests[1])
    jointly.invite(record, guests, by=staff)
    for invitation in record.invitations.select_related("branch"):
        where = {"invitation": invitation, "also_kinds": " party_lecture "}
        cast.a_record(invitation.branch, "theme_day", date(2026, 9, 20), **where)
    assert figures("lectures")["lectures"] == figures("lectures", school.music)["lectures"] == 1


def test_the_birthdays_of_a_branch_that_moved_stay_where_it_was(school):
    for month in (8, 9):
        cast.a_member(school.musicians, joined=date(2010, month, 12))
    before = figures("birthdays", school.music)["birthdays"]
    tree.move(school.musicians, school.physics, on=date(2026, 9, 1), by=None)
    assert figures("birthdays", school.music)["birthdays"] == before - 1 == 1
    assert figures("birthdays", school.physics)["birthdays"] == 1


def test_every_member_is_in_one_group_by_the_years_in_the_party(member):
    Member.objects.filter(pk=member.pk).update(full_on=date(2026, 10, 1))
    assert figures("member_structure")["members"] == 11
    out = StringIO()
    call_command("statistics", "member_structure", "--period", "2026Q3", "--json", stdout=out)
    rows = {row["code"]: row["values"]["members"] for row in json.loads(out.getvalue())["rows"]}
    assert sum(number for code, number in rows.items() if code.startswith("standing_")) == 11
    assert rows["standing_none"] == 1
