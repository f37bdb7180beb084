"""Requests that passed the login requirement, and where somebody goes on to."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from .models import User


class AuthenticatedRequest(HttpRequest):
    user: User


def on_this_site(request: HttpRequest, target: str) -> str:
    """``target`` when it is an address of ours, else the home page: nobody is led away by what was sent along."""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else "/"
