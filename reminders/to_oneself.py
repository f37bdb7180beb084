"""The address of a page, sent at once by somebody to himself: no reminder, so no ledger and no quiet hours."""

from accounts import audit
from accounts.models import User

from . import channels, choices
from .messages import Line, Message, absolute
from .models import Delivery

Channel = Delivery.Channel
#: What a person has an address for; a group's robot is nobody's own.
OWN = (Channel.MAIL, Channel.WECOM)
FOOT = "这是您自己从支部簿发出的链接。打开时需要登录，看到的以您届时的权限为准。"


class LinkError(Exception):
    """The link was not sent; the message is for the user."""


def send_link(user: User, way: str, title: str, path: str) -> Channel:
    """Send the address of ``path`` to ``user`` by ``way``; LinkError when that is not set up or does not take it.

    Audited when it went out: to whom is clear, so only the way and the page.
    """
    if way not in OWN or way not in choices.open_channels():
        raise LinkError("学校还没有设置这个渠道，请复制链接，或换一个渠道。")
    channel = Channel(way)
    if channel is Channel.MAIL and not user.email:
        raise LinkError("您的账号还没有邮箱，请联系上级党组织的工作人员填写。")
    message = Message(f"支部簿：{title}", (Line(title, absolute(path)),), FOOT)
    try:
        channels.send(Delivery(channel=channel, recipient=user), message)
    except channels.Unsent as reason:
        raise LinkError(f"没有发出：{reason}") from None
    audit.record("link.send", by=user, after={"channel": channel.value, "page": path})
    return channel
