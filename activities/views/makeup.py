"""Study made up for a record: who, when and how, on one page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest
from activities import makeup, makeup_rules
from activities.makeup import MakeUpError
from activities.makeup_forms import MakeUpForm
from activities.models import Activity, MakeUp
from activities.refusals import RecordError
from activities.views.places import require
from branches.roles import Right
from branches.scope import get_visible_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def activity_makeup(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """GET shows who was missing and what was made up for; POST notes it for some of them."""
    rows = Activity.objects.select_related("branch", "group")
    activity: Activity = get_visible_or_404(rows, request.user, pk=pk)
    require(request.user, Right.TAKE_ATTENDANCE, activity)
    if activity.is_withdrawn:
        messages.error(request, "这条记录已撤回，不能再登记补学。")
        return redirect("activity_detail", pk)
    missed = makeup.missed(activity)
    form = MakeUpForm(request.POST or None, missed=missed, has_hours=makeup_rules.counts_hours(activity))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            makeup.note(
                activity,
                form.people,
                on=values["on"],
                how=values["how"],
                hours=values.get("hours"),
                by=request.user,
            )
        except MakeUpError as refusal:
            form.add_error(refusal.field, str(refusal))
        except RecordError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {len(form.people)} 人补学。")
            return redirect("activity_makeup", pk)
    noted = activity.make_ups.select_related("member", "by")
    context = {"activity": activity, "form": form, "missed": missed, "noted": noted}
    return render(request, "activities/makeup.html", context, status=422 if form.errors else 200)


@require_POST
def makeup_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = MakeUp.objects.select_related("activity__branch", "member")
    row: MakeUp = get_visible_or_404(rows, request.user, pk=pk)
    require(request.user, Right.TAKE_ATTENDANCE, row.activity)
    try:
        makeup.drop(row, by=request.user)
    except RecordError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已取消{row.member.name}的补学。")
    return redirect("activity_makeup", row.activity_id)
