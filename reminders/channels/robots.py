"""The robots of group chats of WeCom, DingTalk and Feishu: markdown or text, signed where the group asks for it."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from reminders.addresses import AddressError, check_robot
from reminders.messages import Message
from reminders.models import Robot

from .posting import Unsent, ask
from .wecom import refuse

WECOM = {93000: "机器人的地址已失效，请在群中重新添加", 45009: "发送过于频繁"}
DINGTALK = {
    310000: "安全设置不符，请核对加签密钥，或关键词、IP 限制",
    300005: "机器人的地址已失效，请在群中重新添加",
    400102: "机器人已停用",
    130101: "发送过于频繁",
}
FEISHU = {
    19001: "机器人的地址已失效，请在群中重新添加",
    19021: "签名校验未通过，请核对密钥和服务器的时钟",
    19022: "服务器的地址不在机器人的 IP 白名单中",
    19024: "消息中没有机器人要求的关键词",
    9499: "发送过于频繁",
}


def send(robot: Robot, message: Message) -> None:
    try:
        check_robot(robot.address, robot.kind)
    except AddressError as refusal:
        raise Unsent(str(refusal)) from None
    SENDERS[robot.kind](robot, message)


def _to_wecom(robot: Robot, message: Message) -> None:
    body = {"msgtype": "markdown", "markdown": {"content": _markdown(message)}}
    refuse(ask(robot.kind, robot.address, body), "企业微信群机器人", WECOM)


def _to_dingtalk(robot: Robot, message: Message) -> None:
    """With 加签: the signature of time and secret goes into the address."""
    url = robot.address
    if robot.secret:
        now = str(round(time.time() * 1000))
        signature = _sign(robot.secret.encode(), f"{now}\n{robot.secret}".encode())
        url = f"{url}&{urlencode({'timestamp': now, 'sign': signature})}"
    body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": _markdown(message)}}
    refuse(ask(robot.kind, url, body), "钉钉群机器人", DINGTALK)


def _to_feishu(robot: Robot, message: Message) -> None:
    """The signature goes into the body; there the key is time and secret, and nothing is signed."""
    rows = [[{"tag": "a", "text": line.text, "href": line.url}] for line in message.lines]
    post = {"zh_cn": {"title": message.title, "content": rows}}
    body: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
    if robot.secret:
        now = str(int(time.time()))
        body |= {"timestamp": now, "sign": _sign(f"{now}\n{robot.secret}".encode(), b"")}
    refuse(ask(robot.kind, robot.address, body), "飞书群机器人", FEISHU, "code")


def _sign(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def _markdown(message: Message) -> str:
    """Our own words and figures, and names of organisations: what could be read as a link or a heading is taken out."""
    lines = [f"- [{_plain(line.text)}]({line.url})" for line in message.lines]
    return "\n".join([f"**{_plain(message.title)}**", "", *lines])


def _plain(text: str) -> str:
    return "".join(" " if sign in "[]()*#`<>_\\" else sign for sign in text)


SENDERS: dict[str, Callable[[Robot, Message], None]] = {
    Robot.Kind.WECOM: _to_wecom,
    Robot.Kind.DINGTALK: _to_dingtalk,
    Robot.Kind.FEISHU: _to_feishu,
}
