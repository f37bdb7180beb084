"""Larger letters (大字版): one tap away on every page, and remembered by the browser."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
NAME = settings.TEXT_SIZE_COOKIE_NAME


def switch(browser, where):
    return browser.post(reverse("text_size"), headers={"referer": f"http://testserver{where}"})


@pytest.mark.parametrize(("where", "offers"), [("/login/", True), ("/privacy/", True), ("/nowhere/", False)])
def test_before_signing_in(where, offers):
    browser = Client()
    assert ("大字版" in browser.get(where).text) is offers
    assert switch(browser, where).url == f"http://testserver{where}"
    assert '<html lang="zh-CN" class="large">' in browser.get(where).text


def test_from_one_to_the_other_and_remembered():
    browser = cast.a_browser(cast.a_user(Role.SECRETARY, cast.a_university().teachers))
    where = reverse("me") + "?year=2026"
    assert switch(browser, where).url == f"http://testserver{where}"
    cookie = browser.cookies[NAME]
    assert (cookie.value, cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (
        "large",
        31536000,
        True,
        "Lax",
    )
    large = browser.get(where).text
    assert ('class="large"' in large, "标准字号" in large) == (True, True)
    browser.logout()
    browser.cookies[NAME] = "large"
    assert 'class="large"' in browser.get(reverse("login")).text
    switch(browser, where)
    assert browser.cookies[NAME].value == ""
    assert 'class="large"' not in browser.get(reverse("login")).text


def test_in_the_browser_admin_too():
    browser = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))
    switch(browser, reverse("admin:index"))
    page = browser.get(reverse("admin:index")).text
    assert ('<body class="large  dashboard"' in page, "标准字号" in page) == (True, True)


def test_also_before_the_password_is_changed():
    user = cast.a_user()
    user.must_change_password = True
    user.save()
    browser = cast.a_browser(user)
    assert "大字版" in browser.get(reverse("password_change")).text
    assert switch(browser, reverse("password_change")).cookies[NAME].value == "large"


def test_it_leads_nowhere_else():
    away = Client().post(reverse("text_size"), headers={"referer": "https://elsewhere.example/"})
    assert (away.url, Client().post(reverse("text_size")).url) == ("/", "/login/")


def test_a_page_that_answers_a_form_keeps_what_was_typed():
    """Coming back would open it empty, or not at all."""
    answer = Client().post(reverse("login"), {"username": "x", "password": "y"})
    assert ("大字版" in answer.text, 'value="x"' in answer.text) == (False, True)


def test_a_hall_is_shown_what_was_drawn_for_it():
    browser = cast.a_browser(cast.a_user(Role.LEADER, cast.a_university().root))
    switch(browser, "/")
    sizes = [
        "large" in browser.get(reverse(*page)).text for page in (["dashboard"], ["projector", None, [1]])
    ]
    assert sizes == [True, False]
