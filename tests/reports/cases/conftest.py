"""A report about the university of the third quarter, written in October."""

import pytest

from branches.roles import Role
from reports.cases import keeping
from tests import cast
from tests.reports.cases.scene import HELD, MEMBERS, QUARTER


@pytest.fixture(autouse=True)
def _october(october):
    """The quarter of the report is over."""


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


@pytest.fixture
def written(staff):
    """``written(text, branch)`` is a report."""

    def write(text, branch, name="典型案例", period=QUARTER):
        return keeping.write(branch, keeping.Facts(name, "做法和成效", text, period), by=staff)

    return write


@pytest.fixture
def report(written, school):
    return written(f"一、做法\n开展主题党日 {HELD} 次，党员 {MEMBERS} 名。", school.root)
