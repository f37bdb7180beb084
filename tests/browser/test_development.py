"""From an application to full membership in Chromium: the secretary on the phone, the college's staff at the desk."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse

from lib.id_number import check_digit
from members.development.steps import TABLE
from members.development.vocabulary import By, Step
from members.models import Development
from tests import cast
from tests.members.development.way import PEOPLE, WAY, Way

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

S = Step
ID_NUMBER = "99999920050307002" + check_digit("99999920050307002")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:120])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def signed_in(chromium, address, user, viewport):
    session = cast.a_browser(user).cookies[settings.SESSION_COOKIE_NAME].value
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=viewport)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    return context.new_page()


@pytest.fixture
def way():
    return Way()


@pytest.fixture
def desks(chromium, live_server, way):
    """A page for each side."""
    pages = {
        By.BRANCH: signed_in(chromium, live_server.url, way.secretary, PHONE),
        By.COMMITTEE: signed_in(chromium, live_server.url, way.staff, DESK),
    }
    pages[By.APPLICANT] = pages[By.BRANCH]
    yield pages
    for page in pages.values():
        page.context.close()


def fill(page, name, value):
    control = page.locator(f"main [name={name}]")
    if control.first.get_attribute("type") == "radio":
        page.locator(f"main label:has([name={name}][value={value}])").click()
    elif value is True:
        control.check()
    else:
        control.fill(value.isoformat() if isinstance(value, date) else str(value))


def take(page, address, development, step):
    """From the person's page through the form of the step and back."""
    person = f"{address}{reverse('development_person', args=[development.pk])}"
    page.goto(person)
    page.locator(f"main a[href$='/steps/{step}/']").first.click()
    page.wait_for_url(f"**/steps/{step}/")
    if step in (S.ADMISSION_MEETING, S.TRAINING):
        assert serious(page) == []
    day, facts = WAY[step]
    for name, value in {"on": day, **facts}.items():
        fill(page, name, value)
    for number in range(PEOPLE.get(step, 0)):
        page.locator("main [name=people]").nth(number).check()
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(person)
    assert f"“{TABLE[step].title}”已登记" in page.locator("main").inner_text()


def test_from_the_application_to_full_membership(desks, live_server, way):
    phone = desks[By.BRANCH]
    phone.goto(f"{live_server.url}{reverse('development_list')}")
    phone.locator("main a.btn-primary").click()
    for name, value in {"name": "林微", "id_number": ID_NUMBER, "on": date(2024, 3, 1)}.items():
        fill(phone, name, value)
    assert serious(phone) == []
    phone.locator("main form button.btn-primary").click()
    phone.wait_for_url("**/development/*-*/")
    development = Development.objects.get()
    for step in list(WAY)[1:]:
        take(desks[TABLE[step].by], live_server.url, development, step)
    assert serious(phone) == []
    development.refresh_from_db()
    member = development.member
    member.refresh_from_db()
    assert (member.status, member.joined_on, member.full_on) == ("full", date(2025, 8, 1), date(2026, 8, 1))
    assert development.outcome == "joined"
