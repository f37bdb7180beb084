"""One JSON request to a server that was looked at. No redirects, no proxies, an answer of limited length."""

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from reminders.addresses import AddressError, Server, resolve, server_of

SECONDS = 10
ANSWER_BYTES = 64 << 10


class Unsent(Exception):
    """The message did not go out; the message of the exception is for staff. It never holds an address or a key."""


class _Plain(http.client.HTTPConnection):
    """Connects to the address that was looked at, whatever the name stands for by now."""

    def __init__(self, server: Server, address: str) -> None:
        super().__init__(server.host, server.port, timeout=SECONDS)
        self.address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), SECONDS)


class _Sealed(_Plain):
    """The same under TLS; the certificate must be the name's."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def ask(kind: str, url: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """POST ``body`` as JSON, or GET without one; the JSON object that the server of ``kind`` answers, or Unsent."""
    try:
        server = server_of(url, kind)
        connection = (_Sealed if server.scheme == "https" else _Plain)(server, resolve(server))
    except AddressError as refusal:
        raise Unsent(str(refusal)) from None
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        headers = {"Content-Type": "application/json; charset=utf-8", "Host": server.name}
        connection.request("POST" if content is not None else "GET", target, content, headers)
        with connection.getresponse() as response:
            text = response.read(ANSWER_BYTES + 1)
    except ssl.SSLError:
        raise Unsent(f"{server.host} 的证书不可信，没有发送。") from None
    except TimeoutError:
        raise Unsent(f"{server.host} 在 {SECONDS} 秒内没有回应。") from None
    except (OSError, http.client.HTTPException):
        raise Unsent(f"连不上 {server.host}，或连接中断。") from None
    finally:
        connection.close()
    return _read(server, response.status, text)


def _read(server: Server, status: int, text: bytes) -> dict[str, Any]:
    if 300 <= status < 400:
        raise Unsent(f"{server.host} 要求转到别的地址，没有照办。")
    if status != 200:
        raise Unsent(f"{server.host} 拒绝了请求（HTTP {status}）。")
    try:
        answer = json.loads(text[:ANSWER_BYTES])
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or len(text) > ANSWER_BYTES:
        raise Unsent(f"{server.host} 的回应看不懂，可能不是所选类型的服务器。")
    return answer
