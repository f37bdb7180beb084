"""The Content-Security-Policy in a real browser: it must block what is inline, and our pages must not need it."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page):
    """What the browser says about blocked content, as it comes."""
    found = []
    page.on(
        "console",
        lambda message: found.append(message.text) if "Content Security Policy" in message.text else None,
    )
    return found


def test_sign_in_page_breaks_no_rule(page, live_server, complaints):
    answer = page.goto(f"{live_server.url}/login/")

    assert answer.status == 200
    assert complaints == []


def test_inline_script_is_blocked(page, live_server, complaints):
    page.goto(f"{live_server.url}/login/")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.intruder = true";
        document.body.append(script);
    }""")

    assert page.evaluate("window.intruder") is None
    assert len(complaints) == 1
