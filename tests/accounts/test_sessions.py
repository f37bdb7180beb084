"""How long a session lasts, what ends it at once, and what every answer carries."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from accounts import access, factors, passwords
from accounts.models import AuditEntry, SignedIn, User
from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db

NEW = "three quiet reading rooms"


@pytest.fixture
def user():
    return cast.a_user(Role.SECRETARY, cast.a_university().teachers)


def status(browser, address="/members/", **more):
    return browser.get(address, **more).status_code


class TestLimits:
    def test_half_an_hour_without_a_request(self, user):
        start = timezone.now()
        browser = cast.a_browser(user)
        assert status(browser) == 200
        with time_machine.travel(start + timedelta(minutes=29)):
            assert status(browser) == 200
        with time_machine.travel(start + timedelta(minutes=58)):
            assert status(browser) == 200
        with time_machine.travel(start + timedelta(minutes=90)):
            assert browser.get("/members/")["Location"] == "/login/?ended=1"

    def test_twelve_hours_however_busy(self, user):
        start = timezone.now()
        browser = cast.a_browser(user)
        for quarter in range(12 * 4 + 1):
            with time_machine.travel(start + timedelta(minutes=15 * quarter)):
                assert status(browser) == 200
        with time_machine.travel(start + timedelta(hours=12, minutes=1)):
            assert status(browser) == 302

    def test_an_old_cookie_opens_nothing_after_signing_out(self, user):
        browser = cast.a_browser(user)
        old = browser.cookies["sessionid"].value
        browser.post("/logout/")
        browser.cookies["sessionid"] = old
        assert status(browser) == 302

    @pytest.mark.parametrize(
        ("page", "leads_to"),
        [
            ("http://testserver/statistics/2026Q3/?org=1", "/statistics/2026Q3/?org=1"),
            ("http://elsewhere.example/", "/"),
            ("", "/"),
        ],
    )
    def test_what_was_sent_leads_back_to_its_page(self, page, leads_to):
        """Its own address often answers nobody who only opens it."""
        answer = cast.a_browser().post("/statistics/2026Q3/export/", headers={"Referer": page})
        assert parse_qs(urlsplit(answer["Location"]).query) == {"next": [leads_to]}

    def test_a_fragment_sends_the_whole_page_to_the_sign_in(self, user):
        """Whether the session ended or there never was one: the page is never swapped into a fragment."""
        start = timezone.now()
        browser = cast.a_browser(user)
        browser.get("/members/")
        with time_machine.travel(start + timedelta(hours=1)):
            ended = browser.get("/members/", headers={"HX-Request": "true"})
        never = cast.a_browser().get("/members/", headers={"HX-Request": "true"})
        assert (ended.status_code, ended["HX-Redirect"]) == (200, "/login/?ended=1")
        assert (never.status_code, never["HX-Redirect"]) == (200, "/login/")


class TestWhatEndsAtOnce:
    """T07: the next request is denied."""

    def test_a_closed_account(self, user):
        browser = cast.a_browser(user)
        assert status(browser) == 200
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert status(browser) == 302

    def test_also_when_the_account_is_opened_again(self, user):
        """A stolen session does not come back with it."""
        browser, admin = cast.a_browser(user), cast.a_user(Role.SYSTEM_ADMIN)
        access.close(user, by=admin)
        access.reopen(user, by=admin)
        assert (status(browser), SignedIn.objects.filter(user=user).count()) == (302, 0)

    def test_a_new_password_of_ones_own_or_another_s(self, user):
        here, elsewhere = cast.a_browser(user), cast.a_browser(user)
        sent = {"old_password": cast.PASSWORD, "new_password1": NEW, "new_password2": NEW}
        here.post("/password/", sent)
        assert [status(browser) for browser in (here, elsewhere)] == [200, 302]
        passwords.issue(user, by=None)
        assert (status(here), SignedIn.objects.filter(user=user).count()) == (302, 0)

    def test_a_second_factor_that_was_reset(self, user):
        """The phone that was lost may be signed in."""
        browser = cast.a_browser(user)
        factors.remove(user, by=None, why="手机遗失，已当面核对")
        assert status(browser) == 302

    def test_a_role_taken_away(self, user):
        browser = cast.a_browser(user)
        assert status(browser) == 200
        user.grants.all().delete()
        assert status(browser) == 403

    def test_a_role_that_ran_out(self, user):
        browser = cast.a_browser(user)
        user.grants.update(until=timezone.localdate() - timedelta(days=1))
        assert status(browser) == 403

    def test_a_role_that_has_not_begun(self, user):
        user.grants.update(since=timezone.localdate() + timedelta(days=1))
        assert status(cast.a_browser(user)) == 403


class TestSomebodyElse:
    def test_who_signs_in_in_the_same_browser_has_a_session_of_his_own(self, user):
        browser, other = cast.a_browser(user), cast.a_user()
        browser.force_login(other, "django.contrib.auth.backends.ModelBackend")
        key = browser.cookies["sessionid"].value
        assert [(one.user, one.session_key) for one in SignedIn.objects.filter(user=other)] == [(other, key)]


class TestEveryAnswer:
    def test_a_strict_policy_also_on_refusals_and_errors(self, user):
        browser = cast.a_browser(user, raise_request_exception=False)
        answers = {
            200: browser.get("/members/"),
            302: cast.a_browser().get("/members/"),
            403: browser.get("/admin/"),
            404: browser.get("/nowhere/"),
            405: browser.put("/members/"),
        }
        with override_settings(ROOT_URLCONF="tests.accounts.test_sessions"):
            answers[500] = browser.get("/broken/")
        assert {code: answer.status_code for code, answer in answers.items()} == {
            code: code for code in answers
        }
        for answer in answers.values():
            policy = answer["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer["X-Content-Type-Options"] == "nosniff"

    def test_nothing_a_signed_in_user_saw_is_stored(self, user):
        browser = cast.a_browser(user)
        for address in ("/members/", "/password/", "/nowhere/", "/admin/"):
            assert "no-store" in browser.get(address)["Cache-Control"], address

    def test_a_refusal_is_written_down_and_a_miss_is_not(self, user):
        browser = cast.a_browser(user, REMOTE_ADDR="10.0.0.7")
        browser.get("/admin/?q=secret")
        browser.get("/nowhere/")
        entry = AuditEntry.objects.get(action="access.refuse")
        assert (entry.actor, entry.outcome, entry.address) == (user, "denied", "10.0.0.7")
        assert entry.after == {"method": "GET", "path": "/admin/"}

    def test_a_form_without_its_token_is_refused_in_words(self, user):
        browser = cast.a_browser(user, enforce_csrf_checks=True)
        response = browser.post("/password/", {})
        assert response.status_code == 403
        assert "没有提交" in response.content.decode()


def broken(request):
    raise RuntimeError


urlpatterns = [path("broken/", broken), path("login/", broken, name="login"), path("", broken, name="home")]
