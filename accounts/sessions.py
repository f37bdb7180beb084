"""Where somebody is signed in, told to himself; he ends what is not his. Audited."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from . import audit
from .models import SignedIn, User

#: The first that stands in the browser's own description names it: most of them claim to be others, too.
_BROWSERS = (
    ("wxwork", "企业微信"),
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge 浏览器"),
    ("Firefox", "火狐浏览器"),
    ("360", "360 浏览器"),
    ("Chrome", "Chrome 浏览器"),
    ("Safari", "Safari 浏览器"),
)
_SYSTEMS = (
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("HarmonyOS", "鸿蒙"),
    ("OpenHarmony", "鸿蒙"),
    ("Android", "安卓"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


def in_words(agent: str) -> str:
    """A browser's description of itself, as people call it: “微信，安卓”."""
    found = [next((word for part, word in words if part in agent), "") for words in (_BROWSERS, _SYSTEMS)]
    return "，".join(word for word in found if word) or "未识别的浏览器"


@receiver(user_logged_in)
def _write_down(request: HttpRequest, user: User, **more: Any) -> None:
    # Signing in as somebody else empties the session, which has no key until it is saved.
    if request.session.session_key is None:
        request.session.save()
    SignedIn.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "address": str(request.META.get("REMOTE_ADDR", ""))[:45],
            "browser": in_words(request.headers.get("User-Agent", "")),
        },
    )


def seen(request: HttpRequest) -> None:
    """It is in use."""
    SignedIn.objects.filter(session_key=request.session.session_key).update(seen_at=timezone.now())


def renew_key(request: HttpRequest) -> None:
    """Give the session another key; whoever knew the old one knows nothing."""
    old = request.session.session_key
    request.session.cycle_key()
    moved(request, old)


def moved(request: HttpRequest, old: str | None) -> None:
    """The session that was ``old`` has another key now."""
    SignedIn.objects.filter(session_key=old).update(session_key=request.session.session_key)


def of(user: User) -> list[SignedIn]:
    """Those that still open something, the last used first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(SignedIn.objects.filter(user=user, session_key__in=live))


def end(row: SignedIn, *, by: User) -> None:
    """Sign it out from here; its next request is refused."""
    _end(row.session_key)
    audit.record("session.end", by=by, on=row.user, after={"address": row.address})


def end_all(user: User, *, by: User | None, but: str = "") -> int:
    """All sessions of ``user`` except the one of this key; how many."""
    rows = SignedIn.objects.filter(user=user).exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    for key in keys:
        _end(key)
    if keys:
        audit.record("session.end", by=by, on=user, after={"rows": len(keys)})
    return len(keys)


def _end(key: str) -> None:
    import_module(settings.SESSION_ENGINE).SessionStore(key).delete()
    SignedIn.objects.filter(session_key=key).delete()


@receiver(user_logged_out)
def _forget(request: HttpRequest, **more: Any) -> None:
    SignedIn.objects.filter(session_key=request.session.session_key or "").delete()
