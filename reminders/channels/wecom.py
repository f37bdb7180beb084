"""The message of the university's own application in WeCom (企业微信应用消息). The account is the WeCom userid."""

import hashlib
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache

from accounts.models import User
from reminders.messages import Line, Message
from reminders.models import WeComApp

from .posting import Unsent, ask

#: What WeCom answers when a token is no longer good.
STALE = (40014, 42001)
WORDS = {
    40001: "应用的 Secret 不对",
    40013: "企业ID 不对",
    40056: "应用的 AgentId 不对",
    301002: "应用的 AgentId 不对",
    45009: "发送过于频繁",
    60011: "应用没有发送的权限",
    60020: "服务器的地址不在应用的可信 IP 中",
    81013: "接收人不在企业微信中，或不在应用的可见范围内",
}
#: The text of a message: its longest, in bytes.
TEXT_BYTES = 2048
#: For how long WeCom drops a repetition, in seconds: longer than a lease.
REPEATED_FOR = 1800


def send(user: User, message: Message) -> None:
    app = WeComApp.objects.filter(is_on=True).first()
    if app is None:
        raise Unsent("没有设置企业微信应用，或已停用。")
    body = {
        "touser": user.username,
        "msgtype": "text",
        "agentid": app.agent_id,
        "text": {"content": _text(message)},
        "enable_duplicate_check": 1,
        "duplicate_check_interval": REPEATED_FOR,
    }
    answer = _post(app, body, _token(app))
    if answer.get("errcode") in STALE:
        cache.delete(_cached_as(app))
        answer = _post(app, body, _token(app))
    refuse(answer, "企业微信", WORDS)
    if answer.get("invaliduser"):
        raise Unsent(f"企业微信：{WORDS[81013]}。")


def _post(app: WeComApp, body: dict[str, Any], token: str) -> dict[str, Any]:
    query = urlencode({"access_token": token})
    return ask("app", f"{app.server}/cgi-bin/message/send?{query}", body)


def _token(app: WeComApp) -> str:
    """The access token, kept until shortly before it ends."""
    kept: str | None = cache.get(_cached_as(app))
    if kept:
        return kept
    query = urlencode({"corpid": app.corp_id, "corpsecret": app.secret})
    answer = ask("app", f"{app.server}/cgi-bin/gettoken?{query}")
    refuse(answer, "企业微信", WORDS)
    token = str(answer.get("access_token", ""))
    seconds = answer.get("expires_in", 7200)
    cache.set(_cached_as(app), token, max(60, int(seconds) - 300) if isinstance(seconds, int) else 60)
    return token


def _cached_as(app: WeComApp) -> str:
    """Of these very settings: a token of the old secret is not used after a change."""
    settings = f"{app.server} {app.corp_id} {app.secret}"
    return f"wecom-token-{hashlib.sha256(settings.encode()).hexdigest()[:32]}"


def _text(message: Message) -> str:
    """As many lines as fit, each a link."""
    text = escape(message.title, quote=False)
    for line in message.lines:
        longer = f"{text}\n{_link(line)}"
        if len(longer.encode()) > TEXT_BYTES:
            break
        text = longer
    return text


def _link(line: Line) -> str:
    return f'<a href="{escape(line.url)}">{escape(line.text, quote=False)}</a>'


def refuse(answer: dict[str, Any], whose: str, words: dict[int, str], code: str = "errcode") -> None:
    """Unsent unless the answer says 0; in words where the number is known."""
    number = answer.get(code)
    if number == 0:
        return
    reason = words.get(number, "") if isinstance(number, int) else ""
    raise Unsent(f"{whose}：{reason or '拒绝了消息'}（错误码 {str(number)[:12]}）。")
