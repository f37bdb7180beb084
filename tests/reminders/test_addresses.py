"""Where messages may go: the platforms' own servers over HTTPS, and nothing inside the university."""

import socket
from ipaddress import ip_address

import pytest

from branches.roles import Role
from reminders import addresses, robots
from reminders.addresses import AddressError, check_robot, is_public, resolve, server_of
from reminders.channels.posting import Unsent, ask
from reminders.forms import RobotForm
from reminders.models import Robot
from tests import cast
from tests.reminders.servers import a_web_server

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-1f"
RIGHT = {
    "wecom": WECOM,
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=f3cd",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/9f1c-22",
}


def answers(monkeypatch, *found: str):
    """Every name stands for these addresses; returns the list, to be changed."""
    stands_for = list(found)

    def rows(*asked, **more):
        return [(2, 1, 6, "", (one, 443)) for one in stands_for]

    monkeypatch.setattr(socket, "getaddrinfo", rows)
    return stands_for


@pytest.mark.parametrize("kind", RIGHT)
def test_what_the_platforms_hand_out_is_taken(kind):
    assert check_robot(RIGHT[kind], kind).port == 443


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "必须以 https:// 开头"),
        ("file:///etc/passwd", "必须以 https:// 开头"),
        ("gopher://qyapi.weixin.qq.com/", "必须以 https:// 开头"),
        ("https://127.0.0.1/cgi-bin/webhook/send?key=1", "不是所选类型的服务器"),
        ("https://[::1]/cgi-bin/webhook/send?key=1", "不是所选类型的服务器"),
        ("https://169.254.169.254/latest/meta-data", "不是所选类型的服务器"),
        ("https://10.0.0.5/cgi-bin/webhook/send?key=1", "不是所选类型的服务器"),
        ("https://qyapi.weixin.qq.com.evil.cn/cgi-bin/webhook/send?key=1", "不是所选类型的服务器"),
        ("https://oapi.dingtalk.com/robot/send?access_token=1", "不是所选类型的服务器"),
        ("https://evil.cn\\@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "特殊字符"),
        ("https://qyapi.weixin.qq.com@evil.cn/cgi-bin/webhook/send?key=1", "不能带用户名和密码"),
        ("https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=1", "不能指定端口"),
        ("https://qyapi.weixin.qq.com:99999/cgi-bin/webhook/send?key=1", "地址写错了"),
        ("https://[qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "地址写错了"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1\r\nHost: x", "特殊字符"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "地址不完整"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", "地址不完整"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1&debug=1", "地址不完整"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1#x", "地址不完整"),
        ("https://qyapi.weixin.qq.com/cgi-bin/../cgi-bin/message/send?key=1", "地址不完整"),
        ("", "必须以 https:// 开头"),
    ],
)
def test_everything_else_is_refused_with_the_reason(url, reason):
    with pytest.raises(AddressError, match=reason):
        check_robot(url, "wecom")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::"),
    ],
)
def test_no_address_of_an_inner_network_is_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["101.91.40.24", "2408:8756::1", "::ffff:101.91.40.24", "64:ff9b::655b:2818"]
)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ip_address(address))


def test_one_inner_address_among_many_refuses_the_host(monkeypatch):
    answers(monkeypatch, "101.91.40.24", "10.0.0.8")
    with pytest.raises(AddressError, match="指向内部网络"):
        resolve(server_of(WECOM, "wecom"))


def test_a_name_that_stands_for_nothing_is_refused(monkeypatch):
    def fail(*asked, **more):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(AddressError, match="找不到主机"):
        resolve(server_of(WECOM, "wecom"))


def test_a_name_that_changed_since_it_was_entered_is_refused_at_the_call(monkeypatch):
    stands_for = answers(monkeypatch, "101.91.40.24")
    resolve(check_robot(WECOM, "wecom"))
    stands_for[:] = ["127.0.0.1"]
    with pytest.raises(Unsent, match="指向内部网络"):
        ask("wecom", WECOM, {})


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    asked, reached = [], []

    def look_up(host, *more, **other):
        asked.append(host)
        return [(2, 1, 6, "", ("101.91.40.24", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    def connect(address, timeout):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unsent, match="连不上 qyapi"):
        ask("wecom", WECOM, {})
    assert (asked, reached) == (["qyapi.weixin.qq.com"], [("101.91.40.24", 443)])


def test_a_server_of_the_settings_may_stand_inside_and_only_that_one(settings):
    with a_web_server({"/robot/send": {"errcode": 0}}) as web:
        settings.MESSAGE_SERVERS = [web.url]
        assert ask("dingtalk", f"{web.url}/robot/send?access_token=1", {}) == {"errcode": 0}
        with pytest.raises(Unsent, match="https"):
            ask("dingtalk", "http://127.0.0.1:1/robot/send?access_token=1", {})


class TestEntering:
    @pytest.fixture
    def school(self, db):
        return cast.a_university()

    def test_the_verb_refuses_what_the_form_refuses(self, school, monkeypatch):
        answers(monkeypatch, "10.0.0.8")
        keeper = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        facts = {"branch": school.physics, "kind": "wecom", "name": "群", "address": WECOM}
        with pytest.raises(AddressError):
            robots.add(**facts, by=keeper)
        form = RobotForm({**facts, "branch": school.physics.pk})
        assert form.errors == {"address": ["主机 qyapi.weixin.qq.com 指向内部网络，为防止越权访问，不发送。"]}
        assert not Robot.objects.exists()

    def test_what_is_left_empty_stays(self, school, monkeypatch):
        answers(monkeypatch, "101.91.40.24")
        keeper = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        robot = robots.add(
            branch=school.physics, kind="wecom", name="群", address=WECOM, secret="S", by=keeper
        )
        robots.change(robot, name="新群", is_on=False, by=keeper)
        kept = Robot.objects.get()
        assert (kept.name, kept.is_on, kept.address, kept.secret) == ("新群", False, WECOM, "S")

    def test_an_address_is_never_shown_again(self, school, monkeypatch):
        answers(monkeypatch, "101.91.40.24")
        keeper = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        robot = robots.add(
            branch=school.physics, kind="wecom", name="群", address=WECOM, secret="unseen", by=keeper
        )
        page = cast.a_browser(keeper).get(f"/admin/reminders/robot/{robot.pk}/change/").content.decode()
        assert ("693a" in page, "unseen" in page, "qyapi.weixin.qq.com" in page) == (False, False, True)


def test_every_kind_of_robot_has_hosts_and_a_shape():
    kinds = {kind.value for kind in Robot.Kind}
    assert (kinds, kinds | {"app"}) == (set(addresses.PATHS), set(addresses.HOSTS))
