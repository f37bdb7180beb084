"""T52: the second factor. Codes of the app and backup codes, each good once; who needs one; what a reset may do."""

import re
from base64 import b32decode
from datetime import date, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.hashers import identify_hasher
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts import factors, passwords
from accounts.models import AuditEntry, BackupCode, SecondFactor, User
from branches import second_factor
from branches.models import FactorExemption
from branches.roles import Role
from lib.encryption import blind_index
from tests import cast

pytestmark = pytest.mark.django_db

CHECK, SET_UP = "/security/second-factor/code/", "/security/second-factor/"
SECURITY = "/security/"


@pytest.fixture(autouse=True)
def asked(settings):
    settings.SECOND_FACTOR = "roles"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def secretary(school):
    return cast.a_user(Role.SECRETARY, school.teachers)


def code_of(user, *, steps=0):
    """What the app shows now, or so many steps of half a minute later."""
    totp = TOTP(b32decode(SecondFactor.objects.get(user=user).secret), 6, SHA1(), 30)
    return totp.generate(int(timezone.now().timestamp()) + 30 * steps).decode()


def with_factor(user):
    """The backup codes; the code of this half minute is used up."""
    factors.propose(user)
    return factors.confirm(user, code_of(user))


def later(seconds=60):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


class TestSettingUp:
    def test_before_anything_else(self, secretary):
        browser = cast.a_browser(secretary)
        led = browser.get("/members/?q=x")
        assert led.url == f"{SET_UP}?next=%2Fmembers%2F%3Fq%3Dx"
        assert browser.post("/members/", {}).url == SET_UP
        assert browser.get("/members/", headers={"HX-Request": "true"})["HX-Redirect"] == SET_UP

    def test_by_a_code_of_the_app(self, secretary):
        browser = cast.a_browser(secretary)
        page = browser.get(f"{SET_UP}?next=/members/")
        assert "<svg" in page.content.decode()
        assert browser.get(SET_UP).content != b""
        wrong = browser.post(SET_UP, {"code": "000000", "next": "/members/"})
        assert (wrong.status_code, "验证码不对" in wrong.content.decode()) == (422, True)
        before = browser.session.session_key
        done = browser.post(SET_UP, {"code": code_of(secretary), "next": "/members/"}).content.decode()
        codes = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", done)
        assert (len(set(codes)), 'href="/members/"' in done) == (10, True)
        assert browser.get("/members/").status_code == 200
        assert browser.session.session_key != before
        assert AuditEntry.objects.filter(action="second_factor.switch_on").count() == 1

    def test_the_address_is_what_apps_read(self, secretary):
        factor = factors.propose(secretary)
        address = factors.address_of(factor)
        assert address.startswith(
            f"otpauth://totp/%E6%94%AF%E9%83%A8%E7%B0%BF%3A{secretary.username}?secret="
        )
        assert "digits=6&period=30" in address
        assert factors.propose(secretary).secret == factor.secret

    def test_a_secret_that_another_session_saw_is_not_used(self, secretary):
        """Whoever knew the one-time password for a while must not know the secret that is then confirmed."""
        stranger, browser = cast.a_browser(secretary), cast.a_browser(secretary)
        stranger.get(SET_UP)
        seen = factors.propose(secretary).secret
        browser.get(SET_UP)
        assert factors.propose(secretary).secret != seen
        assert stranger.post(SET_UP, {"code": code_of(secretary)}).status_code == 422
        assert secretary.second_factor_at is None

    def test_the_password_is_asked_for_where_the_sign_in_was_long_ago(self, secretary):
        browser = cast.a_browser(secretary)
        with later(16 * 60):
            led = browser.get(SET_UP).url
            assert led == f"/confirm/?next={SET_UP.replace('/', '%2F')}"
            assert browser.get(led).status_code == 200
            browser.post("/confirm/", {"next": SET_UP, "confirm_password": cast.PASSWORD})
            assert browser.get(SET_UP).status_code == 200

    def test_neither_secret_nor_codes_stand_in_clear(self, secretary):
        codes = with_factor(secretary)
        row = SecondFactor.objects.get(user=secretary)
        assert row.secret not in row.secret_cipher
        kept = set(BackupCode.objects.values_list("hash", flat=True))
        assert not kept & {code.replace("-", "") for code in codes}
        assert {identify_hasher(each).algorithm for each in kept} == {"md5"}  # as passwords in tests
        assert len({each.split("$")[1] for each in kept}) == 10

    def test_an_outsider_is_led_nowhere_else(self, secretary):
        browser = cast.a_browser(secretary)
        browser.get(SET_UP)
        done = browser.post(SET_UP, {"code": code_of(secretary), "next": "//evil.example/"})
        assert 'href="/"' in done.content.decode()


