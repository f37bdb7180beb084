"""OpenID Connect: authorization code with PKCE; the token's signature, issuer, audience, time and nonce are checked."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import Any, Final
from urllib.parse import urlencode

import jwt

from accounts.models import SignOn

from .fetching import SignOnError, check_server, fetch_json

#: What the public key of the server signs; never "none" and never a shared secret.
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]
_CLOCKS_DIFFER_SECONDS: Final = 60


def begin(service: SignOn, back: str, *, anew: bool = False) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and what the session keeps until it comes back.

    ``anew`` asks for the credentials although the browser is known there.
    """
    kept = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24)}
    kept["verifier"] = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": service.client_id,
        "redirect_uri": back,
        "scope": "openid profile",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"prompt": "login", "max_age": "0"} if anew else {}),
    }
    return f"{check_server(_told(_discover(service), 'authorization_endpoint'))}?{urlencode(asked)}", kept


def who(
    service: SignOn, code: str, back: str, kept: dict[str, str], *, anew_since: int | None = None
) -> tuple[str, str]:
    """The account's name and the service's own ``sub``, from the identity token that the code is exchanged for.

    ``anew_since``: the second before which the credentials must not have been asked for.
    """
    told = _discover(service)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": kept["verifier"],
    }
    answer = fetch_json(_told(told, "token_endpoint"), form, basic=(service.client_id, service.secret))
    claims = _claims(service, told, str(answer.get("id_token", "")), kept["nonce"])
    if anew_since is not None and not _was_asked(claims, anew_since):
        raise SignOnError("统一身份认证没有重新验证密码，不能确认是本人。")
    name = str(claims.get(service.attribute or "preferred_username") or "").strip()
    if not name:
        raise SignOnError(f"身份令牌里没有“{service.attribute or 'preferred_username'}”，请核对账号属性名。")
    return name, str(claims["sub"])[:255]


def _was_asked(claims: dict[str, Any], since: int) -> bool:
    at = claims.get("auth_time")
    return isinstance(at, int) and at >= since - _CLOCKS_DIFFER_SECONDS


def try_out(service: SignOn) -> str:
    """Read what the server tells of itself, and its keys."""
    told = _discover(service)
    for place in ("authorization_endpoint", "token_endpoint"):
        check_server(_told(told, place))
    if not _keys(told):
        raise SignOnError("服务器没有给出可用的签名公钥。")
    return "连接正常：对方是 OpenID Connect 服务器，公钥可用。客户端编号和密钥在第一次登录时才能验证。"


def _discover(service: SignOn) -> dict[str, Any]:
    told = fetch_json(f"{service.server}/.well-known/openid-configuration")
    if str(told.get("issuer", "")).rstrip("/") != service.server:
        raise SignOnError(f"服务器自称“{told.get('issuer', '')}”，和填写的地址不一致，请照它填写。")
    return told


def _told(told: dict[str, Any], name: str) -> str:
    if not isinstance(found := told.get(name), str):
        raise SignOnError(f"服务器没有说明 {name}，不是完整的 OpenID Connect 服务器。")
    return found


def _keys(told: dict[str, Any]) -> list[jwt.PyJWK]:
    try:
        return jwt.PyJWKSet.from_dict(fetch_json(_told(told, "jwks_uri"))).keys
    except jwt.PyJWTError:
        raise SignOnError("服务器给出的签名公钥看不懂。") from None


def _claims(service: SignOn, told: dict[str, Any], token: str, nonce: str) -> dict[str, Any]:
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        keys = [key for key in _keys(told) if wanted is None or key.key_id == wanted]
        if not keys:
            raise SignOnError("身份令牌的签名公钥不在服务器公布的里面。")
        claims: dict[str, Any] = jwt.decode(
            token,
            keys[0],
            algorithms=_ALGORITHMS,
            audience=service.client_id,
            issuer=_told(told, "issuer"),
            leeway=_CLOCKS_DIFFER_SECONDS,
            options={"require": ["exp", "iat", "aud", "iss", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise SignOnError(
            f"身份令牌没有通过检查（{type(error).__name__}），请核对服务器时间和客户端编号。"
        ) from None
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise SignOnError("身份令牌不是这一次登录的，请重新登录。")
    return claims
