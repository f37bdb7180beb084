"""Leave: a member asks for it and sees what became of it; the branch reads it and may decline."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest
from activities import leave
from activities.leave import LeaveError
from activities.leave_forms import DeclineForm, LeaveForm
from activities.models import LeaveRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, may
from members.models import ON_ROSTER, Member

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def leave_own(request: AuthenticatedRequest) -> HttpResponse:
    """One's own requests; POST asks for leave."""
    member = Member.objects.select_related("branch").filter(account=request.user).first()
    if member is None or member.status not in ON_ROSTER or not leave.branches_of(member):
        raise PermissionDenied("请假由党员用本人的账号提出。")
    form = LeaveForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            leave.ask(
                member,
                form.chosen_branch,
                on=values["on"],
                kind=values["kind"],
                reason=values["reason"],
                by=request.user,
            )
        except LeaveError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "已提交请假，支部登记到会时会看到。")
            return redirect("leave_own")
    context = {"form": form, "rows": member.leave_requests.all()[:SHOWN]}
    return render(request, "activities/leave_own.html", context, status=422 if form.errors else 200)


def _found(request: AuthenticatedRequest, pk: int) -> LeaveRequest:
    rows = LeaveRequest.objects.select_related("member", "branch", "answered_by")
    found: LeaveRequest = get_visible_or_404(rows, request.user, pk=pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def leave_request(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What was asked and answered, for both sides; POST declines."""
    row = _found(request, pk)
    answers = may(request.user, Right.RECORD, row.branch_path)
    if request.method == "POST" and not answers:
        raise PermissionDenied("只有本支部书记、记录员或上级工作人员可以答复请假。")
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            leave.decline(row, form.cleaned_data["answer"], by=request.user)
        except LeaveError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"已告诉{row.member.name}没有同意。")
            return redirect("leave_request", pk)
    is_own = row.member.account_id == request.user.pk
    context = {
        "row": row,
        "form": form if answers and row.is_asked else None,
        "is_own": is_own,
        "may_withdraw": is_own and row.is_asked and row.on >= timezone.localdate(),
    }
    return render(request, "activities/leave_request.html", context, status=422 if form.errors else 200)


@require_POST
def leave_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _found(request, pk)
    if row.member.account_id != request.user.pk:
        raise PermissionDenied("请假由本人撤回。")
    try:
        leave.withdraw(row, by=request.user)
    except LeaveError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤回请假。")
    return redirect("leave_own")
