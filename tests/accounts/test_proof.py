"""The password again before data leaves (ASVS 7.5.3), the list of sessions, and the two profiles of passwords."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import AuditEntry, SignedIn, UsedPassword
from branches.models import Branch
from branches.roles import Role
from config.passwords import PROFILES
from tests import cast

pytestmark = pytest.mark.django_db

#: Exports in which nobody's data stand: figures, plans and tasks of organisations.
OF_NOBODY = {
    "quarter_export",
    "figure_export",
    "case_export",
    "book_export",
    "plan_export",
    "assignment_export",
    "privacy_register_export",
}
#: Further pages that show or take out personal data.
OF_PEOPLE = {
    "member_unmask",
    "contact_phones",
    "development_papers",
    "development_record_pdf",
    "development_record_word",
    "import_wrong_rows",
    "branch_book",
    "review_sheet",
    "backup_codes_renew",
    "factor_set_up",
}


@pytest.fixture
def staff():
    return cast.a_user(Role.COMMITTEE_STAFF, cast.a_university().physics)


def later(**passed):
    return time_machine.travel(timezone.now() + timedelta(**passed), tick=False)


def names_asking():
    def walk(resolver):
        for each in resolver.url_patterns:
            yield from [each] if isinstance(each, URLPattern) else walk(each)

    found = [each for each in walk(get_resolver()) if each.name and ":" not in each.name]
    exports = {each.name for each in found if each.name.endswith(("_export", "_workbook"))}
    asking = {each.name for each in found if getattr(each.callback, "asks_again", False)}
    return exports, asking


def test_every_export_of_people_asks():
    exports, asking = names_asking()
    assert exports - asking == OF_NOBODY
    assert asking >= OF_PEOPLE


def is_file(answer):
    return answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")


class TestAskingAgain:
    EXPORT = reverse("roster_export")

    def test_not_right_after_signing_in(self, staff):
        browser = cast.a_browser(staff)
        with later(minutes=14):
            assert is_file(browser.post(self.EXPORT, {"q": "张"}))

    def test_what_was_sent_waits(self, staff):
        browser = cast.a_browser(staff)
        with later(minutes=16):
            asked = browser.post(self.EXPORT, {"q": "张", "status": ["full", "probationary"]})
            page = asked.content.decode()
            assert (asked.status_code, "再次输入密码" in page) == (200, True)
            assert '<input type="hidden" name="status" value="probationary">' in page
            assert not AuditEntry.objects.filter(action="roster.export").exists()
            wrong = browser.post(self.EXPORT, {"q": "张", "confirm_password": "wrong"})
            assert (wrong.status_code, "密码不对，请重新输入。" in wrong.content.decode()) == (422, True)
            outcomes = AuditEntry.objects.filter(action="session.prove").values_list("outcome", flat=True)
            assert list(outcomes) == ["denied"]
            done = browser.post(self.EXPORT, {"q": "张", "confirm_password": cast.PASSWORD})
            assert is_file(done)
            assert is_file(browser.post(self.EXPORT, {"q": "张"}))
        assert sorted(outcomes.all()) == ["denied", "done"]

    def test_the_page_leads_back_to_where_one_came_from(self, staff):
        """A file that is downloaded leaves the page standing; the address is no key of the export."""
        browser, list_ = cast.a_browser(staff), "http://testserver/members/?q=1"
        with later(minutes=16):
            asked = browser.post(self.EXPORT, {"q": "1"}, headers={"referer": list_})
            assert asked.context["back"] == list_
            wrong = browser.post(self.EXPORT, {**dict(asked.context["kept"]), "confirm_password": "wrong"})
            assert wrong.context["back"] == list_
            assert wrong.context["kept"] == [("q", "1"), ("came_from", list_)]
            led_away = browser.post(self.EXPORT, {}, headers={"referer": "https://elsewhere.example/"})
            assert led_away.context["back"] == "/"

    def test_also_for_a_list_of_the_admin(self, staff):
        browser, here = cast.a_browser(staff), reverse("admin:members_member_changelist")
        assert is_file(browser.post(f"{here}?q=1", {"export": "1"}))
        with later(minutes=16):
            assert "再次输入密码" in browser.post(here, {"export": "1"}).content.decode()
            assert is_file(browser.post(here, {"export": "1", "confirm_password": cast.PASSWORD}))

    def test_wrong_ones_count_towards_the_lock(self, staff):
        browser = cast.a_browser(staff)
        with later(minutes=16):
            answers = [browser.post(self.EXPORT, {"confirm_password": "wrong"}).status_code for _ in range(5)]
            assert answers == [422, 422, 422, 422, 429]

    def test_a_page_opened_by_a_link(self, staff):
        member = cast.a_member(cast.Branch.objects.get(short_name="物理教师党支部"))
        unmask = reverse("member_unmask", args=[member.pk])
        browser = cast.a_browser(staff)
        with later(minutes=16):
            led = browser.get(unmask)
            assert led.url == f"/confirm/?next={unmask.replace('/', '%2F')}"
            browser.get(led.url)
            assert browser.post("/confirm/", {"next": unmask, "confirm_password": "no"}).status_code == 422
            back = browser.post("/confirm/", {"next": unmask, "confirm_password": cast.PASSWORD})
            assert back.url == unmask
            assert browser.get(unmask).status_code == 200


class TestSessions:
    def test_listed_with_where_and_what(self, staff):
        browser = cast.a_browser(
            staff, headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"}
        )
        browser.post("/logout/")
        browser.post("/login/", {"username": staff.username, "password": cast.PASSWORD})
        page = browser.get("/security/").content.decode()
        assert ("微信，安卓" in page, "127.0.0.1" in page, "本机" in page) == (True, True, True)

    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/126 Safari/537 Edg/126",
                "Edge 浏览器，Windows 电脑",
            ),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) wxwork/4.1", "企业微信，苹果手机"),
            ("curl/8.0", "未识别的浏览器"),
            ("", "未识别的浏览器"),
        ],
    )
    def test_in_words(self, agent, words):
        assert sessions.in_words(agent) == words

    def test_another_one_is_ended_from_here(self, staff):
        here, elsewhere = cast.a_browser(staff), cast.a_browser(staff)
        other = SignedIn.objects.get(session_key=elsewhere.session.session_key)
        here.post(reverse("session_end", args=[other.pk]))
        assert (here.get("/members/").status_code, elsewhere.get("/members/").status_code) == (200, 302)
        assert AuditEntry.objects.get(action="session.end").actor == staff

    def test_all_others_at_once(self, staff):
        here, *others = (cast.a_browser(staff) for _ in range(3))
        assert "结束其他所有登录" in here.get("/security/").content.decode()
        here.post(reverse("sessions_end"))
        assert [one.get("/members/").status_code for one in (here, *others)] == [200, 302, 302]
        assert SignedIn.objects.filter(user=staff).count() == 1

    def test_after_a_while_the_password_is_asked_for_before(self, staff):
        """ASVS 7.5.2: whoever found the screen open ends nobody's session with it."""
        here, elsewhere = cast.a_browser(staff), cast.a_browser(staff)
        key = here.session.session_key
        with later(minutes=16):
            assert "再次输入密码" in here.post(reverse("sessions_end")).content.decode()
            assert elsewhere.get("/members/").status_code == 200
            here.post(reverse("sessions_end"), {"confirm_password": cast.PASSWORD})
            assert elsewhere.get("/members/").status_code == 302
        # Whoever proved himself again goes on under another key (ASVS 7.2.4).
        assert here.session.session_key != key

    def test_not_those_of_somebody_else(self, staff):
        theirs = SignedIn.objects.get(session_key=cast.a_browser(cast.a_user()).session.session_key)
        assert cast.a_browser(staff).post(reverse("session_end", args=[theirs.pk])).status_code == 404

    def test_gone_after_signing_out_and_moved_with_the_key(self, staff):
        browser = cast.a_browser(staff)
        new = "three quiet reading rooms"
        browser.post(
            "/password/", {"old_password": cast.PASSWORD, "new_password1": new, "new_password2": new}
        )
        assert SignedIn.objects.get(user=staff).session_key == browser.session.session_key
        browser.post("/logout/")
        assert not SignedIn.objects.exists()

    def test_when_it_was_used_last(self, staff):
        browser = cast.a_browser(staff)
        browser.get("/members/")
        with later(minutes=5):
            browser.get("/members/")
            assert SignedIn.objects.get().seen_at == timezone.now()


