"""What mail, WeCom, DingTalk and Feishu receive from us, and what becomes of their answers."""

import base64
import hashlib
import hmac
from datetime import date
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.core.mail import BadHeaderError
from django.utils import timezone

from branches.roles import Role
from reminders import delivery, planning, robots, wecom_app
from reminders.channels import Unsent, mail
from reminders.channels import robots as robot_channel
from reminders.messages import Message, message_to_group
from reminders.models import Delivery, NoticeChoice
from tests import cast
from tests.reminders.scene import a_reader, a_reminder
from tests.reminders.servers import a_mail_server, a_web_server

DUE = date(2026, 10, 27)
SECRET = "SEC0123456789"
ADDRESSES = {
    "wecom": "/cgi-bin/webhook/send?key=693a91f6",
    "dingtalk": "/robot/send?access_token=f3cd",
    "feishu": "/open-apis/bot/v2/hook/9f1c-22",
}


@pytest.fixture(autouse=True)
def clock(db, settings, monkeypatch):
    settings.MAIL_IS_ON = False
    monkeypatch.setattr("reminders.ledger.collect", lambda on: (0, 0))
    cache.clear()
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False) as traveller:
        yield traveller


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def web(settings):
    answers = {path.partition("?")[0]: {"errcode": 0, "code": 0} for path in ADDRESSES.values()}
    answers["/cgi-bin/gettoken"] = {"errcode": 0, "access_token": "T1", "expires_in": 7200}
    answers["/cgi-bin/message/send"] = {"errcode": 0}
    with a_web_server(answers) as server:
        settings.MESSAGE_SERVERS = [server.url]
        yield server


def a_robot(school, web, kind, secret=""):
    keeper = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    return robots.add(
        branch=school.physics,
        kind=kind,
        name="书记群",
        address=web.url + ADDRESSES[kind],
        secret=secret,
        by=keeper,
    )


def two_open(school):
    reader = a_reader()
    a_reminder(reader, date(2026, 10, 19), branch_path=school.teachers.path)
    a_reminder(reader, DUE, "王敏政治生日", "political_birthday", branch_path=school.teachers.path)
    a_reminder(reader, DUE, "别的学院", branch_path=school.musicians.path)


def sent_state():
    return Delivery.objects.values_list("state", "last_error").get()


TODO = "http://localhost:8000/todo/"
TITLE = "物理学院党委：2 项待办，其中 1 项已到期"


