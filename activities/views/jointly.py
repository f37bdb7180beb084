"""Held with other branches: asking them, answering, and standing alone again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from activities import jointly, partners
from activities.jointly_forms import AnswerForm, DeclineForm, InviteForm, SearchForm
from activities.models import Activity, Invitation
from activities.refusals import RecordError
from activities.views.places import require
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may

SHOWN = 20


def _record(request: AuthenticatedRequest, pk: UUID) -> Activity:
    activity: Activity = get_visible_or_404(
        Activity.objects.select_related("branch", "joint_of__branch"), request.user, pk=pk
    )
    require(request.user, Right.RECORD, activity)
    return activity


@require_http_methods(["GET", "HEAD", "POST"])
def activity_joint(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The leading branch finds others by name and asks them; each line says what it answered."""
    activity = _record(request, pk)
    if not partners.possible(activity):
        messages.info(request, "这条记录不能邀请其他支部。")
        return redirect("activity_detail", pk)
    search = SearchForm(request.GET)
    found = jointly.candidates(activity, search.words) if search.words else Branch.objects.none()
    form = InviteForm(
        request.POST or None, possible=jointly.candidates(activity, ""), shown=found[: SHOWN + 1]
    )
    if form.is_valid():
        try:
            made = jointly.invite(activity, form.cleaned_data["branches"], by=request.user)
        except RecordError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已邀请 {len(made)} 个支部，它们会在首页待办里看到。")
            return redirect("activity_joint", pk)
    context = {
        "activity": activity,
        "search": search,
        "form": form,
        "most": SHOWN,
        "invitations": jointly.answered(activity, request.user),
    }
    return render(request, "activities/joint.html", context)


@require_POST
def invitation_take_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """For whoever keeps the leading record."""
    leading = Activity.objects.reachable_by(request.user, Right.RECORD)
    rows = Invitation.objects.filter(activity__in=leading).select_related("activity__branch", "branch")
    asked = get_object_or_404(rows, pk=pk)
    try:
        jointly.take_back(asked, by=request.user)
    except RecordError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已收回对“{asked.branch.short_name}”的邀请。")
    return redirect("activity_joint", asked.activity_id)


def _invitation(request: AuthenticatedRequest, pk: int) -> Invitation:
    rows = Invitation.objects.standing().select_related("activity__branch", "activity", "branch")
    invitation: Invitation = get_visible_or_404(rows, request.user, pk=pk)
    return invitation


@require_safe
def invitation(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The branch that was asked: record its people, name the record it has, or say that it took no part."""
    return _show(request, _invitation(request, pk))


@require_POST
def invitation_join(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    asked = _to_answer(request, pk)
    form = AnswerForm(request.POST, records=jointly.own_records(asked))
    if form.is_valid():
        try:
            record = jointly.join(form.cleaned_data["record"], asked, by=request.user)
        except RecordError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已作为与“{asked.activity.branch.short_name}”联合开展的一部分。")
            return redirect("activity_detail", record.pk)
    return _show(request, asked, chosen=form)


@require_POST
def invitation_decline(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    asked = _to_answer(request, pk)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            jointly.decline(asked, by=request.user, reason=form.cleaned_data["reason"])
        except RecordError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已答复：本支部未参加。")
            return redirect("home")
    return _show(request, asked, declined=form)


def _to_answer(request: AuthenticatedRequest, pk: int) -> Invitation:
    asked = _invitation(request, pk)
    require(request.user, Right.RECORD, asked.branch)
    return asked


def _show(
    request: AuthenticatedRequest,
    asked: Invitation,
    chosen: AnswerForm | None = None,
    declined: DeclineForm | None = None,
) -> HttpResponse:
    own = jointly.own_records(asked)
    form = chosen or declined
    context = {
        "invitation": asked,
        "lead": asked.activity,
        "answer": partners.answer_to(asked),
        "may_answer": may(request.user, Right.RECORD, asked.branch_path),
        "chosen": chosen or (AnswerForm(None, records=own) if own.exists() else None),
        "declined": declined or DeclineForm(None),
    }
    return render(request, "activities/invitation.html", context, status=422 if form else 200)


@require_POST
def activity_leave(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    try:
        jointly.leave(_record(request, pk), by=request.user)
    except RecordError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已退出联合，这条记录作为本支部单独开展的活动计数。")
    return redirect("activity_detail", pk)
