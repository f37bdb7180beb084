"""What pages of a round ask of whoever opens them, and say of what was tried."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.http import AuthenticatedRequest
from accounts.models import User
from assessments.ballot_forms import CodeForm
from assessments.refusals import NOT_A_KEEPER, AssessmentError
from branches.roles import Right
from branches.scope import has_right


def check_assesses(user: User) -> None:
    if not has_right(user, Right.ASSESS):
        raise PermissionDenied(NOT_A_KEEPER)


def code_page(
    request: HttpRequest, template: str, opened: Callable[[HttpRequest, str], HttpResponse]
) -> HttpResponse:
    """A ballot's first page: ``opened`` answers for the code that was sent; refused, it is asked for again."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return opened(request, form.cleaned_data["code"])
        except AssessmentError as refusal:
            form.add_error("code", str(refusal))
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


def tried(request: AuthenticatedRequest, verb: Callable[[], object], said: str) -> None:
    """Do it, and say that it is done or why it is not."""
    try:
        verb()
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