class TestEachSession:
    def test_asks_for_a_code(self, secretary):
        with_factor(secretary)
        browser = cast.a_browser(secretary)
        assert browser.get("/members/").url == f"{CHECK}?next=%2Fmembers%2F"
        with later():
            led = browser.post(CHECK, {"code": code_of(secretary), "next": "/members/"})
            assert led.url == "/members/"
            assert browser.get("/members/").status_code == 200
            assert cast.a_browser(secretary).get("/members/").status_code == 302

    def test_a_code_is_good_once(self, secretary):
        with_factor(secretary)
        with later():
            code = code_of(secretary)
            factors.check(secretary, code)
            with pytest.raises(factors.FactorError, match="已经用过"):
                factors.check(secretary, code)

    @pytest.mark.parametrize(
        ("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
    )
    def test_half_a_minute_of_drift(self, secretary, steps, is_taken):
        with_factor(secretary)
        with later(300):
            code = code_of(secretary, steps=steps)
            if is_taken:
                factors.check(secretary, code)
            else:
                with pytest.raises(factors.FactorError):
                    factors.check(secretary, code)

    def test_an_older_one_than_was_used_is_not_taken(self, secretary):
        with_factor(secretary)
        with later(300):
            factors.check(secretary, code_of(secretary, steps=1))
            with pytest.raises(factors.FactorError):
                factors.check(secretary, code_of(secretary))

    def test_a_backup_code_is_good_once(self, secretary):
        first, second, *_ = with_factor(secretary)
        factors.check(secretary, f" {first.upper()} ")
        with pytest.raises(factors.FactorError):
            factors.check(secretary, first)
        factors.check(secretary, second.replace("-", ""))
        assert factors.codes_left(secretary) == 8

    def test_a_backup_code_with_a_keyed_hash_of_before_is_good_once(self, secretary):
        with_factor(secretary)
        BackupCode.objects.filter(pk=BackupCode.objects.first().pk).update(
            hash=blind_index("backup_code", "abcdefghjk")
        )
        factors.check(secretary, "abcde-fghjk")
        assert factors.codes_left(secretary) == 9
        with pytest.raises(factors.FactorError):
            factors.check(secretary, "abcde-fghjk")

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "abcdef", "-----"])
    def test_what_is_no_code(self, secretary, code):
        with_factor(secretary)
        with pytest.raises(factors.FactorError):
            factors.check(secretary, code)

    def test_the_fifth_wrong_one_closes_for_a_quarter(self, secretary):
        with_factor(secretary)
        with later(300):
            for _ in range(5):
                with pytest.raises(factors.FactorError, match="验证码不对"):
                    factors.check(secretary, "000000")
            with pytest.raises(factors.FactorError, match="连续输错 5 次，请 15 分钟后再试"):
                factors.check(secretary, code_of(secretary))
        with later(300 + 15 * 60 + 1):
            factors.check(secretary, code_of(secretary))
        assert AuditEntry.objects.filter(action="second_factor.enter", outcome="denied").count() == 5

    def test_a_right_one_forgets_the_wrong_ones(self, secretary):
        with_factor(secretary)

        def miss(times):
            for _ in range(times):
                with pytest.raises(factors.FactorError, match="验证码不对"):
                    factors.check(secretary, "000000")

        with later(300):
            miss(4)
            factors.check(secretary, code_of(secretary))
            miss(4)

    def test_sign_out_is_always_open(self, secretary):
        with_factor(secretary)
        assert cast.a_browser(secretary).post("/logout/").url == "/login/"

    def test_a_new_password_does_not_go_around_it(self, secretary):
        with_factor(secretary)
        password = passwords.issue(secretary, by=None)
        browser = cast.a_browser()
        browser.post("/login/", {"username": secretary.username, "password": password})
        new = "three quiet reading rooms"
        browser.post("/password/", {"old_password": password, "new_password1": new, "new_password2": new})
        assert browser.get("/members/").url.startswith(CHECK)