class TestRobots:
    """Counts and links of the robot's own organisation; nobody is named, nor the branch."""

    def test_wecom(self, school, web):
        a_robot(school, web, "wecom")
        two_open(school)
        assert delivery.deliver(seconds=5) == 1
        (request,) = web.received
        assert (request.method, request.path, request.query) == (
            "POST",
            "/cgi-bin/webhook/send",
            {"key": "693a91f6"},
        )
        assert request.body == {
            "msgtype": "markdown",
            "markdown": {
                "content": f"**{TITLE}**\n\n- [政治生日：1 项待办]({TODO})\n"
                f"- [组织生活：1 项待办，其中 1 项已到期]({TODO})"
            },
        }

    def test_dingtalk_with_its_signature_in_the_address(self, school, web):
        a_robot(school, web, "dingtalk", SECRET)
        two_open(school)
        assert delivery.deliver(seconds=5) == 1
        (request,) = web.received
        now = str(int(timezone.now().timestamp() * 1000))
        digest = hmac.new(SECRET.encode(), f"{now}\n{SECRET}".encode(), hashlib.sha256).digest()
        signature = base64.b64encode(digest).decode()
        assert request.query == {"access_token": "f3cd", "timestamp": now, "sign": signature}
        assert request.body["markdown"]["title"] == TITLE
        assert request.body["markdown"]["text"].startswith(f"**{TITLE}**\n\n- [政治生日：1 项待办]({TODO})")

    def test_feishu_with_its_signature_in_the_body(self, school, web):
        a_robot(school, web, "feishu", SECRET)
        two_open(school)
        assert delivery.deliver(seconds=5) == 1
        (request,) = web.received
        now = str(int(timezone.now().timestamp()))
        digest = hmac.new(f"{now}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        assert (request.path, request.query) == ("/open-apis/bot/v2/hook/9f1c-22", {})
        assert request.body == {
            "msg_type": "post",
            "timestamp": now,
            "sign": base64.b64encode(digest).decode(),
            "content": {
                "post": {
                    "zh_cn": {
                        "title": TITLE,
                        "content": [
                            [{"tag": "a", "text": "政治生日：1 项待办", "href": TODO}],
                            [{"tag": "a", "text": "组织生活：1 项待办，其中 1 项已到期", "href": TODO}],
                        ],
                    }
                }
            },
        }

    def test_staff_try_it_out_from_the_list(self, school, web):
        robot = a_robot(school, web, "dingtalk")
        staff = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        chosen = {"action": "try_out", "_selected_action": [robot.pk]}
        page = staff.post("/admin/reminders/robot/", chosen, follow=True).content.decode()
        assert web.received[0].body["markdown"]["title"] == "支部簿：测试消息"
        assert "已发送，请到群里查看。" in page
        web.answers["/robot/send"] = {"errcode": 310000}
        page = staff.post("/admin/reminders/robot/", chosen, follow=True).content.decode()
        assert "安全设置不符" in page

    def test_without_a_secret_nothing_is_signed(self, school, web):
        a_robot(school, web, "feishu")
        two_open(school)
        delivery.deliver(seconds=5)
        assert set(web.received[0].body) == {"msg_type", "content"}

    def test_it_speaks_at_steps_only_and_not_while_all_is_done(self, school, web, clock):
        a_robot(school, web, "wecom")
        assert delivery.deliver(seconds=5) == 0
        a_reminder(a_reader(), DUE, branch_path=school.teachers.path)
        days = []
        for day in (20, 21, 22, 23, 26, 27, 28):
            clock.move_to(f"2026-10-{day} 16:00 +0800")
            days += [day] if delivery.deliver(seconds=5) else []
        assert days == [20, 26, 28]

    @pytest.mark.parametrize(
        ("kind", "answer", "reason"),
        [
            (
                "wecom",
                {"errcode": 93000},
                "企业微信群机器人：机器人的地址已失效，请在群中重新添加（错误码 93000）。",
            ),
            (
                "dingtalk",
                {"errcode": 310000},
                "钉钉群机器人：安全设置不符，请核对加签密钥，或关键词、IP 限制（错误码 310000）。",
            ),
            (
                "feishu",
                {"code": 19021},
                "飞书群机器人：签名校验未通过，请核对密钥和服务器的时钟（错误码 19021）。",
            ),
            ("feishu", {"code": 5}, "飞书群机器人：拒绝了消息（错误码 5）。"),
            ("wecom", (500, b"", {}), "127.0.0.1 拒绝了请求（HTTP 500）。"),
            ("wecom", (200, b"<html>", {}), "127.0.0.1 的回应看不懂，可能不是所选类型的服务器。"),
            ("wecom", (200, b"1" * 70000, {}), "127.0.0.1 的回应看不懂，可能不是所选类型的服务器。"),
        ],
    )
    def test_a_refusal_is_told_in_words(self, school, web, kind, answer, reason):
        robot = a_robot(school, web, kind)
        web.answers[ADDRESSES[kind].partition("?")[0]] = answer
        two_open(school)
        with pytest.raises(Unsent) as told:
            robot_channel.send(robot, message_to_group(robot, date(2026, 10, 20)))
        assert str(told.value) == reason

    def test_a_redirect_is_not_followed(self, school, web):
        a_robot(school, web, "wecom")
        web.answers["/cgi-bin/webhook/send"] = (302, b"", {"Location": f"{web.url}/elsewhere"})
        two_open(school)
        assert delivery.deliver(seconds=5) == 0
        assert len(web.received) == 1
        assert sent_state() == ("waiting", "127.0.0.1 要求转到别的地址，没有照办。")


class TestWeCom:
    """The application's message to one person."""

    @pytest.fixture
    def reader(self, web):
        wecom_app.set_up(
            server=web.url,
            corp_id="ww1",
            agent_id=1000002,
            secret="app-secret",
            is_on=True,
            by=cast.a_user(Role.SYSTEM_ADMIN),
        )
        reader = a_reader()
        NoticeChoice.objects.create(user=reader, wecom=True)
        return reader

    def test_it_asks_for_a_token_and_sends_links(self, reader, web):
        a_reminder(reader, DUE, "7月<主题>", url="/form/?kind=a&b=1")
        assert delivery.deliver(seconds=5) == 1
        asked, sent = web.received
        assert (asked.method, asked.path) == ("GET", "/cgi-bin/gettoken")
        assert asked.query == {"corpid": "ww1", "corpsecret": "app-secret"}
        assert (sent.path, sent.query) == ("/cgi-bin/message/send", {"access_token": "T1"})
        assert sent.body == {
            "touser": reader.username,
            "msgtype": "text",
            "agentid": 1000002,
            "text": {
                "content": "支部簿：1 项待办\n"
                '<a href="http://localhost:8000/form/?kind=a&amp;b=1">7月&lt;主题&gt;：10月27日到期</a>'
            },
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }

    def test_two_messages_share_a_token(self, reader, web):
        other = a_reader()
        NoticeChoice.objects.create(user=other, wecom=True)
        a_reminder(reader, DUE)
        a_reminder(other, DUE)
        assert delivery.deliver(seconds=5) == 2
        assert [request.path.rpartition("/")[2] for request in web.received] == ["gettoken", "send", "send"]

    def test_a_token_that_ended_is_asked_for_anew(self, reader, web):
        a_reminder(reader, DUE)
        web.answers["/cgi-bin/message/send"] = [{"errcode": 42001}, {"errcode": 0}]
        web.answers["/cgi-bin/gettoken"] = [
            {"errcode": 0, "access_token": name, "expires_in": 7200} for name in ("T1", "T2")
        ]
        assert delivery.deliver(seconds=5) == 1
        tokens = [request.query.get("access_token") for request in web.received]
        assert tokens == [None, "T1", None, "T2"]

    @pytest.mark.parametrize(
        ("path", "answer", "reason"),
        [
            ("/cgi-bin/gettoken", {"errcode": 40001}, "企业微信：应用的 Secret 不对（错误码 40001）。"),
            (
                "/cgi-bin/message/send",
                {"errcode": 0, "invaliduser": "x"},
                "企业微信：接收人不在企业微信中，或不在应用的可见范围内。",
            ),
        ],
    )
    def test_a_refusal_is_told_in_words(self, reader, web, path, answer, reason):
        web.answers[path] = answer
        a_reminder(reader, DUE)
        assert delivery.deliver(seconds=5) == 0
        assert sent_state() == ("waiting", reason)

    def test_a_long_list_is_cut_where_wecom_would_refuse_it(self, reader, web):
        for n in range(20):
            a_reminder(reader, DUE, f"第{n}项" + "长" * 80)
        delivery.deliver(seconds=5)
        assert len(web.received[1].body["text"]["content"].encode()) <= 2048


class TestMail:
    @pytest.fixture
    def post(self, settings):
        with a_mail_server() as server:
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
            settings.DEFAULT_FROM_EMAIL = "支部簿 <branchbook@example.edu.cn>"
            settings.MAIL_IS_ON = True
            yield server

    def test_what_arrives(self, post):
        a_reminder(a_reader(), DUE)
        assert delivery.deliver(seconds=5) == 1
        (came,) = post.received
        assert (came["To"], came["Subject"]) == ("wang@example.edu.cn", "支部簿：1 项待办")
        assert came["Message-ID"] == f"<{Delivery.objects.get().pk}@example.edu.cn>"
        assert came["Auto-Submitted"] == "auto-generated"
        assert (
            "10月主题党日：10月27日到期\n  http://localhost:8000/activities/new/"
            in came.get_content().replace("\r", "")
        )

    def test_a_line_end_in_a_subject_makes_no_header(self, post):
        with pytest.raises(BadHeaderError):
            mail.send(a_reader(), Message("待办\r\nBcc: x@example.edu.cn", ()), uuid4())
        assert post.received == []

    def test_a_refused_address_is_told_in_words(self, post):
        post.refuses["wang@example.edu.cn"] = b"550 no such user"
        a_reminder(a_reader(), DUE)
        assert delivery.deliver(seconds=5) == 0
        assert sent_state() == ("waiting", "邮件服务器不接受这个收件地址，请核对账号的邮箱。")

    def test_a_server_that_is_away_is_told_in_words(self, post, settings):
        settings.EMAIL_PORT = 1
        a_reminder(a_reader(), DUE)
        assert delivery.deliver(seconds=5) == 0
        assert sent_state() == ("waiting", "连不上邮件服务器，或连接中断。")


def test_no_secret_stands_in_the_database_the_trail_or_a_refusal(school, web):
    from accounts.models import AuditEntry
    from reminders.models import Robot

    robot = a_robot(school, web, "dingtalk", SECRET)
    web.answers["/robot/send"] = {"errcode": 310000}
    two_open(school)
    planning.plan(timezone.now())
    delivery.drain(5)
    stored = f"{Robot.objects.values().get()} {list(AuditEntry.objects.values())} {sent_state()}"
    assert robot.address.endswith("f3cd")
    assert (SECRET in stored, "f3cd" in stored) == (False, False)
