"""Every page that a role may open, in a browser: nothing axe calls serious, and nothing runs out of the screen.

Pages are taken from tests/access.yaml. One that two roles see built alike (the same tags, classes and names) is looked
at once. 640 pixels are a desk of 1280 at 200 %. On a phone with large letters, too (大字版).
"""

import mimetypes
import re

import pytest
from django.contrib.staticfiles import finders

from tests.access.asking import Asker
from tests.access.table import ROLES, declared
from tests.browser.conftest import serious

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

SITE = "http://testserver"
STATIC = f"{SITE}/static/"
HEIGHT = 900
PHONE = 390
WITH_AXE = (1440, PHONE)
WIDTHS = (1440, 640, PHONE, 320)
#: Django's own box to search and choose in names itself by what was chosen, and is nameless before.
OF_DJANGO = "aria-input-field-name"
#: What runs out of the screen, the innermost; nothing when all fits or scrolls inside.
OUTSIDE = """() => {
  const edge = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= edge) return '';
  const cut = (at) => getComputedStyle(at).overflowX !== 'visible';
  const scrolls = (at) => at && at !== document.body && (cut(at) || scrolls(at.parentElement));
  const beyond = (at) => at.getBoundingClientRect().right > edge && !scrolls(at);
  const out = [...document.body.querySelectorAll('*')].filter(beyond);
  return out.at(-1)?.outerHTML.slice(0, 100) ?? 'the page';
}"""
#: What a page is built of: its tags with what they are, without what they say.
TAGS = re.compile(r"<(\w+)([^>]*)>")
BUILD = re.compile(r'\b(?:class|type|role|name|for|aria-\w+)\b(?:="[^"]*")?')


@pytest.fixture(scope="module")
def seen():
    return set()


@pytest.fixture
def look(chromium):
    """``look(address, html)``: what is wrong with the page, handed to the browser without a server.

    None could see the test's transaction.
    """
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    page, shown = context.new_page(), {}
    page.route("**/*", lambda route: answer(route, shown))

    def complaints(address, html):
        shown["html"] = html
        return list(complaints_of(page, address))

    yield complaints
    context.close()


def build_of(html):
    """The skeleton of the page's own part; the menus around it are looked at with the first page of a role."""
    own = html[html.find("<main") :] if "<main" in html else html
    parts = ("".join([tag, *sorted(BUILD.findall(rest))]) for tag, rest in TAGS.findall(own))
    # Rows of a list are alike: a hundred are built as one is.
    return re.sub(r"\d+", "0", "|".join(dict.fromkeys(parts)))


def answer(route, shown):
    address = route.request.url
    if address.startswith(STATIC):
        path = finders.find(address.removeprefix(STATIC).partition("?")[0])
        route.fulfill(path=path, content_type=mimetypes.guess_type(path)[0])
    elif route.request.is_navigation_request():
        route.fulfill(body=shown["html"], content_type="text/html; charset=utf-8")
    else:
        route.fulfill(status=204)


def complaints_of(page, address):
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    page.goto(f"{SITE}{address}")
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if width in WITH_AXE:
            known = OF_DJANGO if address.startswith("/admin/") else ""
            yield from (f"{width}: {each}" for each in serious(page) if each != known)
        elif out := page.evaluate(OUTSIDE):
            yield f"{width}: wider than the screen: {out}"
    page.set_viewport_size({"width": PHONE, "height": HEIGHT})
    page.evaluate("document.documentElement.classList.add('large')")
    if out := page.evaluate(OUTSIDE):
        yield f"large letters at {PHONE}: wider than the screen: {out}"


@pytest.mark.parametrize("role", ROLES)
def test_every_screen(world, look, seen, role):
    asker, wrong = Asker(world, role), []
    for page, row in declared():
        if row.expected(role, "GET") != 200:
            continue
        address = world.own_url(page, row, role)
        answered = asker.ask("GET", address, row.query)
        assert answered.status == 200, f"{page.key}: {answered.outcome}"
        if not answered.headers.get("Content-Type", "").startswith("text/html"):
            continue
        build = build_of(answered.text)
        if build in seen:
            continue
        seen.add(build)
        if found := look(address, answered.text):
            wrong.append(f"{page.key} {address}: {', '.join(found)}")
    assert not wrong, "\n" + "\n".join(wrong)
