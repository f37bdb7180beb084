"""What pages of a round ask of whoever opens them, and say of what was tried."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied

from accounts.http import AuthenticatedRequest
from accounts.models import User
from assessments.refusals import NOT_A_KEEPER, AssessmentError
from branches.roles import Right
from branches.scope import has_right


def check_assesses(user: User) -> None:
    if not has_right(user, Right.ASSESS):
        raise PermissionDenied(NOT_A_KEEPER)


def tried(request: AuthenticatedRequest, verb: Callable[[], object], said: str) -> None:
    """Do it, and say that it is done or why it is not."""
    try:
        verb()
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
