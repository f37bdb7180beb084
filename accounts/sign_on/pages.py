"""To the university's service and back, signed in as the account of that name. No account is made here."""

import time
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit, proof
from accounts.http import on_this_site
from accounts.models import SignOn, User

from . import binding, cas, keeping, oidc
from .fetching import SignOnError

KEPT: Final = "sign_on"
SECONDS_TO_COME_BACK: Final = 10 * 60
#: What browsers say of a request that no other site made.
OURS: Final = {"same-origin", "none"}
_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
_UNKNOWN: Final = "已通过学校统一身份认证，但支部簿里没有您的账号，或者账号已停用。请联系本单位组织员开通。"


@never_cache
@require_safe
def sign_on(request: HttpRequest) -> HttpResponse:
    """Send the browser there; what must fit when it comes back stays in the session.

    Only from a page of ours or an address typed in: with CAS, another site could begin here and end with a ticket
    of its own, and whoever sits there would go on as somebody else. With ``again`` the service asks for the
    credentials although it knows the browser.
    """
    service = _in_use()
    if request.headers.get("Sec-Fetch-Site", "none") not in OURS:
        return redirect("login")
    anew = "again" in request.GET
    kept = {
        "next": request.GET.get("next", ""),
        "at": str(int(time.time())),
        **({"again": "1"} if anew else {}),
    }
    try:
        if service.kind == SignOn.Kind.CAS:
            target = cas.begin(service, _back(request), anew=anew)
        else:
            target, more = oidc.begin(service, _back(request), anew=anew)
            kept |= more
    except SignOnError as error:
        return _failed(request, error)
    request.session[KEPT] = kept
    return redirect(target)


@never_cache
@require_safe
def sign_on_back(request: HttpRequest) -> HttpResponse:
    """The answer is believed once, and only in the browser that asked."""
    service, kept = _in_use(), request.session.pop(KEPT, None)
    if kept is None or time.time() - int(kept["at"]) > SECONDS_TO_COME_BACK:
        return _failed(request, SignOnError("登录没有从支部簿开始、已经用过或者超过 10 分钟，请重新登录。"))
    try:
        name, subject = _who(request, service, kept)
    except SignOnError as error:
        return _failed(request, error)
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        audit.record("session.sign_on", by=None, denied=True, after={"account": audit.hashed(name)})
        messages.error(request, _UNKNOWN)
        return redirect("login")
    try:
        binding.hold(service, user, subject)
    except SignOnError as error:
        return _failed(request, error, user)
    login(request, user, _BACKEND)
    proof.signed_on(request, anew="again" in kept)
    if service.has_factor and settings.SIGN_ON_FACTOR:
        proof.vouched(request)
    audit.record("session.sign_on", by=user, on=user, after={"how": service.get_kind_display()})
    return redirect(on_this_site(request, kept["next"]))


def _who(request: HttpRequest, service: SignOn, kept: dict[str, str]) -> tuple[str, str]:
    """The account's name, and what the service itself calls him, where it has such a number."""
    anew = "again" in kept
    if service.kind == SignOn.Kind.CAS:
        return cas.name_of(service, request.GET.get("ticket", ""), _back(request), anew=anew), ""
    if "error" in request.GET:
        raise SignOnError("统一身份认证没有同意登录，请重试。")
    if request.GET.get("state", "") != kept["state"]:
        raise SignOnError("登录不是从这个浏览器开始的，请重新登录。")
    since = int(kept["at"]) if anew else None
    return oidc.who(service, request.GET.get("code", ""), _back(request), kept, anew_since=since)


def _in_use() -> SignOn:
    service = keeping.in_use()
    if service is None:
        raise Http404
    return service


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("sign_on_back"))


def _failed(request: HttpRequest, error: SignOnError, user: User | None = None) -> HttpResponse:
    """The local sign-in is always there."""
    audit.record("session.sign_on", by=None, on=user, denied=True, after={"reason": str(error)[:200]})
    messages.error(request, f"{error}也可以用支部簿的账号和密码登录。")
    return redirect("login")
