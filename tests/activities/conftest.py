"""A branch with ten members in the autumn of 2026, and its secretary."""

from datetime import date

import pytest
import time_machine

from branches.roles import Role
from tests import cast

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
    members = [cast.a_member(school.teachers, f"教师{number}") for number in range(9)]
    members.append(cast.a_member(school.teachers, "新党员", joined=date(2026, 3, 1), full=None))
    cast.a_post(members[0], "secretary")
    cast.a_post(members[1])
    cast.a_post(members[2])
    return school.teachers


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="张书记")


@pytest.fixture
def browser(secretary):
    return cast.a_browser(secretary)
