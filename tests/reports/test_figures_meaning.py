"""What is easily counted wrongly: each of these a naive count by the definition told otherwise once."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from activities import jointly
from branches import tree
from branches.roles import Role
from members import circumstances, departures, suspensions
from members.models import Departure, Member, MembershipSpell, StatusPeriod
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


def figures(name, branch=None, period="2026Q3"):
    """The numbers of the third quarter, or of another period, that are not nought."""
    out = StringIO()
    where = ["--branch", branch.code] if branch else []
    call_command("statistics", name, "--period", period, *where, "--json", stdout=out)
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


class TestLeavingTheParty:
    @pytest.fixture
    def lost(self, school):
        """Lost since 2023, suspended after half a year, struck off after two more: on no roster at the year's end."""
        person = cast.a_member(school.teachers)
        circumstances.begin(person, "lost", since=date(2023, 1, 10), by=None, evidence="多方联系无果")
        suspensions.suspend(person, "lost", on=date(2023, 9, 1), by=None, evidence="支部大会决议")
        departures.depart(person, "lost", on=date(2026, 3, 2), by=None, evidence="党委决定")
        return person

    def test_who_is_struck_off_as_lost(self, lost, school):
        for branch, number in ((None, 1), (school.physics, 1), (school.music, None)):
            assert figures("annual_left", branch, "2026").get("gone_lost") == number
            assert figures("moe_lost_handled", branch, "2026").get("struck_off_as_lost") == number
        assert "suspended_as_lost" not in figures("moe_lost_handled", period="2026")

    def test_it_is_of_that_year_and_no_change_of_the_members_there_were(self, lost):
        assert "gone" not in figures("annual_left", period="2025")
        changes = figures("member_changes", period="2026")
        assert [code for code in changes if code.startswith("left_") and "inside" not in code] == []

    def test_what_he_was_is_told(self, lost):
        out = StringIO()
        call_command("statistics", "annual_left_people", "--period", "2026", "--json", stdout=out)
        rows = {row["code"]: row["values"]["gone"] for row in json.loads(out.getvalue())["rows"]}
        standings = {code: number for code, number in rows.items() if code.startswith("standing_")}
        assert standings == {"standing_full": 0, "standing_probation": 0, "standing_suspended": 1}

    def test_who_came_and_left_within_the_year(self, school):
        person = cast.a_member(school.teachers)
        MembershipSpell.objects.filter(member=person).update(since=date(2026, 2, 1))
        departures.depart(person, "expelled", on=date(2026, 9, 1), by=None, evidence="党委决定")
        assert figures("annual_left", period="2026") == {"gone": 1, "gone_expelled": 1}

    def test_not_what_was_entered_by_mistake(self, lost):
        departures.annul(Departure.objects.get(), "登记有误", by=None)
        assert figures("annual_left", period="2026") == {}
        assert figures("moe_lost_handled", period="2026") == {"suspended_as_lost": 1}


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
