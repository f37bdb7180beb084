"""Signing in through CAS and OpenID Connect, against a server of the test's own; what it may not be talked into."""

import json
import ssl
import time
from base64 import b64decode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts import passwords
from accounts.models import AuditEntry, SignOn, SignOnBinding
from accounts.sign_on import binding, keeping
from accounts.sign_on.fetching import SignOnError
from branches.roles import Role
from tests import cast
from tests.accounts.provider import KEY, OTHER_KEY, Provider, a_certificate

pytestmark = pytest.mark.django_db

XML = '<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">{}</cas:serviceResponse>'
FAILURE = XML.format('<cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure>')
SECRET = "s3cret/with?signs"


@pytest.fixture
def provider(settings):
    made = Provider()
    settings.SIGN_ON_SERVERS = [made.address]
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def admin():
    return cast.a_user(Role.SYSTEM_ADMIN)


@pytest.fixture
def user():
    return cast.a_user(Role.SECRETARY, cast.a_university().teachers)


def set_up(admin, provider, kind, **more):
    facts = {
        "kind": kind,
        "title": "统一身份认证",
        "server": f"{provider.address}/{kind}",
        "client_id": "branchbook",
        "secret": SECRET,
        "attribute": "",
        "has_factor": False,
        "is_on": True,
    }
    return keeping.set_up(**facts | more, by=admin)


def is_signed_in(browser):
    return browser.get("/members/").status_code == 200


def is_file(answer):
    return "attachment" in answer.get("Content-Disposition", "")


def said(browser):
    return browser.get("/login/").content.decode()


