"""Votes of a branch meeting on one person go into his record of 发展党员 without being typed again."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from activities import admissions, minutes
from activities.attendance import Mark
from activities.voting import Ballot
from members.development.vocabulary import Step
from members.models import DevelopmentStep
from tests import cast
from tests.members.development.way import WAY, Way

pytestmark = pytest.mark.django_db
DAY = WAY[Step.ADMISSION_MEETING][0]


@pytest.fixture
def way(today):
    way = Way()
    way.before(Step.ADMISSION_MEETING)
    return way


def voted(way, title="接收林微为预备党员", **votes):
    """A meeting of five, one of them away who wrote, and its vote."""
    marks = cast.all_present("general_meeting", way.branch, DAY)
    marks[way.full[4].pk] = Mark("leave", "出差")
    record = cast.a_record(way.branch, "general_meeting", DAY, marks=marks)
    minutes.keep_item(
        record,
        by=way.secretary,
        item_id=uuid4(),
        version=0,
        title=title,
        vote="admission",
        ballots=[Ballot(**{"in_favour": 4, "written_for": 1, **votes})],
    )
    return record


def test_the_link_fills_the_form_and_the_form_records_the_step(way):
    record, browser = voted(way), cast.a_browser(way.secretary)
    page = browser.get(reverse("activity_minutes", args=[record.pk]))
    [link] = page.context["links"].values()
    assert (link.name, link.is_done) == ("林微", False)
    form = browser.get(link.url).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert (shown["on"], shown["result"]) == (DAY.isoformat(), "passed")
    assert [shown[name] for name in ("expected", "present", "in_favour", "written_for")] == [
        "5",
        "4",
        "4",
        "1",
    ]
    answer = browser.post(link.url.partition("?")[0], {name: value or "" for name, value in shown.items()})
    assert answer.status_code == 302
    step = DevelopmentStep.objects.get(step=Step.ADMISSION_MEETING)
    assert (step.on, step.facts["in_favour"], step.is_effective) == (DAY, 4, True)
    page = browser.get(reverse("activity_minutes", args=[record.pk]))
    assert "发展党员已登记这次表决" in page.content.decode()


def test_a_vote_that_was_lost_says_so(way):
    record = voted(way, in_favour=2, against=2, written_for=0)
    [link] = admissions.links(record, minutes.agenda_of(record)).values()
    assert "result=failed" in link.url


@pytest.mark.parametrize("title", ["讨论预备党员转正", "接收林小微为预备党员"])
def test_a_title_that_names_nobody_leads_nowhere(way, title):
    record = voted(way, title=title)
    assert admissions.links(record, minutes.agenda_of(record)) == {}


def test_the_step_of_a_probationary_member_is_the_other_one(way):
    way.take(Step.ADMISSION_MEETING)
    for step in list(WAY)[list(WAY).index(Step.COMMITTEE_TALK) : list(WAY).index(Step.FULL_MEETING)]:
        way.take(step)
    record = voted(way, title="林微转正")
    [link] = admissions.links(record, minutes.agenda_of(record)).values()
    assert f"/steps/{Step.FULL_MEETING.value}/" in link.url
    assert record.held_on == date(2025, 8, 1)
