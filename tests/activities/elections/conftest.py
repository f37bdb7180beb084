"""A branch whose term has ended, and its election up to where the candidates are agreed to."""

from datetime import date

import pytest

from activities.elections import verbs
from branches.models import Term
from branches.roles import Role
from members.models import Member
from tests import cast
from tests.activities.elections.scene import NUMBER, fresh


@pytest.fixture
def college(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="王干事")


@pytest.fixture
def term(branch):
    return Term.objects.create(
        branch=branch, branch_path=branch.path, elected_on=date(2023, 9, 1), years=3, due_on=date(2026, 9, 1)
    )


@pytest.fixture
def begun(branch, term, secretary):
    return verbs.begin(branch, on=date(2026, 8, 1), number="", by=secretary)


@pytest.fixture
def people(branch):
    return list(Member.objects.filter(branch=branch).order_by("name_order"))


@pytest.fixture
def agreed(begun, people, college, secretary):
    """Three seats, four candidates, agreed to on 10 September."""
    verbs.reply(begun, on=date(2026, 8, 10), number=NUMBER, seats=3, by=college)
    verbs.nominate(begun, on=date(2026, 9, 1), people=[one.pk for one in people[:4]], by=secretary)
    verbs.agree(begun, on=date(2026, 9, 10), number=NUMBER, by=college)
    return fresh(begun)
