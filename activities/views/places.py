"""Which branch a page is about: the one the address names, or the only one there is."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.models import Branch, Scoped
from branches.roles import Right
from branches.scope import get_visible_or_404, may

BRANCHES_PER_PAGE = 50
REFUSALS = {
    Right.ASSIGN: "由上级党组织的工作人员办理。",
    Right.RECORD: "只有本支部书记、记录员或上级工作人员可以登记和修改。",
    Right.TAKE_ATTENDANCE: "只有本支部书记、记录员、考勤员或上级工作人员可以登记。",
}


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool = False


def require(user: User, right: Right, place: Branch | Scoped) -> None:
    """403 for whoever sees the branch, or the row that belongs to one, but may not do this there."""
    if not may(user, right, place.path if isinstance(place, Branch) else place.branch_path):
        raise PermissionDenied(REFUSALS[right])


def own_branches(
    user: User, right: Right = Right.TAKE_ATTENDANCE, *, above: bool = False
) -> QuerySet[Branch]:
    """The branches that exist today and over which ``user`` holds ``right``, in official order; ``above`` with the
    organisations above the branches.
    """
    rows = Branch.objects.reachable_by(user, right).existing_on(timezone.localdate())
    return rows if above else rows.leaves()


def asked_branch(request: AuthenticatedRequest, *, above: bool = False) -> Branch | None:
    """The branch of ``?branch=``, else the user's only one; None when there are several to choose from."""
    if wanted := request.GET.get("branch"):
        rows = Branch.objects.all() if above else Branch.objects.leaves()
        branch: Branch = get_visible_or_404(rows, request.user, pk=wanted)
        require(request.user, Right.TAKE_ATTENDANCE, branch)
        return branch
    branches = list(own_branches(request.user, above=above)[:2])
    if not branches:
        raise PermissionDenied(REFUSALS[Right.TAKE_ATTENDANCE])
    return branches[0] if len(branches) == 1 else None


def choose_branch(request: AuthenticatedRequest, heading: str, *, above: bool = False) -> HttpResponse:
    """The list to choose from; every line comes back to the same page with its branch."""
    page = Paginator(own_branches(request.user, above=above), BRANCHES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    choices = [Choice(branch.short_name, f"{request.path}?branch={branch.pk}") for branch in page]
    return render(request, "activities/branches.html", {"heading": heading, "choices": choices, "page": page})
