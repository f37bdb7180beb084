"""Setting up the sign-on service, of which there is one. The secret is written, never shown again. Audited."""

from typing import Final

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import SignOn, User

from . import cas, oidc
from .fetching import SignOnError, check_server

NOT_VOUCHED: Final = "须由服务器管理员先在设置 SIGN_ON_FACTOR 中写明，对方确实要求两种方式验证。"


def of() -> SignOn | None:
    return SignOn.objects.first()


def in_use() -> SignOn | None:
    """The service that the sign-in page offers."""
    return SignOn.objects.filter(is_on=True).first()


def set_up(
    *,
    kind: str,
    title: str,
    server: str,
    client_id: str,
    secret: str,
    attribute: str,
    has_factor: bool,
    is_on: bool,
    by: User,
) -> SignOn:
    """Write it; an empty ``secret`` keeps the old one. SignOnError names what is missing."""
    service = of() or SignOn()
    before = _facts(service) if service.server else {}
    service.kind, service.title, service.server = (
        kind,
        title.strip(),
        check_server(server.strip().rstrip("/")),
    )
    service.client_id, service.attribute = client_id.strip(), attribute.strip()
    service.has_factor, service.is_on = has_factor, is_on
    if kind == SignOn.Kind.OIDC and not (service.client_id and (secret or service.secret)):
        raise SignOnError("OpenID Connect 须填写客户端编号和密钥。")
    if has_factor and not settings.SIGN_ON_FACTOR:
        raise SignOnError(NOT_VOUCHED)
    if secret:
        service.secret = secret
    with transaction.atomic():
        service.save()
        audit.record("sign_on.change", by=by, on=service, before=before, after=_facts(service))
    return service


def try_out(service: SignOn) -> str:
    """What it answers, in a sentence; SignOnError says what is wrong."""
    return cas.try_out(service) if service.kind == SignOn.Kind.CAS else oidc.try_out(service)


def _facts(service: SignOn) -> dict[str, object]:
    names = ("kind", "title", "server", "client_id", "attribute", "has_factor", "is_on")
    return {name: getattr(service, name) for name in names} | {"secret": audit.hashed(service.secret)}
