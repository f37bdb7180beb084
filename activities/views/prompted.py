"""What a quick record was opened for, as its address names it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.http import AuthenticatedRequest
from activities import prompts
from activities.models import Activity, AssignmentReturn
from activities.prompts import Prompt
from activities.views.places import REFUSALS
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may


def prompt_of(request: AuthenticatedRequest, branch: Branch, kind: str) -> Prompt:
    """``?return=`` names a task that is returned with it, ``?from=`` a record to be copied. 404 for what is not the
    branch's own and of the kind; whoever only takes attendance returns and copies nothing.
    """
    asked = request.GET
    if "return" not in asked and "from" not in asked:
        return Prompt()
    prompt = _of_task(request, branch, kind) if "return" in asked else _copied(request, branch, kind)
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
    record: Activity = get_visible_or_404(Activity.objects.valid(), request.user, pk=pk)
    if record.branch_path != branch.path or record.kind != kind:
        raise Http404
    return prompts.copied(record)


def uuid_or_404(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error
