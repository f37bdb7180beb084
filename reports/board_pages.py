"""Further ways to look at the dashboard's figures: two periods beside each other, the last quarters, on a projector."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from lib.periods import Period

from . import comparing, links, projecting, trend
from .asked import Asked
from .closing import notices
from .filters import AgainstForm, FigureFilter, period_or_404
from .views import check_figures


@require_safe
def compare(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """The period beside the one before it, or beside any other (``against``)."""
    check_figures(request.user)
    period = period_or_404(code)
    today = timezone.localdate()
    against = AgainstForm(request.GET, today=today, period=period)
    form = FigureFilter(request.GET, user=request.user, today=today, period=period)
    now, before = form.asked, _asked_then(request, against.chosen)
    if before is None:
        messages.info(request, f"{now.title_of(against.chosen)}不在您查看的范围内，没有可以比较的数。")
        return redirect(links.statistics(period, **now.carried))
    context = {
        "form": form,
        "asked": now,
        "comparison": comparing.compare(now, before),
        "against": against,
        "locks": [notice for one in (before, now) if (notice := notices.of(one))],
        "statistics_url": links.statistics(period, **now.carried),
        "share_url": links.share(
            links.comparison(period, **now.carried, against=before.period.code), f"{now.title}组织生活比较"
        ),
        "dashboard_url": links.dashboard(period),
    }
    return render(request, "reports/compare.html", context)


def _asked_then(request: AuthenticatedRequest, period: Period) -> Asked | None:
    """The same of another period; None where the organisation was out of the user's reach then."""
    try:
        return FigureFilter(request.GET, user=request.user, today=timezone.localdate(), period=period).asked
    except Http404:
        return None


@require_safe
def trend_page(request: AuthenticatedRequest) -> HttpResponse:
    """The last quarters as lines, with their table; the dashboard loads the same piece when it is scrolled to."""
    check_figures(request.user)
    form = FigureFilter(request.GET, user=request.user, today=timezone.localdate())
    context = {
        "form": form,
        "asked": form.asked,
        "trend": trend.trend(form),
        "dashboard_url": links.dashboard(form.asked.period),
    }
    return render(request, "reports/trend.html", context)


@require_safe
def projector(request: AuthenticatedRequest, slide: int) -> HttpResponse:
    """One screen of large type, to be read from the back row; ← and → go on."""
    check_figures(request.user)
    if not 1 <= slide <= len(projecting.SCREENS):
        raise Http404
    form = FigureFilter(request.GET, user=request.user, today=timezone.localdate())
    asked = form.asked
    shown = projecting.screen(slide, form, request.GET.get("part", ""))
    before, following = projecting.ways(slide, shown, request.GET)
    context = {
        "asked": asked,
        "screen": shown,
        "slide": slide,
        "slides": len(projecting.SCREENS),
        "before_url": before,
        "next_url": following,
        "locked": notices.of(asked),
        "dashboard_url": links.dashboard(asked.period, **asked.carried),
    }
    return render(request, "reports/projector.html", context)