class TestWhoNeedsOne:
    @pytest.mark.parametrize("role", [role for role in Role if role != Role.STATION_HEAD])
    def test_whoever_holds_a_role(self, school, role):
        place = () if role in ("system_admin", "security_admin", "auditor") else (school.teachers,)
        assert factors.needed(cast.a_user(role, *place))

    def test_a_member_only_where_all_do(self, settings):
        member = cast.a_user()
        assert not factors.needed(member)
        settings.SECOND_FACTOR = "all"
        assert factors.needed(member)

    def test_a_role_given_during_the_session_counts_at_once(self, school):
        user = cast.a_user()
        browser = cast.a_browser(user)
        assert browser.get(SECURITY).status_code == 200
        cast.give(user, Role.SECRETARY, school.teachers)
        assert browser.get(SECURITY).url.startswith(SET_UP)

    def test_nobody_in_a_trial(self, secretary, settings):
        settings.SECOND_FACTOR = "off"
        assert cast.a_browser(secretary).get("/members/").status_code == 200

    def test_who_set_it_up_freely_is_asked_everywhere(self, settings):
        settings.SECOND_FACTOR = "off"
        member = cast.a_user()
        with_factor(member)
        assert cast.a_browser(member).get(SECURITY).url.startswith(CHECK)


class TestExemptions:
    CITATION = "校信办〔2026〕3号，2026年3月1日"

    def exempt(self, role=Role.ATTENDANCE_TAKER, **more):
        facts = {"citation": self.CITATION, "since": date(2026, 3, 1), "until": None}
        return second_factor.exempt(role, **facts | more, by=cast.a_user(Role.SECURITY_ADMIN))

    def test_of_a_role_by_a_document(self, school):
        taker = cast.a_user(Role.ATTENDANCE_TAKER, school.teachers)
        made = self.exempt()
        assert not factors.needed(taker)
        both = cast.a_user(Role.ATTENDANCE_TAKER, school.teachers)
        cast.give(both, Role.SECRETARY, school.teachers)
        assert factors.needed(both)
        second_factor.end(made, on=timezone.localdate() - timedelta(days=1), by=cast.a_user())
        assert factors.needed(cast.a_user(Role.ATTENDANCE_TAKER, school.teachers))

    @pytest.mark.parametrize("role", sorted(second_factor.ALWAYS))
    def test_never_of_who_sees_most(self, role):
        with pytest.raises(second_factor.ExemptionError, match="不能免除"):
            self.exempt(role)

    def test_not_without_a_document(self):
        with pytest.raises(second_factor.ExemptionError, match="请写明依据"):
            self.exempt(citation="领导")

    def test_by_the_security_administrator_in_the_admin(self, settings):
        settings.SECOND_FACTOR = "off"
        browser = cast.a_browser(cast.a_user(Role.SECURITY_ADMIN))
        add = reverse("admin:branches_factorexemption_add")
        page = browser.get(add).content.decode()
        assert ('value="attendance_taker"' in page, 'value="security_admin"' in page) == (True, False)
        sent = {"role": "attendance_taker", "citation": self.CITATION, "since": "2026-03-01", "until": ""}
        assert browser.post(add, sent).status_code == 302
        made = FactorExemption.objects.get()
        change = reverse("admin:branches_factorexemption_change", args=[made.pk])
        browser.post(change, {"until": "2026-06-30"})
        made.refresh_from_db()
        assert (made.until, made.by.name != "") == (date(2026, 6, 30), True)
        actions = AuditEntry.objects.filter(action__startswith="second_factor").order_by("at")
        assert list(actions.values_list("action", flat=True)) == [
            "second_factor.exempt_role",
            "second_factor.end_exemption",
        ]


