"""帮助: the guides of one's own roles, and each of the others by name. No data of anybody stands in them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User

from . import guides


@login_not_required
@require_safe
def own_help(request: HttpRequest) -> HttpResponse:
    """Whoever is not signed in reads how to sign in."""
    user = request.user
    return _page(
        request, guides.own_guides(user) if isinstance(user, User) else [guides.guide(guides.SIGNING_IN)]
    )


@login_not_required
@require_safe
def help_guide(request: HttpRequest, name: str) -> HttpResponse:
    if name not in guides.NAMES:
        raise Http404
    return _page(request, [guides.guide(name)])


def _page(request: HttpRequest, shown: list[guides.Guide]) -> HttpResponse:
    others = [each for each in guides.all_guides() if each not in shown]
    return render(request, "reports/help.html", {"guides": shown, "others": others})
