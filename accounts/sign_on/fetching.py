"""Requests to the university's sign-on service: only to servers that the settings name, no redirects, short answers.

Whoever answers here says who signs in. So which servers may is decided by whoever runs the machine (SIGN_ON_SERVERS),
not in the browser, where a system administrator could otherwise become anybody.
"""

import json
import ssl
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from django.conf import settings

SECONDS: Final = 10
MOST_BYTES: Final = 256 << 10


class SignOnError(Exception):
    """It does not work; the message says why, to whoever sets it up."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def check_server(url: str) -> str:
    """``url`` when its server is one of SIGN_ON_SERVERS; SignOnError otherwise."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" not in settings.SIGN_ON_SERVERS:
        raise SignOnError(
            f"服务器“{parts.scheme}://{parts.netloc}”不在设置 SIGN_ON_SERVERS 里，请由服务器管理员先写上。"
        )
    return url


def fetch(url: str, form: Mapping[str, str] | None = None, *, basic: tuple[str, str] | None = None) -> bytes:
    """The body of the answer; ``form`` makes it a POST, ``basic`` are the client's name and secret."""
    request = Request(check_server(url), urlencode(form).encode() if form is not None else None)  # noqa: S310 - a server of the settings
    request.add_header("Accept", "application/json, application/xml, text/xml")
    if basic:
        pair = ":".join(quote(part, safe="") for part in basic)
        request.add_header("Authorization", f"Basic {b64encode(pair.encode()).decode()}")
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=ssl.create_default_context()), _NoRedirect)
    host = urlsplit(url).netloc
    try:
        with opener.open(request, timeout=SECONDS) as response:
            body: bytes = response.read(MOST_BYTES + 1)
    except HTTPError as error:
        error.close()
        raise SignOnError(f"{host} 拒绝了请求（HTTP {error.code}），请核对地址、客户端编号和密钥。") from None
    except (URLError, OSError, HTTPException) as error:
        _refuse(host, error)
    if len(body) > MOST_BYTES:
        raise SignOnError(f"{host} 的回应太长，可能不是统一身份认证的地址。")
    return body


def fetch_json(url: str, form: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    try:
        answer = json.loads(fetch(url, form, **more))
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise SignOnError(f"{urlsplit(url).netloc} 的回应看不懂，可能不是统一身份认证的地址。")
    return answer


def _refuse(host: str, error: Exception) -> NoReturn:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLError):
        raise SignOnError(f"{host} 的证书不可信，请核对证书或服务器时间。") from None
    if isinstance(reason, TimeoutError):
        raise SignOnError(f"{host} 在 {SECONDS} 秒内没有回应。") from None
    raise SignOnError(f"连不上 {host}，请核对地址、端口和防火墙。") from None