class TestCas:
    BACK = "/sign-on/back/"

    def ticket(self, provider, body):
        provider.answers["/cas/p3/serviceValidate"] = (200, XML.format(body))

    def success(self, name, attributes=""):
        return (
            f"<cas:authenticationSuccess><cas:user>{name}</cas:user>{attributes}</cas:authenticationSuccess>"
        )

    def signed_on(self, provider, user):
        """A browser in which ``user`` came from there."""
        browser = cast.a_browser()
        browser.get("/sign-on/")
        self.ticket(provider, self.success(user.username))
        browser.get(f"{self.BACK}?ticket=ST-1")
        return browser

    def test_there_and_back(self, provider, admin, user):
        set_up(admin, provider, "cas")
        browser = cast.a_browser()
        assert "统一身份认证登录" in said(browser)
        there = browser.get("/sign-on/?next=/members/")
        service = "http%3A%2F%2Ftestserver%2Fsign-on%2Fback%2F"
        assert there.url == f"{provider.address}/cas/login?service={service}"
        self.ticket(provider, self.success(user.username))
        back = browser.get(f"{self.BACK}?ticket=ST-1")
        assert (back.url, is_signed_in(browser)) == ("/members/", True)
        path, query, _, _ = provider.asked[-1]
        assert (path, query["ticket"]) == ("/cas/p3/serviceValidate", ["ST-1"])
        assert AuditEntry.objects.get(action="session.sign_on").actor == user

    def test_by_an_attribute(self, provider, admin, user):
        set_up(admin, provider, "cas", attribute="employeeNumber")
        browser = cast.a_browser()
        browser.get("/sign-on/")
        number = f"<cas:employeeNumber>{user.username}</cas:employeeNumber>"
        self.ticket(provider, self.success("someone@x", f"<cas:attributes>{number}</cas:attributes>"))
        browser.get(f"{self.BACK}?ticket=ST-1")
        assert is_signed_in(browser)

    def test_a_refused_ticket_says_why_and_the_local_way_stays(self, provider, admin, user):
        set_up(admin, provider, "cas")
        browser = cast.a_browser()
        browser.get("/sign-on/")
        provider.answers["/cas/p3/serviceValidate"] = (200, FAILURE)
        assert browser.get(f"{self.BACK}?ticket=ST-1").url == "/login/"
        assert "不认这张凭据（INVALID_TICKET）" in said(browser)
        browser.post("/login/", {"username": user.username, "password": cast.PASSWORD})
        assert is_signed_in(browser)

    def test_an_answer_is_believed_once_and_only_where_it_was_asked_for(self, provider, admin, user):
        set_up(admin, provider, "cas")
        self.ticket(provider, self.success(user.username))
        stranger = cast.a_browser()
        assert stranger.get(f"{self.BACK}?ticket=ST-1").url == "/login/"
        assert not is_signed_in(stranger)
        browser = cast.a_browser()
        browser.get("/sign-on/")
        browser.get(f"{self.BACK}?ticket=ST-1")
        browser.post("/logout/")
        browser.get(f"{self.BACK}?ticket=ST-1")
        assert not is_signed_in(browser)

    def test_another_site_begins_no_sign_in_and_none_is_ended_late(self, provider, admin, user):
        """It could bring its own ticket, and whoever sits here would go on in its account."""
        set_up(admin, provider, "cas")
        self.ticket(provider, self.success(user.username))
        browser = cast.a_browser()
        assert browser.get("/sign-on/", headers={"Sec-Fetch-Site": "cross-site"}).url == "/login/"
        browser.get(f"{self.BACK}?ticket=ST-1")
        assert not is_signed_in(browser)
        browser.get("/sign-on/", headers={"Sec-Fetch-Site": "same-origin"})
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            browser.get(f"{self.BACK}?ticket=ST-1")
            assert not is_signed_in(browser)

    @pytest.mark.parametrize("state", ["nobody", "closed"])
    def test_no_account_is_made(self, provider, admin, user, state):
        if state == "closed":
            user.is_active = False
            user.save()
        set_up(admin, provider, "cas")
        browser = cast.a_browser()
        browser.get("/sign-on/")
        self.ticket(provider, self.success("nobody" if state == "nobody" else user.username))
        browser.get(f"{self.BACK}?ticket=ST-1")
        assert "没有您的账号，或者账号已停用" in said(browser)
        entry = AuditEntry.objects.get(action="session.sign_on")
        assert (entry.outcome, user.username in str(entry.after)) == ("denied", False)

    def test_not_off_this_site(self, provider, admin, user):
        set_up(admin, provider, "cas")
        browser = cast.a_browser()
        browser.get("/sign-on/?next=//evil.example/")
        self.ticket(provider, self.success(user.username))
        assert browser.get(f"{self.BACK}?ticket=ST-1").url == "/"

    @pytest.mark.parametrize(
        ("answer", "sentence"),
        [
            ((200, "<html>hello"), "回应不是 XML"),
            ((200, '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "回应不是 XML"),
            ((200, XML.format("")), "回应里没有登录结果"),
            ((200, XML.format("<cas:authenticationSuccess/>")), "回应里没有“user”"),
            ((500, "broken"), "拒绝了请求（HTTP 500）"),
            ((302, "http://evil.example/"), "拒绝了请求（HTTP 302）"),
            ((200, "x" * (300 << 10)), "回应太长"),
        ],
    )
    def test_a_strange_answer(self, provider, admin, answer, sentence):
        set_up(admin, provider, "cas")
        browser = cast.a_browser()
        browser.get("/sign-on/")
        provider.answers["/cas/p3/serviceValidate"] = answer
        browser.get(f"{self.BACK}?ticket=ST-1")
        assert sentence in said(browser)

    def test_the_code_of_ours_is_asked_unless_theirs_was(self, provider, admin, user, settings):
        settings.SECOND_FACTOR, settings.SIGN_ON_FACTOR = "roles", True
        pages = []
        for has_factor in (False, True):
            set_up(admin, provider, "cas", has_factor=has_factor)
            pages.append(self.signed_on(provider, user).get("/members/").status_code)
        settings.SIGN_ON_FACTOR = False
        pages.append(self.signed_on(provider, user).get("/members/").status_code)
        assert pages == [302, 200, 302]

    def test_whether_they_ask_for_two_is_not_said_in_the_browser(self, provider, admin):
        """With another attribute beside it, the system administrator could enter any account (三员)."""
        with pytest.raises(SignOnError, match="SIGN_ON_FACTOR"):
            set_up(admin, provider, "cas", has_factor=True)
        sent = {**TestSettingUp.SENT, "server": f"{provider.address}/cas", "has_factor": "on"}
        answer = cast.a_browser(admin).post(TestSettingUp.PAGE, sent)
        assert list(answer.context["form"].errors) == ["has_factor"]

    def test_who_never_used_his_one_time_password_gets_in(self, provider, admin, user):
        """It is for signing in here, and runs out after three days."""
        set_up(admin, provider, "cas")
        passwords.issue(user, by=None)
        with time_machine.travel(timezone.now() + timedelta(days=4)):
            assert is_signed_in(self.signed_on(provider, user))

    def test_coming_back_from_there_proves_nobody(self, provider, admin, user):
        """The service knows the browser, so whoever found it open could sign on again, and take everything out."""
        set_up(admin, provider, "cas")
        browser = self.signed_on(provider, user)
        asked = browser.post(reverse("roster_export"), headers={"referer": "http://testserver/members/"})
        assert "再次输入密码" in asked.text
        again = "/sign-on/?again=1&amp;next=http%3A//testserver/members/"
        assert again in asked.text
        there = browser.get(again.replace("&amp;", "&"))
        assert there.url.endswith("&renew=true")
        assert browser.get(f"{self.BACK}?ticket=ST-2").url == "http://testserver/members/"
        assert provider.asked[-1][1]["renew"] == ["true"]
        assert is_file(browser.post(reverse("roster_export")))

    def test_before_a_factor_is_set_up_the_service_may_ask_again(self, provider, admin, user, settings):
        """Who has no password here would otherwise be led from one page to the other."""
        set_up(admin, provider, "cas")
        settings.SECOND_FACTOR = "roles"
        browser, factor = self.signed_on(provider, user), reverse("factor_set_up")
        assert browser.get(factor).url.startswith("/confirm/")
        browser.get(f"/sign-on/?again=1&next={factor}")
        assert browser.get(f"{self.BACK}?ticket=ST-2").url == factor
        assert browser.get(factor).status_code == 200

    def test_nor_does_a_one_time_password_that_has_run_out(self, provider, admin, user):
        set_up(admin, provider, "cas")
        password = passwords.issue(user, by=None)
        with time_machine.travel(timezone.now() + timedelta(days=4)):
            browser = self.signed_on(provider, user)
            answer = browser.post(reverse("roster_export"), {"confirm_password": password})
            assert (answer.status_code, "密码不对" in answer.text) == (422, True)


class TestOidc:
    @pytest.fixture
    def service(self, provider, admin):
        base = f"{provider.address}/oidc"
        told = {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
        }
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {
            "kid": "1",
            "alg": "RS256",
        }
        provider.answers["/oidc/.well-known/openid-configuration"] = (200, json.dumps(told))
        provider.answers["/oidc/keys"] = (200, json.dumps({"keys": [public]}))
        return set_up(admin, provider, "oidc")

    def come_back(self, provider, browser, user, *, key=KEY, algorithm="RS256", begin="", **changes):
        """Through the authorization and back; ``changes`` are to the claims."""
        there = parse_qs(urlsplit(browser.get(f"/sign-on/?next=/members/{begin}").url).query)
        now = int(time.time())
        claims = {
            "iss": f"{provider.address}/oidc",
            "aud": "branchbook",
            "sub": "1",
            "iat": now,
            "exp": now + 300,
            "nonce": there["nonce"][0],
            "preferred_username": user.username,
        }
        signed = jwt.encode(claims | changes, key, algorithm, headers={"kid": "1"})
        provider.answers["/oidc/token"] = (200, json.dumps({"id_token": signed}))
        return there, browser.get(f"/sign-on/back/?code=c0de&state={there['state'][0]}")

    def test_there_and_back(self, provider, service, user):
        browser = cast.a_browser()
        there, back = self.come_back(provider, browser, user)
        assert (back.url, is_signed_in(browser)) == ("/members/", True)
        assert (there["code_challenge_method"], there["client_id"]) == (["S256"], ["branchbook"])
        _, _, form, headers = next(asked for asked in provider.asked if asked[0] == "/oidc/token")
        assert form["code"] == ["c0de"]
        assert len(form["code_verifier"][0]) >= 43
        assert (
            b64decode(headers["Authorization"].removeprefix("Basic ")) == b"branchbook:s3cret%2Fwith%3Fsigns"
        )

    @pytest.mark.parametrize(
        "changes",
        [
            {"nonce": "another"},
            {"aud": "another"},
            {"iss": "https://evil.example"},
            {"exp": int(time.time()) - 300},
            {"key": OTHER_KEY},
            {"key": "shared" * 8, "algorithm": "HS256"},
            {"key": None, "algorithm": "none"},
            {"preferred_username": ""},
        ],
        ids="-".join,
    )
    def test_a_token_that_is_not_right(self, provider, service, user, changes):
        browser = cast.a_browser()
        _, back = self.come_back(provider, browser, user, **changes)
        assert (back.url, is_signed_in(browser)) == ("/login/", False)
        assert "身份令牌" in said(browser)

    @pytest.mark.parametrize(("seconds", "is_taken"), [(None, False), (-120, False), (0, True)])
    def test_asked_again_over_there(self, provider, service, user, seconds, is_taken):
        """``auth_time`` says when the credentials were asked for."""
        browser = cast.a_browser()
        told = {} if seconds is None else {"auth_time": int(time.time()) + seconds}
        there, back = self.come_back(provider, browser, user, begin="&again=1", **told)
        assert (there["prompt"], there["max_age"]) == (["login"], ["0"])
        assert back.url == ("/members/" if is_taken else "/login/")
        assert is_file(browser.post(reverse("roster_export"))) == is_taken

    def test_an_account_belongs_to_who_signed_on_first(self, provider, service, user, admin):
        self.come_back(provider, cast.a_browser(), user, sub="u-1")
        again, stranger = cast.a_browser(), cast.a_browser()
        self.come_back(provider, again, user, sub="u-1")
        assert self.come_back(provider, stranger, user, sub="u-2")[1].url == "/login/"
        assert (is_signed_in(again), is_signed_in(stranger)) == (True, False)
        assert "已绑定统一身份认证中的另一个人" in said(stranger)
        refused = AuditEntry.objects.get(action="session.sign_on", outcome="denied")
        assert (refused.object_id, AuditEntry.objects.filter(action="sign_on.bind").count()) == (
            str(user.pk),
            1,
        )
        binding.release(user, by=admin, why="换了学工号")
        self.come_back(provider, stranger, user, sub="u-2")
        assert is_signed_in(stranger)

    def test_who_is_bound_is_not_taken_for_another(self, provider, service, user):
        self.come_back(provider, cast.a_browser(), user, sub="u-1")
        browser = cast.a_browser()
        self.come_back(provider, browser, cast.a_user(), sub="u-1")
        assert not is_signed_in(browser)
        assert "已绑定支部簿的另一个账号" in said(browser)

    def test_another_server_binds_anew(self, provider, service, user):
        SignOnBinding.objects.create(user=user, server="https://old.example.edu.cn", subject="9")
        browser = cast.a_browser()
        self.come_back(provider, browser, user, sub="u-1")
        assert is_signed_in(browser)
        assert SignOnBinding.objects.get().subject == "u-1"

    def test_only_another_releases_and_says_why(self, admin, user):
        for by, why in ((user, "换了学工号"), (admin, "换")):
            with pytest.raises(SignOnError):
                binding.release(user, by=by, why=why)

    def test_another_browsers_state(self, provider, service, user):
        browser, other = cast.a_browser(), cast.a_browser()
        browser.get("/sign-on/")
        there, _ = self.come_back(provider, other, user)
        assert browser.get(f"/sign-on/back/?code=c0de&state={there['state'][0]}").url == "/login/"
        assert "不是从这个浏览器开始的" in said(browser)

    def test_refused_over_there(self, provider, service):
        browser = cast.a_browser()
        browser.get("/sign-on/")
        browser.get("/sign-on/back/?error=access_denied")
        assert "没有同意登录" in said(browser)

    def test_tried_out(self, provider, service):
        assert keeping.try_out(service).startswith("连接正常：对方是 OpenID Connect 服务器")
        service.server += "/x"
        with pytest.raises(SignOnError, match="HTTP 404"):
            keeping.try_out(service)

    def test_a_server_that_sends_the_secret_elsewhere(self, provider, service, user):
        """What it tells of itself leads to no other server than the settings name."""
        told = json.loads(provider.answers["/oidc/.well-known/openid-configuration"][1])
        told["token_endpoint"] = "https://evil.example/token"
        provider.answers["/oidc/.well-known/openid-configuration"] = (200, json.dumps(told))
        browser = cast.a_browser()
        self.come_back(provider, browser, user)
        assert "不在设置 SIGN_ON_SERVERS 里" in said(browser)


class TestSettingUp:
    PAGE = reverse("sign_on_set_up")
    SENT = {
        "kind": "cas",
        "title": "学校统一身份认证",
        "attribute": "",
        "client_id": "",
        "secret": "",
        "is_on": "on",
    }

    def test_no_proxy_of_the_environment_is_between(self, provider, admin, monkeypatch):
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        provider.answers["/cas/p3/serviceValidate"] = (200, FAILURE)
        assert keeping.try_out(set_up(admin, provider, "cas")).startswith("连接正常")

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, provider, admin, settings, tmp_path):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(a_certificate(tmp_path))
        provider.server.socket = context.wrap_socket(provider.server.socket, server_side=True)
        settings.SIGN_ON_SERVERS = [provider.address.replace("http:", "https:")]
        service = set_up(admin, provider, "cas", server=f"{settings.SIGN_ON_SERVERS[0]}/cas")
        with pytest.raises(SignOnError, match="证书不可信"):
            keeping.try_out(service)

    def test_tried_at_once(self, provider, admin):
        browser = cast.a_browser(admin)
        provider.answers["/cas/p3/serviceValidate"] = (200, FAILURE)
        sent = self.SENT | {"server": f"{provider.address}/cas"}
        answer = browser.post(self.PAGE, sent | {"try": "1"}, follow=True).content.decode()
        assert "连接正常：对方是 CAS 服务器" in answer
        provider.answers["/cas/p3/serviceValidate"] = (200, "<html>")
        answer = browser.post(self.PAGE, sent | {"try": "1"}, follow=True).content.decode()
        assert "测试没有通过：服务器的回应不是 XML" in answer

    def test_only_servers_of_the_settings(self, provider, admin):
        answer = cast.a_browser(admin).post(self.PAGE, self.SENT | {"server": "https://evil.example/cas"})
        assert "“https://evil.example”不在设置 SIGN_ON_SERVERS 里" in answer.content.decode()
        assert not SignOn.objects.exists()

    def test_the_secret_is_sealed_kept_and_never_shown(self, provider, admin):
        service = set_up(admin, provider, "oidc")
        assert SECRET not in service.secret_cipher
        browser = cast.a_browser(admin)
        assert SECRET not in browser.get(self.PAGE).content.decode()
        sent = self.SENT | {"kind": "oidc", "client_id": "b", "server": f"{provider.address}/oidc"}
        browser.post(self.PAGE, sent)
        assert SignOn.objects.get().secret == SECRET
        assert SECRET not in str(list(AuditEntry.objects.values_list("before", "after")))

    def test_openid_needs_its_names(self, provider, admin):
        with pytest.raises(SignOnError, match="须填写客户端编号和密钥"):
            set_up(admin, provider, "oidc", secret="")

    def test_switched_off_it_is_not_there(self, provider, admin):
        set_up(admin, provider, "cas", is_on=False)
        browser = cast.a_browser()
        assert "统一身份认证登录" not in said(browser)
        assert browser.get("/sign-on/").status_code == 404

    @pytest.mark.parametrize(("address", "sentence"), [("http://127.0.0.1:9", "连不上 127.0.0.1:9")])
    def test_nobody_there(self, admin, provider, settings, address, sentence):
        settings.SIGN_ON_SERVERS = [address]
        service = set_up(admin, provider, "cas", server=f"{address}/cas")
        with pytest.raises(SignOnError, match=sentence):
            keeping.try_out(service)
