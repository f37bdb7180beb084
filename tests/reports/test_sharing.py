"""The address of a page of figures, copied or sent to oneself; and the statistics as a PDF."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from reminders import to_oneself
from tests import cast
from tests.fonts import needs_fonts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]

PAGE = {"address": "/statistics/2026Q3/?category=staff", "title": "2026年三季度组织生活统计"}


@pytest.fixture
def leader(school):
    user = cast.a_user(Role.LEADER, school.root, name="陈静之")
    user.email = "chen@example.org"
    user.save()
    return user


@pytest.fixture
def browser(client, leader):
    client.force_login(leader)
    return client


@pytest.fixture
def mails(settings):
    settings.MAIL_IS_ON = True
    settings.SITE_URL = "https://party.example.org"


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def test_the_whole_address_stands_in_a_field(browser, mails):
    page = browser.get(reverse("share"), PAGE).content.decode()
    assert 'readonly value="https://party.example.org/statistics/2026Q3/?category=staff"' in page


def test_sent_to_oneself_by_mail(browser, leader, mails):
    answer = browser.post(reverse("share"), {**PAGE, "way": "mail"}, follow=True)
    assert told(answer) == ["已发送到您的邮箱。"]
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["chen@example.org"], "支部簿：2026年三季度组织生活统计")
    assert "https://party.example.org/statistics/2026Q3/?category=staff" in sent.body
    entry = AuditEntry.objects.get(action="link.send")
    assert (entry.actor, entry.after) == (leader, {"channel": "mail", "page": PAGE["address"]})


def test_sent_to_oneself_by_wecom(browser, leader, monkeypatch):
    sent = []
    monkeypatch.setattr(to_oneself.choices, "open_channels", lambda: {"wecom"})
    monkeypatch.setattr(
        to_oneself.channels, "send", lambda delivery, message: sent.append((delivery, message))
    )
    answer = browser.post(reverse("share"), {**PAGE, "way": "wecom"}, follow=True)
    assert told(answer) == ["已发送到您的企业微信。"]
    assert [(delivery.recipient, message.lines[0].text) for delivery, message in sent] == [
        (leader, PAGE["title"])
    ]


@pytest.mark.parametrize("way", ["mail", "wecom", "robot", ""])
def test_what_is_not_set_up_is_said(browser, way):
    answer = browser.post(reverse("share"), {**PAGE, "way": way}, follow=True)
    assert told(answer) == ["学校还没有设置这个渠道，请复制链接，或换一个渠道。"]
    assert not AuditEntry.objects.filter(action="link.send").exists()


def test_without_an_address_for_mail(browser, leader, mails):
    leader.email = ""
    leader.save()
    answer = browser.post(reverse("share"), {**PAGE, "way": "mail"}, follow=True)
    assert told(answer) == ["您的账号还没有邮箱，请联系上级党组织的工作人员填写。"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://elsewhere.example/dashboard/",
        "//elsewhere.example/dashboard/",
        "/me/",
        "/dashboard/#x",
        "x",
        "/" * 1001,
    ],
)
def test_only_pages_of_figures(browser, address):
    answer = browser.get(reverse("share"), {**PAGE, "address": address}, follow=True)
    assert told(answer) == ["这个页面不能转发，请从驾驶舱或统计表打开“转发”。"]


def test_a_title_cannot_add_lines_to_the_mail(browser, mails):
    browser.post(reverse("share"), {**PAGE, "title": "统计\nBcc: x@example.org", "way": "mail"})
    assert mail.outbox[0].subject == "支部簿：统计 Bcc: x@example.org"


@needs_fonts
def test_the_statistics_as_a_pdf(browser, leader):
    answer = browser.post(reverse("quarter_paper", args=["2026Q3"]), {"category": "staff"})
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    entry = AuditEntry.objects.get(action="statistics.export")
    assert (entry.actor, entry.after["category"]) == (leader, "staff")


def test_without_a_font_a_sentence_and_no_trace(browser, monkeypatch):
    from lib import typesetting

    def refuse(*_):
        raise typesetting.CannotTypeset(typesetting.NO_FONT)

    monkeypatch.setattr(typesetting, "pdf", refuse)
    answer = browser.post(reverse("quarter_paper", args=["2026Q3"]), follow=True)
    assert told(answer) == [typesetting.NO_FONT]
    assert not AuditEntry.objects.filter(action="statistics.export").exists()
