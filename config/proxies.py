"""The visitor's address behind reverse proxies that the university runs itself, and what is not asked for in clear."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse


class RealAddress:
    """Put the visitor's address into REMOTE_ADDR, so that lock-outs and the audit trail need no rule of their own.

    Every proxy appends the address it was called from to X-Forwarded-For. With TRUSTED_PROXIES of them before us,
    the entry that many places from the right was written by the outermost one; what stands left of it is the
    visitor's own claim. With no trusted proxy the header is not looked at.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if settings.TRUSTED_PROXIES < 1:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(entries) >= settings.TRUSTED_PROXIES:
            claimed = entries[-settings.TRUSTED_PROXIES].strip()
            try:
                request.META["REMOTE_ADDR"] = str(ip_address(claimed))
            except ValueError:
                pass  # not an address: the connection's own stays
        return self.get_response(request)


class NothingPlainForPrograms:
    """Pages are led to HTTPS; what programs ask for is refused, so that somebody corrects the address (ASVS 4.1.2).

    Stands before Django's own redirect, which a trial has not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.pages = getattr(settings, "PROGRAMS_PAGES", [])
        if not self.pages:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in self.pages and not request.is_secure():
            return HttpResponse("请用 https 访问。", status=403, content_type="text/plain; charset=utf-8")
        return self.get_response(request)
