"""Accounts for all holders of a post in one action."""

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.proof import proved
from branches.roles import Right
from branches.scope import ranges_of
from members import posts, providing, slips
from members.forms import HolderFilter
from members.models import Post


@require_http_methods(["GET", "POST"])
def accounts_provide(request: AuthenticatedRequest) -> HttpResponseBase:
    """GET lists the holders; POST makes the accounts and answers with the sheet of slips, this once."""
    user = request.user
    if not ranges_of(user, Right.KEEP_ACCOUNTS):
        raise PermissionDenied("账号由组织部和二级党组织工作人员开通。")
    if request.method == "POST" and request.POST.getlist("post"):
        return _issue(request)
    form = HolderFilter(request.GET, user=user)
    title, branch, account = form.wanted()
    context = {
        "form": form,
        "holders": providing.holders(user, title, branch, account),
        "title": Post.Title(title).label,
        "shows_all": account == "all",
        "is_filtered": bool(request.GET),
        "none_chosen": request.method == "POST",
    }
    return render(request, "members/provide.html", context)


@proved
def _issue(request: AuthenticatedRequest) -> HttpResponseBase:
    chosen = providing.chosen_posts(request.user, request.POST.getlist("post"))
    issued = posts.provide_accounts(chosen, by=request.user)
    return slips.sheet(request, slips.slips_of(issued), reverse("accounts_provide"))
