"""Notices and tasks: the list, a new one, who has returned it, correcting, withdrawing, the workbook."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from activities import assignment_lists, assignments
from activities.assignment_forms import (
    AssignmentFilter,
    CorrectForm,
    IssueForm,
    OrganisationForm,
    ReturnFilter,
    WithdrawAssignmentForm,
)
from activities.assignment_lists import Standing
from activities.assignments import AssignmentError
from activities.models import Assignment
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send

PER_PAGE = 50
REFUSAL = "通知和任务由组织部和二级党组织工作人员发出、修改和撤回。"


@require_safe
def assignment_list(request: AuthenticatedRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    if not has_right(user, Right.SEE_RECORDS):
        raise PermissionDenied("通知和任务由党支部和上级工作人员查看。")
    form = AssignmentFilter(request.GET)
    asked = form.asked()
    rows = Assignment.objects.visible_to(user).select_related("issuer", "organisation")
    found = assignment_lists.narrowed(rows, asked, user, today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": assignment_lists.standings(page, user, today),
        "is_filtered": bool(asked),
        "may_issue": has_right(user, Right.ASSIGN),
    }
    return render(request, "activities/assignment_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_new(request: AuthenticatedRequest) -> HttpResponse:
    """The organisation stands in the address, so that its branches can be offered one by one."""
    if not has_right(request.user, Right.ASSIGN):
        raise PermissionDenied(REFUSAL)
    organisations = assignments.reachable_organisations(request.user)
    wanted = request.GET.get("organisation")
    organisation: Branch | None = organisations.first()
    if wanted:
        organisation = organisations.filter(pk=wanted).first() if wanted.isdecimal() else None
    if organisation is None:
        raise Http404
    form = IssueForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            made = assignments.issue(by=request.user, **form.sent)
        except AssignmentError as error:
            _add(form, error)
        else:
            messages.success(request, f"已发给 {made.returns.count()} 个党支部。")
            return redirect("assignment_detail", made.pk)
    context = {
        "form": form,
        "organisation": organisation,
        "organisations": OrganisationForm({"organisation": organisation.pk}, user=request.user),
        "url": request.get_full_path(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "activities/assignment_new.html", context, status=status)


@require_safe
def assignment_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    assignment, user, today = _found(request, pk), request.user, timezone.localdate()
    form = ReturnFilter(request.GET)
    [standing] = assignment_lists.standings([assignment], user, today)
    shown = assignment_lists.rows_of(assignment, user, today, form.states())
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "assignment": assignment,
        "form": form,
        "standing": standing,
        "page": page,
        "lines": assignment_lists.lines(page, assignment),
        "corrections": assignments.history_of(assignment),
        "chased_on": assignment_lists.last_chased(assignment, user),
        "today": today,
        "may_change": may(user, Right.ASSIGN, assignment.branch_path) and not assignment.is_withdrawn,
        "may_chase": has_right(user, Right.ASSIGN) and not assignment.is_withdrawn and standing.waiting,
        "may_export": has_right(user, Right.EXPORT) and has_right(user, Right.SEE_FIGURES),
    }
    return render(request, "activities/assignment_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_correct(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    assignment = _mine(request, pk)
    form = CorrectForm(request.POST or None, assignment=assignment)
    if request.method == "POST" and form.is_valid():
        try:
            assignments.correct(assignment, by=request.user, **form.cleaned_data)
        except AssignmentError as error:
            _add(form, error)
        else:
            messages.success(request, "已修改。各支部能看到改了什么。")
            return redirect("assignment_detail", pk)
    return _form(request, assignment, form, "activities/assignment_correct.html")


@require_http_methods(["GET", "HEAD", "POST"])
def assignment_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    assignment = _mine(request, pk)
    form = WithdrawAssignmentForm(request.POST or None, initial={"version": assignment.version})
    if request.method == "POST" and form.is_valid():
        try:
            assignments.withdraw(assignment, by=request.user, **form.cleaned_data)
        except AssignmentError as error:
            _add(form, error)
        else:
            messages.success(request, "已撤回。各支部不用再办，仍可查看。")
            return redirect("assignment_detail", pk)
    return _form(request, assignment, form, "activities/assignment_withdraw.html")


@require_POST
@leaving
def assignment_export(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The list as the page shows it; what was not understood is not left out."""
    assignment, user = _found(request, pk), request.user
    if not (has_right(user, Right.EXPORT) and has_right(user, Right.SEE_FIGURES)):
        raise PermissionDenied
    form = ReturnFilter(request.POST)
    states = form.states()
    if form.errors:
        raise Http404
    rows = assignment_lists.rows_of(assignment, user, timezone.localdate(), states)
    content = Outgoing(request.POST)
    assignment_lists.write(content, assignment, list(rows), by=user)
    return send(content, f"{assignment.title}-报送情况-{timezone.localdate():%Y%m%d}")


def _found(request: AuthenticatedRequest, pk: int) -> Assignment:
    rows = Assignment.objects.select_related("issuer", "organisation", "campaign", "issued_by")
    assignment: Assignment = get_visible_or_404(rows, request.user, pk=pk)
    return assignment


def _mine(request: AuthenticatedRequest, pk: int) -> Assignment:
    assignment = _found(request, pk)
    if not may(request.user, Right.ASSIGN, assignment.branch_path):
        raise PermissionDenied(f"由{assignment.issuer.short_name}的工作人员修改和撤回。")
    return assignment


def _form(
    request: AuthenticatedRequest, assignment: Assignment, form: forms.Form, template: str
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context: dict[str, Any] = {"assignment": assignment, "form": form, "standing": Standing(assignment, {})}
    return render(request, template, context, status=status)


def _add(form: forms.Form, error: AssignmentError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))
