"""The answer to who asks too often: an account for pages and exports, an address that nobody is signed in from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import refusals
from .counting import EXPORTS, EXPORTS_OF_A_DAY, Limit, over
from .models import User


def hurried(request: HttpRequest, limit: Limit) -> HttpResponse | None:
    """429 with Retry-After, None for who is within the limit; the first time is in the trail."""
    user = request.user if isinstance(request.user, User) else None
    times = over(limit, f"u{user.pk}" if user else str(request.META.get("REMOTE_ADDR", "")))
    if not times:
        return None
    if times == 1:
        refusals.write(request, user, "access.hurry", "")
    answer = render(
        request,
        "429.html",
        {"is_export": limit is EXPORTS, "is_of_a_day": limit is EXPORTS_OF_A_DAY},
        status=429,
    )
    answer.headers["Retry-After"] = str(limit.seconds)
    return answer
