"""Larger letters (大字版): remembered by the browser and not with the account, and before anybody signed in."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from .http import on_this_site

LARGE: Final = "large"
KEPT_FOR: Final = timedelta(days=365)


def is_large(request: HttpRequest) -> bool:
    return request.COOKIES.get(settings.TEXT_SIZE_COOKIE_NAME) == LARGE


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """From one size to the other, and back to the page that one came from, for whoever it is."""
    answer = redirect(on_this_site(request, request.headers.get("Referer") or reverse("login")))
    name = settings.TEXT_SIZE_COOKIE_NAME
    if is_large(request):
        answer.delete_cookie(name)
    else:
        secure = settings.SESSION_COOKIE_SECURE
        answer.set_cookie(name, LARGE, KEPT_FOR, secure=secure, httponly=True, samesite="Lax")
    return answer
