"""For the journeys: somebody's phone or desk, and what a thumb or a mouse does, counted."""

from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import cast

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
#: What Chromium says of a network, or of a database, that the test itself took away.
TAKEN_AWAY = (
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_FAILED",
    "the server responded with a status of 503 (Service Unavailable)",
    "Response Status Error Code 503",
)


class Taps:
    number = 0

    def __call__(self, locator):
        self.number += 1
        locator.tap()

    def click(self, locator):
        self.number += 1
        locator.click()


@pytest.fixture
def tap():
    return Taps()


@pytest.fixture
def opened(chromium, live_server):
    """``with opened(user) as page``: signed in on a phone, on the first page. Complaints of the browser fail."""

    @contextmanager
    def page_of(user, at="/", *, machine=PHONE, script=True):
        context = chromium.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=script, **machine
        )
        session = cast.a_browser(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}{at}")
        yield page
        context.close()
        assert [text for text in complaints if not any(words in text for words in TAKEN_AWAY)] == []

    return page_of


def serious(page):
    """What axe calls serious on the page as it stands, and whether it runs out of the screen."""
    found = Axe().run(page).response["violations"]
    wrong = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    # On a phone, Chromium makes innerWidth as wide as what runs out.
    fits = page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    return wrong if fits else [*wrong, "wider than the screen"]
