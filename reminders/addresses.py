"""Which addresses a message may go to: known servers over HTTPS, and nothing inside the university's own network.

A robot's address is typed in by hand, and our server then calls it. So it is read here, when it is entered and again
at each call, and the machine behind it is looked at each time: every address that its name stands for must lie in the
public network. The connection is made to an address that was looked at, so another answer to the name does not help.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings

#: Kind of a robot, or "app" for WeCom's application messages: the hosts that serve it.
HOSTS = {
    "wecom": ("qyapi.weixin.qq.com",),
    "dingtalk": ("oapi.dingtalk.com",),
    "feishu": ("open.feishu.cn", "open.larksuite.com"),
    "app": ("qyapi.weixin.qq.com",),
}
#: What follows the host in the address of a robot.
PATHS = {
    "wecom": re.compile(r"/cgi-bin/webhook/send\?key=[\w-]+", re.ASCII),
    "dingtalk": re.compile(r"/robot/send\?access_token=[\w-]+", re.ASCII),
    "feishu": re.compile(r"/open-apis/bot/v2/hook/[\w-]+", re.ASCII),
}
#: Networks that carry an IPv4 address in an IPv6 one: that is what counts.
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
HTTPS, HTTP = 443, 80

Address = IPv4Address | IPv6Address


class AddressError(ValueError):
    """An address that no message goes to; the message is for the user."""


@dataclass(frozen=True)
class Server:
    """Where to connect. ``is_vouched``: named in the settings, so its network is not asked about."""

    scheme: str
    host: str
    port: int
    is_vouched: bool

    @property
    def name(self) -> str:
        return self.host if self.port in (HTTPS, HTTP) else f"{self.host}:{self.port}"


def server_of(url: str, kind: str) -> Server:
    """The server of ``url``, which must be one of ``kind``; AddressError otherwise. Asks no name server."""
    parts, port = _split(url)
    host = (parts.hostname or "").lower()
    if parts.username is not None or parts.password is not None:
        raise AddressError("地址中不能带用户名和密码，请重新复制。")
    if (parts.scheme, host, port) in map(_origin, settings.MESSAGE_SERVERS):
        return Server(parts.scheme, host, port, is_vouched=True)
    if parts.scheme != "https":
        raise AddressError("地址必须以 https:// 开头。")
    if host not in HOSTS[kind]:
        known = "、".join(HOSTS[kind])
        raise AddressError(
            f"“{host[:60] or '空'}”不是所选类型的服务器，应为 {known}。校内自建的服务器请由系统管理员在设置中登记。"
        )
    if port != HTTPS:
        raise AddressError("地址中不能指定端口，请从群机器人的设置页重新复制。")
    return Server("https", host, HTTPS, is_vouched=False)


def check_robot(url: str, kind: str) -> Server:
    """The server of a robot's address; AddressError when it is not one that the platform hands out."""
    server = server_of(url, kind)
    parts = urlsplit(url)
    if not PATHS[kind].fullmatch(urlunsplit(("", "", *parts[2:]))):
        raise AddressError("地址不完整，或不是所选类型的机器人地址。请从群机器人的设置页重新复制。")
    return server


def _split(url: str) -> tuple[SplitResult, int]:
    if any(ord(sign) <= 32 or ord(sign) > 126 or sign == "\\" for sign in url):
        raise AddressError("地址中有空格或特殊字符，请重新复制。")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("地址写错了，请重新复制。") from None
    return parts, port if port is not None else HTTP if parts.scheme == "http" else HTTPS


def _origin(text: str) -> tuple[str, str, int]:
    parts, port = _split(text)
    return parts.scheme, (parts.hostname or "").lower(), port


def resolve(server: Server) -> str:
    """An address of the server to connect to, as text. AddressError when any of them is not of the public network."""
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except OSError:
        raise AddressError(f"找不到主机 {server.host}，请核对地址和服务器的域名解析。") from None
    texts = [str(row[4][0]).partition("%")[0] for row in found]
    if not server.is_vouched and not all(is_public(ip_address(text)) for text in texts):
        raise AddressError(f"主机 {server.host} 指向内部网络，为防止越权访问，不发送。")
    return texts[0]


def is_public(address: Address) -> bool:
    """Whether ``address``, or the IPv4 address that it carries, lies in the public network."""
    if isinstance(address, IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if carried is None and any(address in network for network in TRANSLATED):
            carried = IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(carried)
    return address.is_global and not address.is_multicast and not address.is_reserved
