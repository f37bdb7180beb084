"""Setting up the application through which WeCom messages go out. The secret is written, never shown again."""

from django.db import transaction

from accounts import audit
from accounts.models import User

from .addresses import AddressError, resolve, server_of
from .models import WeComApp


def set_up(*, server: str, corp_id: str, agent_id: int, secret: str, is_on: bool, by: User) -> WeComApp:
    """Write the one application; an empty ``secret`` keeps the old one. AddressError when messages may not go there."""
    server = server.rstrip("/")
    found = server_of(server, "app")
    if server.count("/") != 2:
        raise AddressError("服务器地址只写到主机名，例如 https://qyapi.weixin.qq.com。")
    resolve(found)
    app = WeComApp.objects.first() or WeComApp()
    if not secret and not app.secret:
        raise ValueError("请填写应用的 Secret。")
    before = _facts(app) if app.secret else {}
    app.server, app.corp_id, app.agent_id, app.is_on = server, corp_id, agent_id, is_on
    if secret:
        app.secret = secret
    with transaction.atomic():
        app.save()
        audit.record("wecomapp.change", by=by, on=app, before=before, after=_facts(app))
    return app


def _facts(app: WeComApp) -> dict[str, object]:
    return {
        "server": app.server,
        "corp_id": app.corp_id,
        "agent_id": app.agent_id,
        "is_on": app.is_on,
        "secret": audit.hashed(app.secret),
    }
