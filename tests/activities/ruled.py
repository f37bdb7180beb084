"""Branches as the rules look at them, many at once: people, posts, terms and records laid down with plain rows."""

import itertools
from datetime import date
from uuid import uuid4

from activities.models import Activity, Attendance, Lecture, SecretaryReport, Talk
from branches.models import Branch, Term
from branches.terms import due_date
from lib.periods import Period
from members.models import Member, MembershipSpell, Post, SetUpPaper, StatusPeriod
from tests import cast

YEAR = Period.year(2026)
#: From this day the year is over.
TODAY = date(2027, 1, 1)
JOINED, FULL = date(2015, 6, 1), date(2016, 6, 1)
_numbers = itertools.count(1)


def day(month, number, year=2026):
    return date(year, month, number)


def people(branch, number, *, status="full", joined=JOINED, full_on=FULL):
    """So many members of ``branch``, in four statements."""
    made = [
        Member(
            number=f"R{next(_numbers):06d}",
            name=f"党员{at}",
            branch=branch,
            branch_path=branch.path,
            sex="male",
            status=status,
            joined_on=joined,
            full_on=full_on if status == "full" else None,
        )
        for at in range(number)
    ]
    Member.objects.bulk_create(made)
    MembershipSpell.objects.bulk_create(
        MembershipSpell(member=one, branch=branch, branch_path=branch.path, since=joined) for one in made
    )
    StatusPeriod.objects.bulk_create(StatusPeriod(member=one, status=status, since=joined) for one in made)
    return made


def seats(branch, members, title="committee", since=date(2020, 1, 1)):
    Post.objects.bulk_create(
        Post(member=one, branch=branch, branch_path=branch.path, title=title, since=since) for one in members
    )


def a_term(branch, elected_on=date(2025, 3, 1), years=3):
    Term.objects.create(
        branch=branch,
        branch_path=branch.path,
        elected_on=elected_on,
        years=years,
        due_on=due_date(elected_on, years),
    )


def led(branch, full=5, *, committee=0, deputies=0, since=date(2020, 1, 1), full_on=FULL):
    """``full`` members, one of them secretary, and a running term: nothing is to be put right."""
    secretary, *others = people(branch, full, full_on=full_on)
    seats(branch, [secretary], "secretary", since)
    seats(branch, others[:committee])
    seats(branch, others[committee : committee + deputies], "deputy")
    a_term(branch)
    return secretary, others


def a_paper(branch, requested_on, approved_on):
    SetUpPaper.objects.create(
        branch=branch,
        branch_path=branch.path,
        deed=SetUpPaper.Deed.FOUNDED,
        number="批复1号",
        requested_on=requested_on,
        approved_on=approved_on,
    )


def held(branch, kind, *days, group=None, reported=False):
    """Records entered on the day itself; tallies are rebuilt when all are there."""
    made = [
        Activity(
            id=uuid4(),
            branch=branch,
            branch_path=branch.path,
            org_path=branch.path,
            kind=kind,
            title=kind,
            held_on=day,
            group=group,
        )
        for day in days
    ]
    Activity.objects.bulk_create(made)
    if reported:
        SecretaryReport.objects.bulk_create(SecretaryReport(activity=one, is_given=True) for one in made)
    return made


def talked(branch, day, *pair):
    [record] = held(branch, "heart_talk", day)
    Talk.objects.create(activity=record)
    Attendance.objects.bulk_create(
        Attendance(activity=record, member=one, state=Attendance.State.PRESENT) for one in pair
    )


def lectured(branch, day, lecturer):
    [record] = held(branch, "party_lecture", day)
    Lecture.objects.create(activity=record, member=lecturer)


def a_branch(parent, code, **more):
    return cast.found(parent, f"支部{code}", Branch.Level.BRANCH, code, **more)
