"""T48, T49, T56: whatever stands in a text, no page makes an element or an attribute of it, and no log repeats it."""

import logging
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.access.asking import Asker
from tests.access.canaries import mark_rows
from tests.access.table import ANONYMOUS, declared
from tests.access.world import World

#: Ends an attribute, a text, a script and a comment, and then brings an element and attributes of its own.
PAYLOAD = "'\"--></textarea></title></script><xss-mark hx-get=/x hx-on:load=x() onload=x()>{{x}}"
ESCAPED = "&lt;xss-mark"
READERS = ("secretary", "organization_staff", "leader", "system_admin", "auditor")
MOST_PAGES_SHOW_IT = {"secretary": 30, "organization_staff": 30}


class Elements(HTMLParser):
    """Notes elements and attributes that only the payload knows, and scripts that run what they are given."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = {name for name, _ in attrs}
        if tag == "xss-mark" or names & {"hx-on:load", "onload"}:
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name, value in attrs if (value or "").startswith("javascript:")]


@pytest.mark.slow
@pytest.mark.parametrize("role", READERS)
def test_no_text_becomes_an_element(world: World, role: str, caplog, record_property):
    mark_rows(world.own, PAYLOAD)
    asker, wrong, shown = Asker(world, role), [], 0
    with caplog.at_level(logging.INFO):
        for name, text in pages_as_html(world, asker, role):
            reader = Elements()
            reader.feed(text)
            wrong += [f"{name}: {one}" for one in reader.found]
            shown += ESCAPED in text
    record_property("figure", f"shown escaped on {shown} pages to {role}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert shown >= MOST_PAGES_SHOW_IT.get(role, 1)
    assert [line.getMessage() for line in caplog.records if "xss-mark" in line.getMessage()] == []


def pages_as_html(world: World, asker: Asker, role: str) -> Iterator[tuple[str, str]]:
    for page, row in declared():
        if row.expected(role, "GET") != 200:
            continue
        answer = asker.ask("GET", world.own_url(page, row, role), row.query)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            yield page.key, answer.text


def test_what_would_be_an_element_is_noticed():
    reader = Elements()
    reader.feed(f"<p title='{PAYLOAD}'>")
    assert reader.found == ["xss-mark"]


def test_a_part_is_never_filled_with_the_sign_in(world: World):
    """T48: of whoever is not signed in the whole page goes there."""
    asker, wrong = Asker(world, ANONYMOUS), []
    for page, row in declared():
        if row.expected(ANONYMOUS, "GET") == 302:
            answer = asker.ask(
                "GET", world.own_url(page, row, ANONYMOUS), row.query, **{"HX-Request": "true"}
            )
            if (answer.status, answer.headers.get("HX-Redirect"), answer.body) != (200, "/login/", b""):
                wrong.append(f"{page.key}: {answer.outcome} {answer.headers.get('HX-Redirect')}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_htmx_runs_no_text_asks_no_other_site_and_keeps_no_page(world: World):
    told = Asker(world, "secretary").ask("GET", "/").text
    for setting in ('"allowEval":false', '"selfRequestsOnly":true', '"historyCacheSize":0'):
        assert setting in told
