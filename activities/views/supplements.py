"""Sending a record back to its branch, and the branch's answer; both stand on the record's page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedRequest
from activities import supplements
from activities.models import Activity, Supplement
from activities.refusals import RecordError
from activities.supplement_forms import AnswerForm, AskForm
from activities.views import detail
from activities.views.places import require
from branches.roles import Right
from branches.scope import get_visible_or_404


@require_POST
def supplement_ask(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    activity, sight = detail.found(request, pk)
    require(request.user, Right.ASSIGN, activity)
    form = AskForm(request.POST)
    if not form.is_valid():
        return detail.shown(request, activity, sight, ask_form=form)
    try:
        supplements.ask(activity, form.cleaned_data["reason"], by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已退回{activity.branch.short_name}补充。记录照常计数。")
    return _back(request, activity)


@require_POST
def supplement_answer(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = Supplement.objects.select_related("activity")
    row: Supplement = get_visible_or_404(rows, request.user, pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return detail.shown(request, *detail.found(request, row.activity_id), answer_form=form)
    try:
        supplements.answer(row, form.cleaned_data["answer"], by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已答复上级。")
    return _back(request, row.activity)


def _back(request: AuthenticatedRequest, activity: Activity) -> HttpResponse:
    """To the record, as one of the list it was opened from."""
    asked = request.META["QUERY_STRING"]
    address = reverse("activity_detail", args=[activity.pk])
    return HttpResponseRedirect(f"{address}?{asked}" if asked else address)
