"""What a quick record was opened for, as its address names it."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.http import AuthenticatedRequest
from activities import prompts
from activities.models import Activity, AssignmentReturn, Plan
from activities.plans.dates import Planned
from activities.prompts import Prompt
from activities.views.places import REFUSALS
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may
from lib.dates import DateError, parse_date


def prompt_of(request: AuthenticatedRequest, branch: Branch, kind: str) -> Prompt:
    """``?return=`` names a task that is returned with it, ``?plan=`` what was planned, ``?from=`` a record to copy.

    404 for what is not the branch's own and of the kind; whoever only takes attendance gets nothing filled in.
    """
    asked = request.GET
    found = next((make for key, make in _BY_KEY.items() if key in asked), None)
    if found is None:
        return Prompt()
    prompt = found(request, branch, kind)
    if not may(request.user, Right.RECORD, branch.path):
        raise PermissionDenied(REFUSALS[Right.RECORD])
    return prompt


def _of_task(request: AuthenticatedRequest, branch: Branch, kind: str) -> Prompt:
    rows = AssignmentReturn.objects.select_related("assignment__issuer")
    row: AssignmentReturn = get_visible_or_404(rows, request.user, pk=request.GET["return"])
    if row.branch_path != branch.path or row.assignment.kind != kind or row.assignment.is_withdrawn:
        raise Http404
    return prompts.of_task(row)


def _copied(request: AuthenticatedRequest, branch: Branch, kind: str) -> Prompt:
    pk = uuid_or_404(request.GET["from"])
    own = Activity.objects.valid().filter(branch_path=branch.path, kind=kind)
    return prompts.copied(get_object_or_404(own, pk=pk))


def _of_plan(request: AuthenticatedRequest, branch: Branch, kind: str) -> Prompt:
    rows = Plan.objects.select_related("branch", "group")
    plan: Plan = get_visible_or_404(rows, request.user, pk=request.GET["plan"])
    if plan.branch_id != branch.pk or plan.kind != kind:
        raise Http404
    try:
        day = parse_date(request.GET.get("date"))
    except DateError:
        day = None
    day = day or timezone.localdate()
    return prompts.of_plan(Planned(plan, day, day))


_BY_KEY: dict[str, Callable[[AuthenticatedRequest, Branch, str], Prompt]] = {
    "return": _of_task,
    "plan": _of_plan,
    "from": _copied,
}


def uuid_or_404(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error
