"""What a branch leaves undone for two weeks after its day is told once to the staff above."""

from datetime import date, timedelta

import pytest

from branches.roles import Role
from reminders import ledger
from reminders.models import Reminder
from tests import cast
from tests.reminders.scene import a_reminder

DUE = date(2026, 10, 31)
AFTER = DUE + timedelta(days=14)


@pytest.fixture
def school(db, monkeypatch):
    """A ledger that holds what the test puts there: what a branch owes is given by hand, and stays due."""
    school = cast.a_university()
    owed = lambda: Reminder.objects.filter(kind="duty", settled_at=None)  # noqa: E731 - asked at each run
    monkeypatch.setattr(
        ledger,
        "_settle",
        lambda still, on, settle=ledger._settle: settle(still | {row.key for row in owed()}, on),
    )
    monkeypatch.setattr(ledger, "COLLECTORS", ledger.COLLECTORS[-1:])
    return school


def owes(branch, *titles: str):
    secretary = cast.a_user(Role.SECRETARY, branch)
    return [a_reminder(secretary, DUE, title, branch_path=branch.path) for title in titles]


def told(user) -> list[tuple[str, str, str]]:
    rows = Reminder.objects.filter(recipient=user, kind="escalation")
    return [(row.title, row.detail, row.state) for row in rows]


TOLD = ("物理教师党支部逾期事项", "10月31日到期的 2 项已提醒，两周后仍未办结", "open")


def test_the_nearest_staff_above_are_told_once(school):
    college = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    others = [
        cast.a_user(Role.ORGANIZATION_STAFF, school.root),
        cast.a_user(Role.COMMITTEE_STAFF, school.music),
    ]
    owes(school.teachers, "主题党日", "支委会")
    for day in (AFTER - timedelta(days=1), AFTER, AFTER + timedelta(days=9)):
        ledger.collect(day)
    assert told(college) == [TOLD]
    assert [told(other) for other in others] == [[], []]


def test_where_the_college_has_nobody_the_university_is_told(school):
    university = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    owes(school.teachers, "主题党日", "支委会")
    ledger.collect(AFTER)
    assert told(university) == [TOLD]


def test_who_stands_in_for_the_branch_is_not_told_twice(school):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    a_reminder(staff, DUE, branch_path=school.teachers.path)
    ledger.collect(AFTER)
    assert told(staff) == []


def test_it_is_done_when_the_branch_has_done_it(school):
    college = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    owes(school.teachers, "主题党日", "支委会")
    ledger.collect(AFTER)
    Reminder.objects.filter(kind="duty").update(state="done", settled_at=f"{AFTER}T12:00+08:00")
    ledger.collect(AFTER)
    assert [state for _, _, state in told(college)] == ["done"]


def test_what_was_settled_in_time_is_not_told(school):
    college = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    owes(school.teachers, "主题党日")
    Reminder.objects.update(state="done", settled_at=f"{DUE}T12:00+08:00")
    ledger.collect(AFTER)
    assert told(college) == []
