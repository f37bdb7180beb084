"""Signing in and out, being locked out, and the one-time password that must be replaced."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import get_password_validators
from django.utils import timezone

from accounts import passwords
from accounts.models import AuditEntry, User
from branches.roles import Role
from config import settings as deployed
from tests import cast

pytestmark = pytest.mark.django_db

NEW = "three quiet reading rooms"


def sign_in(browser, user, password=cast.PASSWORD, **extra):
    return browser.post("/login/", {"username": user.username, "password": password}, **extra)


def is_signed_in(browser):
    return browser.get("/password/").status_code == 200


@pytest.fixture
def user():
    return cast.a_user(Role.SECRETARY, cast.a_university().teachers)


class TestSigningIn:
    def test_with_the_right_password(self, user):
        browser = cast.a_browser()
        assert sign_in(browser, user)["Location"] == "/"
        assert is_signed_in(browser)
        assert AuditEntry.objects.get(action="session.sign_in").actor == user

    @pytest.mark.parametrize("state", ["wrong", "missing", "closed", "unusable"])
    def test_one_answer_for_every_kind_of_failure(self, user, state):
        names = {"missing": "nobody"}
        if state == "closed":
            User.objects.filter(pk=user.pk).update(is_active=False)
        if state == "unusable":
            user.set_unusable_password()
            user.save()
        sent = {"username": names.get(state, user.username), "password": "wrong"}
        response = cast.a_browser().post("/login/", sent)
        assert response.context["form"].non_field_errors() == [
            "账号或密码不对。连续输错 5 次会暂停登录 15 分钟。"
        ]
        entry = AuditEntry.objects.get(action="session.sign_in")
        assert (entry.actor, entry.outcome) == (None, "denied")
        assert sent["username"] not in str(entry.after)

    def test_the_session_gets_a_new_key(self, user):
        browser = cast.a_browser()
        browser.get("/login/")
        browser.session.save()
        before = browser.session.session_key
        sign_in(browser, user)
        assert browser.session.session_key != before

    def test_managers_of_passwords_may_fill_in_what_nobody_reads_over_a_shoulder(self, user):
        wanted = {
            "/login/": {"current-password"},
            "/password/": {"current-password", "new-password"},
        }
        for address, names in wanted.items():
            page = cast.a_browser(user if address == "/password/" else None).get(address).text
            fields = re.findall(r'<input type="password"[^>]*>', page)
            assert {re.search('autocomplete="(.+?)"', one)[1] for one in fields} == names
            assert "onpaste" not in page

    def test_only_to_pages_of_this_site(self, user):
        response = cast.a_browser().post(
            "/login/?next=//evil.example/", {"username": user.username, "password": cast.PASSWORD}
        )
        assert response["Location"] == "/"

    def test_out_again(self, user):
        browser = cast.a_browser(user)
        assert browser.get("/logout/").status_code == 405
        assert browser.post("/logout/").status_code == 302
        assert not is_signed_in(browser)
        assert AuditEntry.objects.get(action="session.sign_out").actor == user

    def test_passwords_are_kept_with_argon2(self, settings):
        settings.PASSWORD_HASHERS = deployed.PASSWORD_HASHERS
        kept = make_password(NEW)
        assert identify_hasher(kept).algorithm == "argon2"
        assert kept.startswith("argon2$argon2id$")


class TestLockOut:
    def fail(self, user, times=5, address="10.0.0.1"):
        browser = cast.a_browser(REMOTE_ADDR=address)
        return [sign_in(browser, user, "wrong").status_code for _ in range(times)]

    def test_the_fifth_failure_locks_and_says_so(self, user):
        assert self.fail(user) == [200, 200, 200, 200, 429]
        response = sign_in(cast.a_browser(REMOTE_ADDR="10.0.0.1"), user)
        assert response.status_code == 429
        assert "登录暂停 15 分钟" in response.content.decode()
        assert not is_signed_in(response.client)

    def test_neither_the_account_elsewhere_nor_others_at_the_address(self, user):
        """A campus is one address: nobody can lock it, or somebody's account everywhere."""
        other = cast.a_user()
        self.fail(user)
        assert sign_in(cast.a_browser(REMOTE_ADDR="10.0.0.2"), user).status_code == 302
        assert sign_in(cast.a_browser(REMOTE_ADDR="10.0.0.1"), other).status_code == 302

    def test_a_forged_address_is_ignored(self, user):
        browser = cast.a_browser(REMOTE_ADDR="10.0.0.1")
        answers = [
            sign_in(browser, user, "wrong", headers={"X-Forwarded-For": f"10.1.0.{number}"}).status_code
            for number in range(5)
        ]
        assert answers[-1] == 429

    def test_after_fifteen_minutes_it_is_open_again(self, user):
        self.fail(user)
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            assert sign_in(cast.a_browser(REMOTE_ADDR="10.0.0.1"), user).status_code == 302

    def test_guesses_of_the_old_password_count_and_are_in_the_trail(self, user):
        """Whoever found the screen open does not find out the password on the page that changes it."""
        browser = cast.a_browser(user, REMOTE_ADDR="10.0.0.1")
        sent = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
        assert [browser.post("/password/", sent).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
        sent["old_password"] = cast.PASSWORD
        assert browser.post("/password/", sent).status_code == 429
        tried = AuditEntry.objects.filter(action="session.prove", outcome="denied")
        assert (tried.count(), User.objects.get(pk=user.pk).password) == (6, user.password)

    def test_a_success_forgets_the_failures(self, user):
        self.fail(user, times=4)
        assert sign_in(cast.a_browser(REMOTE_ADDR="10.0.0.1"), user).status_code == 302
        assert self.fail(user, times=4) == [200] * 4


class TestOneTimePassword:
    def test_it_opens_only_the_page_that_replaces_it(self, user):
        password = passwords.issue(user, by=None)
        browser = cast.a_browser()
        sign_in(browser, user, password)
        for address in ("/", "/members/", "/admin/", "/nowhere/"):
            assert browser.get(address)["Location"] == "/password/"
        assert "一次性密码" in browser.get("/password/").content.decode()
        sent = {"old_password": password, "new_password1": NEW, "new_password2": NEW}
        assert browser.post("/password/", sent)["Location"] == "/"
        after = User.objects.get(pk=user.pk)
        assert (after.must_change_password, after.initial_password_until) == (False, None)
        assert browser.get("/members/").status_code == 200

    def test_it_ends_after_three_days(self, user):
        password = passwords.issue(user, by=None)
        browser = cast.a_browser()
        with time_machine.travel(timezone.now() + timedelta(hours=73)):
            sign_in(browser, user, password)
            assert browser.get("/password/")["Location"] == "/login/?ended=1"
            assert "重新登录" in browser.get("/login/?ended=1").content.decode()

    def test_it_cannot_be_kept(self, user):
        password = passwords.issue(user, by=None)
        browser = cast.a_browser()
        sign_in(browser, user, password)
        sent = {"old_password": password, "new_password1": password, "new_password2": password}
        assert "不能和原密码相同" in str(browser.post("/password/", sent).context["form"].errors)

    @pytest.mark.parametrize("weak", ["short", "123456789012", "password1234", "u1-用户1"])
    def test_a_weak_one_is_refused(self, user, weak, settings):
        settings.AUTH_PASSWORD_VALIDATORS = deployed.AUTH_PASSWORD_VALIDATORS
        sent = {"old_password": cast.PASSWORD, "new_password1": weak, "new_password2": weak}
        assert cast.a_browser(user).post("/password/", sent).context["form"].errors

    def test_the_rules_answer_in_chinese_below_the_new_password(self, user, settings):
        settings.AUTH_PASSWORD_VALIDATORS = deployed.AUTH_PASSWORD_VALIDATORS
        sent = {"old_password": cast.PASSWORD, "new_password1": "1234567", "new_password2": "1234567"}
        form = cast.a_browser(user).post("/password/", sent).context["form"]
        assert form.errors == {
            "new_password1": [
                "新密码太短，至少要 12 个字符。",
                "这个密码太常见，容易被猜到，请换一个。",
                "新密码只是连续或者重复的字符，容易被猜到，请换一个。",
            ]
        }

    @pytest.mark.parametrize("configured", deployed.AUTH_PASSWORD_VALIDATORS, ids=lambda one: one["NAME"])
    def test_every_configured_rule_speaks_chinese(self, configured):
        [rule] = get_password_validators([configured])
        spoken = rule.get_error_message() + rule.get_help_text()
        assert not re.search("[a-zA-Z]", spoken), spoken

    def test_an_empty_field_is_called_by_its_name(self, user):
        text = cast.a_browser(user).post("/password/", {"old_password": ""}).content.decode()
        assert ("请填写原密码。" in text, "请再输入一次新密码。" in text) == (True, True)
        assert "必填项" not in text

    def test_a_change_ends_the_other_sessions(self, user):
        here, elsewhere = cast.a_browser(user), cast.a_browser(user)
        here.post("/password/", {"old_password": cast.PASSWORD, "new_password1": NEW, "new_password2": NEW})
        assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)
        assert AuditEntry.objects.get(action="password.change").actor == user
