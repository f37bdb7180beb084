"""One branch's side of a notice or task: reading, reporting a record, a text, or that it does not apply."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from activities import assignments, returns
from activities.assignment_forms import AnswerForm, ClaimForm, SayForm
from activities.assignments import AssignmentError
from activities.models import Activity, AssignmentReturn
from activities.models.assignments import RETURNED, WAITING, State
from activities.returns import LOOKS, word_of
from activities.sight import Sight
from activities.views.places import REFUSALS
from activities.views.prompted import uuid_or_404
from branches.roles import Right
from branches.scope import get_visible_or_404, may

CANDIDATES = 6


@dataclass(frozen=True)
class Forms:
    """The forms of the page, whichever of them came back with an error."""

    say: forms.Form
    claim: forms.Form
    answer: forms.Form

    @classmethod
    def blank(cls) -> "Forms":
        return cls(SayForm(), ClaimForm(), AnswerForm())


def _found(request: AuthenticatedRequest, pk: int) -> AssignmentReturn:
    rows = AssignmentReturn.objects.select_related(
        "assignment__issuer",
        "assignment__campaign",
        "branch",
        "record",
        "claimed_by",
        "answered_by",
        "returned_by",
    )
    row: AssignmentReturn = get_visible_or_404(rows, request.user, pk=pk)
    return row


@require_safe
def assignment_return(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _page(request, _found(request, pk), Forms.blank())


@require_POST
def return_read(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    return _done(request, row, partial(returns.read, row), "已阅。")


@require_POST
def return_link(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One tap: the record stands beside the button."""
    row = _own(request, pk)
    record = get_visible_or_404(Activity.objects, request.user, pk=uuid_or_404(request.POST.get("record")))
    return _done(request, row, partial(returns.link, row, record), "已报送。")


@require_POST
def return_say(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row, form = _own(request, pk), SayForm(request.POST)
    if not form.is_valid():
        return _page(request, row, Forms(form, ClaimForm(), AnswerForm()), 422)
    return _done(request, row, partial(returns.say, row, form.cleaned_data["text"]), "已报送。")


@require_POST
def return_claim(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row, form = _own(request, pk), ClaimForm(request.POST)
    if not form.is_valid():
        return _page(request, row, Forms(SayForm(), form, AnswerForm()), 422)
    verb = partial(returns.claim, row, form.cleaned_data["reason"])
    return _done(request, row, verb, "已提出，等上级答复。")


@require_POST
def return_answer(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row, form = _found(request, pk), AnswerForm(request.POST)
    if not may(request.user, Right.ASSIGN, row.branch_path):
        raise PermissionDenied(REFUSALS[Right.ASSIGN])
    agrees = request.POST.get("agrees") == "1"
    if form.is_valid() and not agrees and not form.cleaned_data["words"].strip():
        form.add_error("words", "不同意的，请写明理由。")
    if not form.is_valid():
        return _page(request, row, Forms(SayForm(), ClaimForm(), form), 422)
    verb = partial(returns.answer, row, agrees=agrees, words=form.cleaned_data["words"])
    return _done(request, row, verb, "已答复。")


def log_url(row: AssignmentReturn) -> str:
    """The quick record that returns the task when it is saved; empty where no kind is asked for."""
    kind = row.assignment.kind
    asked = urlencode({"branch": row.branch_id, "return": row.pk})
    return f"{reverse('activity_log', args=[kind])}?{asked}" if kind else ""


def _own(request: AuthenticatedRequest, pk: int) -> AssignmentReturn:
    row = _found(request, pk)
    if not may(request.user, Right.RECORD, row.branch_path):
        raise PermissionDenied(REFUSALS[Right.RECORD])
    return row


def _done(
    request: AuthenticatedRequest, row: AssignmentReturn, verb: Callable[..., object], word: str
) -> HttpResponse:
    try:
        verb(by=request.user)
    except AssignmentError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{row.assignment.title}：{word}")
    return redirect("assignment_return", row.pk)


def _page(
    request: AuthenticatedRequest, row: AssignmentReturn, shown: Forms, status: int = 200
) -> HttpResponse:
    today, user, assignment = timezone.localdate(), request.user, row.assignment
    state = returns.state_of(row, today)
    is_open = state in WAITING and not assignment.is_withdrawn
    writes = may(user, Right.RECORD, row.branch_path) and not assignment.is_withdrawn
    may_answer = state == State.ASKED and may(user, Right.ASSIGN, row.branch_path)
    context: dict[str, Any] = {
        "row": row,
        "assignment": assignment,
        "state": state,
        "look": LOOKS[state],
        "word": word_of(assignment, state),
        "is_open": is_open,
        "writes": writes,
        "may_say": writes and not assignment.is_notice and not assignment.kind,
        "may_claim": writes and is_open and not assignment.is_notice,
        "may_answer": may_answer and row.claimed_by_id != user.pk,
        "is_own_claim": may_answer and row.claimed_by_id == user.pk,
        "records": returns.candidates(row)[:CANDIDATES] if writes and not assignment.is_notice else [],
        "log_url": log_url(row),
        "is_broken": row.record is not None and state not in RETURNED,
        "corrections": assignments.history_of(assignment),
        "has_news": 0 < row.seen_version < assignment.version,
        "sight": Sight(user, row.branch_path),
        "forms": shown,
    }
    return render(request, "activities/assignment_return.html", context, status=status)
