"""What a stranger tried with an account of another branch; docs/security.md tells what came of it."""

import pytest
from django.urls import reverse

from activities.models import Activity
from tests import cast
from tests.access.asking import Asker
from tests.access.table import declared
from tests.access.world import World

#: What is open before the second factor: setting it up, the password for that, the way out, and larger letters.
BEFORE_THE_FACTOR = {"factor_set_up", "confirm", "logout", "text_size"}


class TestAnotherBranchsRecord:
    """Written in other ways, asked for by other methods and headers: always the same 404."""

    def test_however_it_is_asked_for(self, world: World):
        record = world.near.of[Activity]
        browser = cast.a_browser(world.users["secretary"])
        address = reverse("activity_detail", args=[record.pk])
        upper = address.replace(str(record.pk), str(record.pk).upper())
        without_hyphens = address.replace(str(record.pk), record.pk.hex)
        for url in (
            address,
            f"{address}?branch={world.own.branch.pk}",
            f"//{address[1:]}",
            upper,
            without_hyphens,
        ):
            assert browser.get(url).status_code == 404, url
        for name in (
            "X-Original-URL",
            "X-Rewrite-URL",
            "X-HTTP-Method-Override",
            "X-Forwarded-User",
            "Remote-User",
        ):
            assert browser.get(address, headers={name: address}).status_code == 404, name
        assert browser.head(address).status_code == 404

    def test_no_header_leads_elsewhere_from_ones_own_page(self, world: World):
        record = world.near.of[Activity]
        browser = cast.a_browser(world.users["secretary"])
        for name in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Script-Name"):
            page = browser.get("/", headers={name: reverse("activity_detail", args=[record.pk])})
            assert str(record.pk) not in page.content.decode()


class TestTheSecondFactor:
    @pytest.mark.slow
    def test_nothing_is_open_before_it(self, world: World, settings):
        settings.SECOND_FACTOR = "roles"
        asker, opened = Asker(world, "secretary"), set()
        for page, row in declared():
            anonymous = row.expected("anonymous", "GET") != 302 or row.expected("anonymous", "POST") != 302
            if anonymous or page.key in BEFORE_THE_FACTOR:
                continue
            for method in ("GET", "POST", "PUT"):
                for headers in ({}, {"HX-Request": "true"}):
                    answer = asker.ask(method, world.own_url(page, row, "secretary"), **headers)
                    place = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or ""
                    if not place.startswith("/security/second-factor/"):
                        opened.add(f"{page.key} {method} {answer.outcome}")
        assert opened == set()

    def test_the_session_says_nothing_that_a_form_could_set(self, world: World, settings):
        settings.SECOND_FACTOR = "roles"
        browser = cast.a_browser(world.users["secretary"])
        for name in ("second_factor", "vouched", "proved_at"):
            browser.post("/confirm/", {name: "vouched", "confirm_password": cast.PASSWORD})
            browser.get(f"/security/second-factor/?{name}=vouched")
            browser.cookies[name] = "vouched"
        assert browser.get("/members/").status_code == 302