class TestLosingThePhone:
    def address(self, user):
        return reverse("admin:accounts_user_second-factor", args=[user.pk])

    def test_reset_by_the_security_administrator(self, secretary, settings):
        with_factor(secretary)
        settings.SECOND_FACTOR = "off"
        browser = cast.a_browser(cast.a_user(Role.SECURITY_ADMIN))
        page = browser.get(reverse("admin:accounts_user_change", args=[secretary.pk])).content.decode()
        assert self.address(secretary) in page
        assert "至少 4 个字" in browser.post(self.address(secretary), {"why": "丢"}).content.decode()
        browser.post(self.address(secretary), {"why": "手机遗失，已当面核对"})
        assert User.objects.get(pk=secretary.pk).second_factor_at is None
        entry = AuditEntry.objects.get(action="second_factor.reset_factor")
        assert (entry.object_id, entry.after) == (str(secretary.pk), {"reason": "手机遗失，已当面核对"})

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.ORGANIZATION_STAFF])
    def test_not_by_whoever_gives_passwords(self, secretary, school, settings, role):
        """Together they would be a way into the account for one person."""
        with_factor(secretary)
        settings.SECOND_FACTOR = "off"
        browser = cast.a_browser(cast.a_user(role, *([] if role == Role.SYSTEM_ADMIN else [school.root])))
        assert browser.post(self.address(secretary), {"why": "手机遗失，已当面核对"}).status_code == 403
        assert User.objects.get(pk=secretary.pk).second_factor_at is not None

    def test_nobody_resets_his_own(self):
        admin = cast.a_user(Role.SECURITY_ADMIN)
        with pytest.raises(factors.FactorError, match="由另一位安全管理员重置"):
            factors.remove(admin, by=admin, why="手机遗失，已核对")

    def test_the_command_for_when_nobody_else_is_there(self, secretary, capsys):
        with pytest.raises(CommandError, match="没有启用动态验证码"):
            call_command("reset_second_factor", secretary.username, why="手机遗失")
        with_factor(secretary)
        call_command("reset_second_factor", secretary.username, why="手机遗失，当面核对")
        assert "已重置" in capsys.readouterr().out
        assert not SecondFactor.objects.exists()
        with pytest.raises(CommandError, match="没有账号“nobody”"):
            call_command("reset_second_factor", "nobody", why="手机遗失")


class TestOwnPage:
    def signed_in(self, user):
        browser = cast.a_browser(user)
        if user.second_factor_at:
            with later():
                browser.post(CHECK, {"code": code_of(user)})
        return browser

    def test_new_backup_codes(self, secretary):
        old = with_factor(secretary)
        browser = self.signed_in(secretary)
        assert "备用码还有 10 个没有用" in browser.get(SECURITY).content.decode()
        page = browser.post(f"{SET_UP}backup/").content.decode()
        assert "以前的备用码都已作废" in page
        with pytest.raises(factors.FactorError):
            factors.check(secretary, old[0])

    def test_switched_off_only_where_nobody_asks_for_it(self, secretary, settings):
        with_factor(secretary)
        browser = self.signed_in(secretary)
        browser.post(f"{SET_UP}off/")
        assert User.objects.get(pk=secretary.pk).second_factor_at is not None
        settings.SECOND_FACTOR = "off"
        browser.post(f"{SET_UP}off/")
        assert User.objects.get(pk=secretary.pk).second_factor_at is None
