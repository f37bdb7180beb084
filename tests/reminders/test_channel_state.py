"""Each channel on the page of the system's state: set up or not, last sent, what has not gone out and why."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from branches.roles import Role
from reminders import channel_state, first_steps, health
from reminders.models import Delivery, Robot
from tests import cast

#: PostgreSQL is also asked what the role may do.
QUERIES = 17 if connection.vendor == "sqlite" else 18
REHEARSAL = {"file": "branchbook-20261020-023000.backup", "report": "rehearsal-20261020-100000.txt"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
        yield


def a_delivery(channel="mail", day=20, **more):
    return Delivery.objects.create(channel=channel, recipient=cast.a_user(), day=date(2026, 10, day), **more)


def state_of(channel):
    return next(one for one in channel_state.look() if one.channel == channel)


def test_nothing_is_set_up_at_first(settings):
    settings.MAIL_IS_ON = False
    found = channel_state.look()
    assert [(one.label, one.is_on, one.last_sent, one.error) for one in found] == [
        ("邮件", False, None, ""),
        ("企业微信", False, None, ""),
        ("群机器人", False, None, ""),
    ]


def test_what_was_sent_and_tested_last(settings):
    settings.MAIL_IS_ON = True
    at = timezone.now()
    for hours in (3, 1, 2):
        a_delivery(state="sent", sent_at=at - timedelta(hours=hours))
    entry = audit.record(first_steps.TESTED, by=None)
    mail = state_of("mail")
    assert (mail.is_on, mail.last_sent, mail.tested_at) == (True, at - timedelta(hours=1), entry.at)
    assert (mail.error, mail.error_on) == ("", None)
    assert state_of("wecom").last_sent is None


def test_the_latest_that_has_not_gone_out_says_why():
    a_delivery(day=18, last_error="邮件服务器没有及时回应。")
    a_delivery(day=19, last_error="连不上邮件服务器，或连接中断。", state="failed")
    a_delivery(day=20, last_error="邮件服务器拒绝了邮件。", state="cancelled")
    mail = state_of("mail")
    assert (mail.error, mail.error_on) == ("连不上邮件服务器，或连接中断。", date(2026, 10, 19))


def test_a_server_is_not_named():
    a_delivery("wecom", last_error="qyapi.weixin.qq.com 在 10 秒内没有回应。", state="failed")
    assert state_of("wecom").error == "服务器在 10 秒内没有回应。"


def test_a_robot_that_is_on_opens_its_channel():
    school = cast.a_university()
    robot = Robot.objects.create(branch=school.physics, branch_path=school.physics.path, name="群")
    assert state_of("robot").is_on is True
    Robot.objects.filter(pk=robot.pk).update(is_on=False)
    assert state_of("robot").is_on is False


class TestPage:
    @pytest.fixture
    def browser(self, monkeypatch, settings, tmp_path):
        monkeypatch.setattr(health, "answers", lambda: True)
        settings.BACKUP_DIR, settings.MAIL_IS_ON = str(tmp_path), True
        settings.EMAIL_HOST, settings.EMAIL_HOST_PASSWORD = "smtp.geheim.example", "geheim"
        (tmp_path / "branchbook-20261020-023000.backup").write_bytes(b"x" * 2048)
        return cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))

    def test_it_says_all_of_it_and_no_secret(self, browser):
        a_delivery(last_error="邮件服务器拒绝了邮件。", state="failed")
        text = browser.get(reverse("system_state")).text
        for said in (
            "<dt>支部簿</dt><dd>0.1.0</dd>",
            "<dt>大小</dt>",
            "2026-10-20 没有发出：邮件服务器拒绝了邮件。",
            f'href="{reverse("first_steps")}#step-mail"',
            "branchbook-20261020-023000.backup",
            "未演练",
        ):
            assert said in text
        assert "geheim" not in text

    def test_it_costs_the_same_whatever_is_there(self, browser, django_assert_num_queries):
        address = reverse("system_state")
        browser.get(address)
        with django_assert_num_queries(QUERIES):
            browser.get(address)
        for day in (18, 19):
            a_delivery(day=day, state="failed", last_error="邮件服务器拒绝了邮件。")
        audit.record("backup.rehearsed", by=None, after=REHEARSAL)
        with django_assert_num_queries(QUERIES):
            assert "演练恢复成功" in browser.get(address).text
