"""T46, T53: every answer of every address carries the headers that bind a browser, and leads nowhere off this site."""

from urllib.parse import urlsplit

import pytest

from tests.access.asking import Answer, Asker
from tests.access.table import ANONYMOUS, declared, first_of
from tests.access.world import World

HTTPS = {"X-Forwarded-Proto": "https"}
ROLES = first_of((ANONYMOUS, "secretary", "organization_staff", "system_admin"), (ANONYMOUS,))
POLICY = (
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
)
#: Files that people handed in have a policy of their own, which forbids yet more.
SANDBOXED = ("default-src 'none'", "frame-ancestors 'none'", "sandbox")
STRANGE = "evil.example"
AWAY = [f"//{STRANGE}/", f"https://{STRANGE}/", f"https:{STRANGE}", f"/\\{STRANGE}"]


@pytest.fixture(autouse=True)
def as_in_production(settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_binds_the_browser(world: World, role: str, record_property):
    asker, wrong, count = Asker(world, role), [], 0
    for page, row in declared():
        url = world.own_url(page, row, role)
        for method in ("GET", "POST", "PUT"):
            answer = asker.ask(method, url, row.query if method == "GET" else None, **HTTPS)
            count += 1
            wrong += [f"{page.key} {method} {answer.status}: {fault}" for fault in _faults(answer, role)]
    record_property("figure", f"{count} answers as {role}")
    assert not wrong, "\n" + "\n".join(wrong)


def _faults(answer: Answer, role: str) -> list[str]:
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    wanted = SANDBOXED if "sandbox" in policy else POLICY
    faults = [f"the policy lacks {part}" for part in wanted if part not in policy]
    if "unsafe" in policy:
        faults.append("the policy allows what is inline")
    if headers.get("Strict-Transport-Security") != "max-age=31536000; includeSubDomains":
        faults.append("HTTPS is not insisted on")
    if headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("the type may be guessed")
    if headers.get("Referrer-Policy") != "same-origin":
        faults.append("addresses are told elsewhere")
    if headers.get("Cross-Origin-Opener-Policy") != "same-origin":
        faults.append("another window keeps hold of this one")
    if role != ANONYMOUS and "no-store" not in headers.get("Cache-Control", ""):
        faults.append(f"may be stored: {headers.get('Cache-Control', '')!r}")
    kind = headers.get("Content-Type", "")
    if answer.body and (not kind or (kind.startswith("text/") and "charset=" not in kind)):
        faults.append(f"its type is {kind!r}")
    return faults


@pytest.mark.parametrize("targets", [AWAY[:1], pytest.param(AWAY[1:], marks=pytest.mark.slow)])
@pytest.mark.parametrize("role", first_of((ANONYMOUS, "secretary"), (ANONYMOUS,)))
def test_no_page_leads_off_this_site(world: World, role: str, targets: list[str]):
    asker, wrong, led = Asker(world, role), [], 0
    for page, row in declared():
        url = world.own_url(page, row, role)
        for target in targets:
            for method in ("GET", "POST"):
                data = {**row.query, "next": target} if method == "GET" else {"next": target}
                found = asker.ask(method, url, data, **{"X-Forwarded-Host": STRANGE}).headers
                for place in (found.get("Location"), found.get("HX-Redirect")):
                    led += bool(place)
                    if place and (urlsplit(place).netloc or place.startswith(("//", "/\\"))):
                        wrong.append(f"{page.key} {method}: leads to {place}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert led > 30


def test_another_host_gets_no_answer(world: World):
    asker = Asker(world, "secretary")
    for page, row in declared():
        answer = asker.ask("GET", world.own_url(page, row, "secretary"), row.query, Host=STRANGE)
        assert (answer.status, STRANGE in answer.text) == (400, False), page.key
