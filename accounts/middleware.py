"""Per-request conditions of a session: where it comes from, how long it may last, a password due for change.

And what every answer to a signed-in user has in common: it is kept in no cache, and a refusal leaves a trace.
"""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from . import audit, counting, factors, notice, pace, passwords, proof, refusals, sessions
from .models import User

Responder = Callable[[HttpRequest], HttpResponse]
SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
TOUCH_EVERY = 60


class Unnamed:
    """On UNNAMED_PAGES nobody is known: the session's cookie is put away before anybody reads it.

    So neither who is signed in, nor when the session was last used, nor the address is written anywhere.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_unnamed(request):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


def is_unnamed(request: HttpRequest) -> bool:
    return any(f"{request.path_info}/".startswith(page) for page in settings.UNNAMED_PAGES)


class RemoteAddress:
    """Make the client's address known to the audit trail (behind a proxy, config.proxies has put it right)."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = "" if is_unnamed(request) else str(request.META.get("REMOTE_ADDR", ""))[:45]
        token = audit.remote_address.set(address)
        try:
            return self.get_response(request)
        finally:
            audit.remote_address.reset(token)


class SignInRequired(LoginRequiredMiddleware):
    """Every page asks for a sign-in unless its view says otherwise; a fragment sends the whole page there."""

    def handle_no_permission(  # type: ignore[override]  # the fragment's redirect is one of htmx, not of HTTP
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(reverse("login"))
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        # What was to be sent is sent from its page, which may have another address than where it was sent to.
        page = urlsplit(request.headers.get("Referer", ""))
        ours = page.netloc == request.get_host()
        target = (
            page._replace(scheme="", netloc="", fragment="").geturl()
            if ours
            else resolve_url(settings.LOGIN_REDIRECT_URL)
        )
        return redirect_to_login(target, self.get_login_url(view_func))


class NeverStored:
    """What a signed-in user saw stays in no cache of a shared computer."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # The page of an outage says it itself: who is asked for here would be sought in the database once more.
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response


class RefusalTrail:
    """What a signed-in user asked for and did not get is written down, whatever the answer told him."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        refusals.note(request, exception)


class NotAllowed:
    """An address that takes no such request says so on a page; Django's own answer is empty."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = render_to_string("405.html", {"was_opened": request.method == "GET"}, request)
        return response


class Pace:
    """A program that asks page after page is told to wait; the ballot's pages count nobody (see Unnamed)."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_unnamed(request):
            return self.get_response(request)
        limit = counting.PAGES if request.user.is_authenticated else counting.STRANGERS
        return pace.hurried(request, limit) or self.get_response(request)


class SessionLimits:
    """End a session that was idle too long or is too old, whatever it does."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            session = request.session
            started = session.setdefault(SIGNED_IN_AT, now)
            seen = session.setdefault(SEEN_AT, now)
            if (
                now - seen > settings.SESSION_IDLE_SECONDS
                or now - started > settings.SESSION_ABSOLUTE_SECONDS
            ):
                logout(request)
                return _to_login(request)
            if now - seen >= TOUCH_EVERY:
                session[SEEN_AT] = now
                sessions.seen(request)
        return self.get_response(request)


class PasswordChangeRequired:
    """A one-time password or one too old opens only the page that replaces it; the former until it expires."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and proof.owes_password(request, user):
            if passwords.has_run_out(user):
                logout(request)
                return _to_login(request)
            if request.path not in {reverse("password_change"), *_always_open()}:
                return redirect("password_change")
        return self.get_response(request)


def _always_open() -> set[str]:
    """Whatever is owed first: the way out, and the size of the letters."""
    return {reverse("logout"), reverse("text_size")}


class EntryRequired:
    """What stands between the sign-in and the first page of ours: the second factor, then the privacy notice."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not proof.owes_password(request, user):
            page = _page_of_factor(request, user)
            # Before a factor is set up the password may be asked for again, here or by the university's service.
            again = {reverse(name) for name in ("confirm", "sign_on", "sign_on_back")}
            others = again if page == "factor_set_up" else set()
            if not page and notice.is_owed(request, user):
                page = "privacy_notice"
            if page and request.path not in {reverse(page), *_always_open(), *others}:
                return _led_to(request, page)
        return self.get_response(request)


def _page_of_factor(request: HttpRequest, user: User) -> str:
    """Where the factor is set up or asked for; empty when neither is needed."""
    if proof.is_vouched(request):
        return ""
    if user.second_factor_at:
        return "" if proof.has_passed(request, user) else "factor_check"
    return "factor_set_up" if factors.needed(user) else ""


def _led_to(request: HttpRequest, page: str) -> HttpResponse:
    """A fragment sends the whole page; after the factor he goes on to where he was going."""
    target = reverse(page)
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(target)
    if request.method == "GET" and page != "privacy_notice":
        target = f"{target}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(target)


def _to_login(request: HttpRequest) -> HttpResponse:
    """A fragment must never be filled with the sign-in page."""
    target = f"{reverse('login')}?ended=1"
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(target)
    return HttpResponseRedirect(target)
