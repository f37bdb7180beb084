"""A branch with ten members in the autumn of 2026, and its secretary."""

from datetime import date

import pytest
import time_machine

from branches.roles import Role
from tests import cast, scenes

TODAY = date(2026, 10, 20)


@pytest.fixture
def today():
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
        yield TODAY


@pytest.fixture
def school(db, today):
    return cast.a_university()


@pytest.fixture
def branch(school):
    """Ten members, the last of them probationary; the first is secretary, the next two sit on the committee."""
    scenes.once(("ten", school.teachers.pk), lambda: ten_members(school.teachers))
    return school.teachers


def ten_members(branch):
    members = [cast.a_member(branch, f"教师{number}") for number in range(9)]
    cast.a_member(branch, "新党员", joined=date(2026, 3, 1), full=None)
    cast.a_post(members[0], "secretary")
    cast.a_post(members[1])
    cast.a_post(members[2])


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="张书记")


@pytest.fixture
def browser(secretary):
    return cast.a_browser(secretary)