class TestProfiles:
    @pytest.fixture
    def user(self, settings, request):
        rules, settings.PASSWORD_DAYS = PROFILES[request.param]
        settings.AUTH_PASSWORD_VALIDATORS = rules
        return cast.a_user()

    @pytest.mark.parametrize(
        ("user", "password", "sentence"),
        [
            ("asvs", "three quiet rooms", ""),
            ("asvs", "二十四节气里最喜欢的是谷雨", ""),
            ("asvs", "x" * 20 + "long and longer " * 5, ""),
            ("asvs", "eleven char", "新密码太短，至少要 12 个字符。"),
            ("asvs", "branchbook2026", "只是本系统常用的词加数字"),
            ("asvs", "123456789012", "连续或者重复"),
            ("asvs", "abababababab", "连续或者重复"),
            ("djbh", "three quiet rooms", "至少要有大写字母、小写字母、数字、符号中的 3 类"),
            ("djbh", "Three quiet rooms", ""),
            ("djbh", "Short 1!", "新密码太短，至少要 10 个字符。"),
        ],
        indirect=["user"],
    )
    def test_what_each_takes(self, user, password, sentence):
        if not sentence:
            validate_password(password, user)
            return
        with pytest.raises(ValidationError, match=sentence):
            validate_password(password, user)

    @pytest.mark.parametrize("user", ["djbh"], indirect=True)
    def test_none_of_the_last_five(self, user):
        words = [
            "Quiet rooms 1",
            "Quiet rooms 2",
            "Quiet rooms 3",
            "Quiet rooms 4",
            "Quiet rooms 5",
            "Quiet rooms 6",
        ]
        for word in words:
            validate_password(word, user)
            user.set_password(word)
            user.save()
        for word in words[1:]:
            with pytest.raises(ValidationError, match="最近 5 次用过"):
                validate_password(word, user)
        validate_password(words[0], user)
        assert UsedPassword.objects.count() == 5

    @pytest.mark.parametrize("user", ["djbh", "asvs"], indirect=True)
    def test_half_a_year_only_where_it_is_asked(self, user, settings):
        with later(days=179):
            assert cast.a_browser(user).get("/security/").status_code == 200
        with later(days=181):
            answer = cast.a_browser(user).get("/security/")
            assert answer.status_code == (302 if settings.PASSWORD_DAYS else 200)
            if settings.PASSWORD_DAYS:
                assert "用得太久了" in cast.a_browser(user).get("/password/").content.decode()


