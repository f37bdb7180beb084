"""2.4.1: who asks as programs do is told to wait; nobody else is."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import counting
from accounts.models import AuditEntry
from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counted_anew():
    cache.clear()
    yield
    cache.clear()


def test_a_page_too_many_waits_a_minute_and_leaves_one_entry(settings):
    settings.PAGES_A_MINUTE = 3
    user = cast.a_user()
    browser, other = cast.a_browser(user), cast.a_browser(cast.a_user())
    assert [browser.get("/security/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = browser.get("/security/")
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("60", "no-store, private")
    assert "请过一分钟再试" in answer.content.decode()
    assert other.get("/security/").status_code == 200
    entry = AuditEntry.objects.get(action="access.hurry")
    assert (entry.actor, entry.outcome) == (user, "denied")


def test_exports_are_counted_for_themselves(settings):
    settings.EXPORTS_IN_TEN_MINUTES = 2
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, cast.a_university().root))
    asked = [browser.post("/members/export/").status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    answer = browser.post("/members/export/")
    assert (answer["Retry-After"], "请过十分钟再试" in answer.content.decode()) == ("600", True)
    assert browser.get("/members/").status_code == 200


def test_a_day_has_a_slower_limit(settings):
    settings.EXPORTS_IN_TEN_MINUTES, settings.EXPORTS_A_DAY = 0, 2
    user = cast.a_user(Role.ORGANIZATION_STAFF, cast.a_university().root)
    browser = cast.a_browser(user)
    assert [browser.post("/members/export/").status_code for _ in range(3)] == [200, 200, 429]
    answer = browser.post("/members/export/")
    assert (answer["Retry-After"], "请明天再试" in answer.content.decode()) == ("86400", True)
    assert AuditEntry.objects.get(action="access.hurry").actor == user


def test_what_the_ten_minutes_refused_is_not_counted_to_the_day(settings):
    settings.EXPORTS_IN_TEN_MINUTES, settings.EXPORTS_A_DAY = 1, 2
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, cast.a_university().root))
    assert [browser.post("/members/export/").status_code for _ in range(4)] == [200, 429, 429, 429]
    settings.EXPORTS_IN_TEN_MINUTES = 0
    assert [browser.post("/members/export/").status_code for _ in range(2)] == [200, 429]


def test_strangers_are_counted_by_their_address_and_voters_not_at_all(settings):
    settings.STRANGERS_A_MINUTE = 2
    here, there = Client(REMOTE_ADDR="10.0.0.7"), Client(REMOTE_ADDR="10.0.0.8")
    assert [here.get("/login/").status_code for _ in range(3)] == [200, 200, 429]
    assert there.get("/login/").status_code == 200
    assert [here.get("/ballots/").status_code for _ in range(5)] == [200] * 5


def test_a_window_ends():
    assert [counting.times("x", "a", 600) for _ in range(2)] == [1, 2]
    cache.clear()
    assert counting.times("x", "a", 600) == 1


def test_nothing_is_refused_where_nothing_can_be_counted(settings, monkeypatch):
    settings.PAGES_A_MINUTE = 1
    monkeypatch.setattr(counting, "cache", None)
    browser = cast.a_browser(cast.a_user())
    assert [browser.get("/security/").status_code for _ in range(3)] == [200] * 3


def test_a_meeting_is_within_the_limits():
    from config import settings as shipped

    assert (shipped.PAGES_A_MINUTE, shipped.STRANGERS_A_MINUTE) == (600, 3000)
    assert (shipped.EXPORTS_IN_TEN_MINUTES, shipped.EXPORTS_A_DAY, shipped.REFUSALS_IN_TEN_MINUTES) == (
        20,
        200,
        100,
    )
