"""A member finds himself marked wrongly: his sentence, what the branch answers, and the way to the record's form."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from activities import appeals
from activities.appeal_forms import AnswerForm, AppealForm
from activities.models import Activity, Appeal, Attendance
from activities.refusals import RecordError
from activities.views.places import REFUSALS
from branches.roles import Right
from branches.scope import get_visible_or_404, may


@require_http_methods(["GET", "HEAD", "POST"])
def appeal_ask(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """About one's own mark; anybody else's record is a missing one."""
    own = Attendance.objects.filter(member__account=request.user, activity__withdrawn_at__isnull=True)
    mark = own.select_related("activity__branch", "member").filter(activity=pk).first()
    if mark is None:
        raise Http404
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            appeals.ask(mark.activity, mark.member, form.cleaned_data["said"], by=request.user)
        except RecordError as refusal:
            form.add_error("said", str(refusal))
        else:
            messages.success(request, "已告诉支部，答复会显示在这条到会下面。")
            return redirect("me")
    context = {"form": form, "mark": mark}
    return render(request, "activities/appeal_ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What was said and answered, for both sides; POST answers."""
    rows = Appeal.objects.select_related("activity__branch", "member", "answered_by")
    row: Appeal = get_visible_or_404(rows, request.user, pk=pk)
    answers = may(request.user, Right.TAKE_ATTENDANCE, row.branch_path)
    if request.method == "POST" and not answers:
        raise PermissionDenied(REFUSALS[Right.TAKE_ATTENDANCE])
    closed = appeals.fault_of_answering(row)
    if request.method == "POST" and closed:
        messages.error(request, closed)
        return redirect("appeal", pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            appeals.answer(row, sent["answer"], is_corrected=sent["verdict"] == "corrected", by=request.user)
        except RecordError as refusal:
            form.add_error("answer", str(refusal))
        else:
            messages.success(request, f"已答复{row.member.name}。")
            return redirect("appeal", pk)
    context = {
        "row": row,
        "mark": Attendance.objects.filter(activity=row.activity, member=row.member).first(),
        "form": form if answers and not closed else None,
        "answers": answers,
    }
    return render(request, "activities/appeal.html", context, status=422 if form.errors else 200)


def appeal_of(request: AuthenticatedRequest, activity: Activity) -> Appeal | None:
    """That of ``?appeal=``, which the record's form was opened for."""
    if "appeal" not in request.GET:
        return None
    rows = Appeal.objects.filter(activity=activity).select_related("member")
    row: Appeal = get_visible_or_404(rows, request.user, pk=request.GET["appeal"])
    return row
