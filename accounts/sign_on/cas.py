"""CAS, protocol 3.0: a ticket in the address, which the server is asked about (serviceValidate)."""

from typing import Final
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

from accounts.models import SignOn

from .fetching import SignOnError, check_server, fetch

_NAMESPACE: Final = {"cas": "http://www.yale.edu/tp/cas"}


#: Asks for the credentials although the browser is known; a ticket that came without is then refused.
_ANEW: Final = {"renew": "true"}


def begin(service: SignOn, back: str, *, anew: bool = False) -> str:
    """Where the browser is sent."""
    asked = urlencode({"service": back, **(_ANEW if anew else {})})
    return f"{check_server(service.server)}/login?{asked}"


def name_of(service: SignOn, ticket: str, back: str, *, anew: bool = False) -> str:
    """Who the ticket was given to: the user, or the attribute that holds our account's name."""
    if not ticket or len(ticket) > 512:
        raise SignOnError("统一身份认证没有给出凭据，请重新登录。")
    asked = urlencode({"service": back, "ticket": ticket, **(_ANEW if anew else {})})
    root = _read(fetch(f"{service.server}/p3/serviceValidate?{asked}"))
    if (failure := root.find("cas:authenticationFailure", _NAMESPACE)) is not None:
        raise SignOnError(f"统一身份认证不认这张凭据（{failure.get('code', '')}），请重新登录。")
    found = root.find("cas:authenticationSuccess", _NAMESPACE)
    if found is None:
        raise SignOnError("统一身份认证的回应里没有登录结果。")
    where = f"cas:attributes/cas:{service.attribute}" if service.attribute else "cas:user"
    name = (found.findtext(where, "", _NAMESPACE) or "").strip()
    if not name:
        raise SignOnError(f"统一身份认证的回应里没有“{service.attribute or 'user'}”，请核对账号属性名。")
    return name


def try_out(service: SignOn) -> str:
    """Ask about a ticket that nobody got: a CAS server says so in its own form."""
    asked = urlencode({"service": "https://branchbook.invalid/", "ticket": "ST-try-out"})
    root = _read(fetch(f"{service.server}/p3/serviceValidate?{asked}"))
    if root.find("cas:authenticationFailure", _NAMESPACE) is None:
        raise SignOnError("服务器的回应不是 CAS 3.0 的格式，请核对地址。")
    return "连接正常：对方是 CAS 服务器，并且能验证凭据。"


def _read(body: bytes) -> Element:
    try:
        root: Element = fromstring(body.decode())
    except (ParseError, ValueError):
        raise SignOnError("服务器的回应不是 XML，请核对地址是否写到 /cas。") from None
    return root
