"""What the tests start from: laid down in one piece, the way is what the verb makes of it step by step."""

import pytest
from django.db import transaction

from members.models import DevelopmentPerson, DevelopmentStep, StatusPeriod
from tests.members.development.way import S

pytestmark = pytest.mark.django_db


def said_of(way):
    """Everything that the way wrote, but who and when."""
    way.development.refresh_from_db()
    steps = DevelopmentStep.objects.filter(development=way.development).order_by("on", "pk")
    named = DevelopmentPerson.objects.filter(step__development=way.development)
    periods = StatusPeriod.objects.filter(member=way.member).order_by("since")
    return [
        list(steps.values_list("step", "on", "facts", "is_effective", "is_late")),
        sorted((each.step.step, way.full.index(each.member)) for each in named.select_related("step")),
        list(periods.values_list("status", "since", "until", "is_assumed")),
        (way.member.status, way.member.joined_on, way.member.full_on),
        (way.development.closed_on, way.development.outcome),
    ]


@pytest.mark.parametrize(
    "until", [S.ACTIVIST_FILING, S.TRAINING, S.COMMITTEE_TALK, S.OATH, S.FULL_APPROVAL, S.ARCHIVE]
)
def test_laid_down_as_the_verb_does(way, until):
    with transaction.atomic():
        way.walk(until)
        laid_down = said_of(way)
        transaction.set_rollback(True)
    way.step_by_step(until)
    assert laid_down == said_of(way)
