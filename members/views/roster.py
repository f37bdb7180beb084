"""The roster: a list of any date, and the same list as a workbook."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import has_right, lone_branch
from jobs import running
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send
from members import exports
from members.forms import RosterFilter
from members.listing import line, listed, sees_contacts, totals

PER_PAGE = 50


@require_safe
def roster(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    if not has_right(user, Right.SEE_MEMBERS):
        raise PermissionDenied
    names_shown = has_right(user, Right.SEE_NAMES)
    form = RosterFilter(request.GET, user=user, searchable=names_shown)
    wanted = form.wanted()
    members = listed(user, wanted)
    found = totals(members)
    paginator = Paginator(members, PER_PAGE)
    paginator.count = found.people
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "wanted": wanted,
        "page": page,
        "lines": [line(member, user) for member in page],
        "probationary": found.probationary,
        "names_shown": names_shown,
        "shows_contacts": sees_contacts(user),
        "lone": lone_branch(user),
        "may_register": has_right(user, Right.KEEP_MEMBERS),
        "may_import": has_right(user, Right.IMPORT),
        "may_keep": has_right(user, Right.KEEP_MEMBERS),
        "may_export": has_right(user, Right.EXPORT),
        "is_filtered": any((wanted.q, wanted.branch, wanted.status, wanted.on)),
    }
    return render(request, "members/roster.html", context)


@confirmed
@require_POST
@leaving
def roster_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """The list as a workbook: at once, or as a job when it is long.

    What was not understood is not left out, as on the page: the workbook would pass for what was asked for.
    """
    user = request.user
    if not has_right(user, Right.EXPORT):
        raise PermissionDenied
    form = RosterFilter(request.POST, user=user, searchable=has_right(user, Right.SEE_NAMES))
    wanted = form.wanted()
    if form.errors:
        raise Http404
    content, number = Outgoing(request.POST), listed(user, wanted).count()
    content.check(number)
    if number > exports.AT_ONCE:
        job = running.start(exports.KIND, user, "导出党员花名册", exports.as_parameters(wanted))
        return redirect("job_detail", job.pk)
    exports.write_roster(content, user, wanted)
    return send(content, f"党员花名册-{wanted.day:%Y%m%d}")
