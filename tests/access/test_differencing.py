"""T15: what was voted stands in nothing that a leader may open, so no cell and no difference of two tells of a ballot.

Every ballot is turned into another, and each page is to stay as it was, under each filter and each pair of filters.
"""

import re
from itertools import combinations
from urllib.parse import parse_qsl

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from assessments.models import RaterGroup, Rating, ReviewEntry, Round, Subject
from reports.figures.catalogue import STATISTICS
from tests.access.asking import Asker, same
from tests.access.table import declared
from tests.access.test_lists import _first_difference, _page
from tests.access.world import World

LEADER, STAFF = "leader", "committee_staff"
SELECT = re.compile(r'<select[^>]* name="([^"]+)".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]+)"')
LINK = re.compile(r'href="\?([^"]+)"')
#: Pages that show another secret each time.
DRAWN_ANEW = {"factor_set_up"}
#: Statistics that speak of duty reports or of democratic reviews.
ABOUT = ("duty_reports", "member_reviews")


@pytest.fixture
def subject(world: World) -> Subject:
    """Somebody in a published round, about whom one group cast five ballots and another four."""
    held = world.own_row(Round, STAFF, {"state": Round.State.PUBLISHED})
    found = Subject.objects.get(round=held)
    Round.objects.filter(pk=held.pk).update(closed_at=timezone.now())
    enough, few = held.rules.groups[:2]
    for group, number in ((enough, 5), (few, 4)):
        row = RaterGroup.objects.create(round=held, code=group.code, title=group.title)
        Rating.objects.bulk_create(Rating(group=row, subject=found, mark="好") for _ in range(number))
    return found


def turn_every_ballot() -> None:
    Rating.objects.update(mark="一般")
    ReviewEntry.objects.update(excellent=F("failing") + 1, competent=F("basic"), basic=2, failing=3)


def filters(text: str) -> list[dict[str, str]]:
    """None, each choice that the page offers, and each pair of choices of two fields."""
    single = [
        (field, value)
        for select in SELECT.finditer(text)
        for field in [select.group(1)]
        for value in OPTION.findall(select.group(0))
    ]
    pairs = [dict(both) for both in combinations(single, 2) if both[0][0] != both[1][0]]
    links = [dict(parse_qsl(query.replace("&amp;", "&"))) for query in LINK.findall(text)]
    return [{}, *(dict([one]) for one in single), *pairs, *links]


def read(asker: Asker, urls: list[str], *, paired: bool):
    """Address and filter → what is read there."""
    found = {}
    for url in urls:
        first = asker.ask("GET", url)
        for query in filters(first.text) if paired else [{}]:
            found[url, tuple(query.items())] = _page(asker.ask("GET", url, query))
    return found


def told_apart(world: World, urls: list[str], *, paired: bool) -> list[str]:
    asker = Asker(world, LEADER)
    before = read(asker, urls, paired=paired)
    turn_every_ballot()
    after = read(asker, urls, paired=paired)
    assert before.keys() == after.keys()
    return [
        f"{url} {dict(query)}: {_first_difference(one, after[url, query])}"
        for (url, query), one in before.items()
        if not same(one, after[url, query], [])
    ]


def about_ballots(subject: Subject) -> list[str]:
    names = [name for name in STATISTICS if name in ABOUT]
    return [
        reverse("result_list"),
        reverse("result", args=[subject.round_id]),
        *(reverse("figure_table", args=[name]) for name in names),
    ]


def test_pages_about_a_round_stay_as_they_are(world: World, subject: Subject):
    urls = about_ballots(subject)
    assert len(urls) == 4
    assert told_apart(world, urls, paired=False) == []


def test_who_holds_the_round_sees_the_five_and_of_the_four_nothing(world: World, subject: Subject):
    asker, url = Asker(world, STAFF), reverse("subject", args=[subject.pk])
    enough, few = RaterGroup.objects.filter(round=subject.round_id).order_by("pk")
    before = asker.ask("GET", url)
    Rating.objects.filter(group=few).update(mark="一般")
    assert "好 5 票" in before.text
    assert same(_page(before), _page(asker.ask("GET", url)), [])
    Rating.objects.filter(group=enough).update(mark="一般")
    assert "一般 5 票" in asker.ask("GET", url).text


@pytest.mark.nightly
def test_all_pairs_of_filters_of_the_pages_about_a_round(world: World, subject: Subject):
    assert told_apart(world, about_ballots(subject), paired=True) == []


@pytest.mark.nightly
def test_every_page_that_a_leader_opens(world: World, subject: Subject):
    rows = [(page, row) for page, row in declared() if row.expected(LEADER, "GET") == 200]
    urls = [world.own_url(page, row, LEADER) for page, row in rows if page.key not in DRAWN_ANEW]
    assert len(urls) > 50
    assert told_apart(world, urls, paired=False) == []
