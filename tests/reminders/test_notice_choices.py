"""Everybody's own channels, and what the system administrator sets up."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from reminders import choices
from reminders.models import NoticeChoice, WeComApp
from tests import cast
from tests.reminders.scene import a_reader
from tests.reminders.servers import a_web_server

NOTICES = reverse("notice_choices")
CHANNELS = reverse("message_channels")


@pytest.fixture
def app(db):
    app = WeComApp(corp_id="ww1", agent_id=1)
    app.secret = "old-secret"
    app.save()
    return app


class TestChoosing:
    def test_mail_is_on_for_whoever_has_an_address(self, db, settings):
        settings.MAIL_IS_ON = True
        known, unknown = a_reader(), a_reader(email="")
        assert choices.channels_of([known.pk, unknown.pk]) == {known.pk: {"mail"}, unknown.pk: set()}

    def test_only_what_is_set_up_counts(self, app):
        reader = a_reader()
        choices.choose(reader, mail=True, wecom=True)
        assert choices.channels_of([reader.pk])[reader.pk] == {"wecom"}
        WeComApp.objects.update(is_on=False)
        assert choices.channels_of([reader.pk])[reader.pk] == set()

    def test_the_page_keeps_the_choice_and_the_trail_says_so(self, app, settings):
        settings.MAIL_IS_ON = True
        reader = a_reader()
        answer = cast.a_browser(reader).post(NOTICES, {"wecom": "on"})
        assert (answer.status_code, answer.url) == (302, NOTICES)
        choice = NoticeChoice.objects.get()
        assert (choice.user, choice.mail, choice.wecom) == (reader, False, True)
        entry = AuditEntry.objects.get(action="notice.choose")
        assert (entry.before, entry.after) == (
            {"mail": True, "wecom": False},
            {"mail": False, "wecom": True},
        )

    def test_saving_what_is_shown_changes_nothing(self, db):
        """A channel that is not set up is not offered; what was chosen for it stays."""
        reader = a_reader()
        choices.choose(reader, mail=True, wecom=True)
        page = cast.a_browser(reader).get(NOTICES).content.decode()
        assert "学校还没有设置邮件服务器" in page
        cast.a_browser(reader).post(NOTICES, {"mail": "True", "wecom": "True"})
        choice = NoticeChoice.objects.get()
        assert (choice.mail, choice.wecom) == (True, True)

    def test_without_an_address_the_page_says_whom_to_ask(self, db, settings):
        settings.MAIL_IS_ON = True
        page = cast.a_browser(a_reader(email="")).get(NOTICES).content.decode()
        assert "您的账号还没有邮箱，请联系上级党组织的工作人员填写。" in page


class TestWeComApp:
    @pytest.fixture
    def browser(self, db):
        return cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))

    @pytest.fixture
    def server(self, settings):
        with a_web_server({}) as web:
            settings.MESSAGE_SERVERS = [web.url]
            yield web.url

    def test_it_is_set_up_once_and_the_secret_is_never_shown(self, browser, server):
        facts = {"server": server, "corp_id": "ww9", "agent_id": "7", "is_on": "on"}
        assert browser.post(CHANNELS, {**facts, "secret": "very-secret"}).status_code == 302
        assert browser.post(CHANNELS, {**facts, "agent_id": "8", "secret": ""}).status_code == 302
        app = WeComApp.objects.get()
        assert (app.agent_id, app.secret) == (8, "very-secret")
        assert "very-secret" not in browser.get(CHANNELS).content.decode()
        assert "very-secret" not in str(list(AuditEntry.objects.values()))

    @pytest.mark.parametrize(
        ("facts", "field", "reason"),
        [
            ({"server": "http://10.0.0.1"}, "server", "地址必须以 https:// 开头。"),
            ({"secret": ""}, "secret", "请填写应用的 Secret。"),
            (
                {"server": "{server}/cgi-bin"},
                "server",
                "服务器地址只写到主机名，例如 https://qyapi.weixin.qq.com。",
            ),
        ],
    )
    def test_what_is_wrong_is_said_beside_it(self, browser, server, facts, field, reason):
        right = {"server": server, "corp_id": "ww9", "agent_id": "7", "secret": "s"}
        facts = {name: value.format(server=server) for name, value in facts.items()}
        form = browser.post(CHANNELS, {**right, **facts}).context["form"]
        assert (form.errors[field], WeComApp.objects.exists()) == ([reason], False)

    def test_nobody_else_sees_the_page(self, db):
        school = cast.a_university()
        staff = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        assert staff.get(CHANNELS).status_code == 403