class TestIssuingPasswords:
    """Whoever finds a desk unattended does not become somebody else."""

    def test_from_the_list_of_accounts(self):
        browser, other = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN)), cast.a_user()
        accounts = reverse("admin:accounts_user_changelist")
        chosen = {"action": "issue_passwords", "_selected_action": [other.pk]}
        with later(minutes=16):
            assert "再次输入密码" in browser.post(accounts, chosen).text
            assert not AuditEntry.objects.filter(action="password.issue").exists()
            slips = browser.post(accounts, {**chosen, "confirm_password": cast.PASSWORD})
        assert other.name in slips.text
        assert AuditEntry.objects.get(action="password.issue").object_id == str(other.pk)

    def test_for_holders_of_posts(self, staff):
        post = cast.a_post(cast.a_member(Branch.objects.leaves().order_by("pk")[0], "张三"))
        browser = cast.a_browser(staff)
        with later(minutes=16):
            asked = browser.post(reverse("accounts_provide"), {"post": [post.pk]})
            assert f'<input type="hidden" name="post" value="{post.pk}">' in asked.text
            sent = {"post": [post.pk], "confirm_password": cast.PASSWORD}
            assert "张三" in browser.post(reverse("accounts_provide"), sent).text

    def test_before_a_second_factor_is_reset(self):
        browser, other = cast.a_browser(cast.a_user(Role.SECURITY_ADMIN)), cast.a_user()
        address = f"{reverse('admin:accounts_user_changelist')}{other.pk}/second-factor/"
        with later(minutes=16):
            assert "重置动态验证码" in browser.get(address).text
            assert "再次输入密码" in browser.post(address, {"why": "手机丢失，已当面核对"}).text
            assert not AuditEntry.objects.filter(action="second_factor.reset_factor").exists()
            browser.post(address, {"why": "手机丢失，已当面核对", "confirm_password": cast.PASSWORD})
        assert AuditEntry.objects.get(action="second_factor.reset_factor").after == {
            "reason": "手机丢失，已当面核对"
        }

    def test_it_is_not_counted_with_what_is_taken_out(self, settings):
        settings.EXPORTS_IN_TEN_MINUTES = 1
        browser, other = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN)), cast.a_user()
        chosen = {"action": "issue_passwords", "_selected_action": [other.pk]}
        accounts = reverse("admin:accounts_user_changelist")
        assert [browser.post(accounts, chosen).status_code for _ in range(3)] == [200, 200, 200]
