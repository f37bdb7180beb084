"""The quick record: log something new, correct what was logged."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from activities import comparison, drift, evidence, prompts, records
from activities.attendance_form import AttendanceForm
from activities.evidence_forms import PhotosForm
from activities.forms import RecordForm
from activities.kinds import HELD_ABOVE, Kind
from activities.models import Activity, Appeal, Invitation
from activities.occasions import Occasion
from activities.prompts import Prompt
from activities.records import Conflict
from activities.refusals import RecordError
from activities.views.appeals import appeal_of
from activities.views.evidence import say_added
from activities.views.places import asked_branch, choose_branch, require
from activities.views.prompted import prompt_of
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, get_visible_or_404, may, ranges_of

#: Whoever went back, changed something and sent the form again must not take it for kept.
SENT_BEFORE: Final = "这张表单先前已经提交过，以第一次提交的内容为准。如果后来又改过，请点“修改”再改一次。"


@require_http_methods(["GET", "HEAD", "POST"])
def activity_log(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    if kind not in Kind.values:
        raise Http404
    above = kind in HELD_ABOVE
    branch = asked_branch(request, above=above)
    if branch is None:
        return choose_branch(request, f"为哪个党组织记录{Kind(kind).label}", above=above)
    occasion = Occasion(request.user, branch, kind, invitation=_asked_invitation(request, branch, kind))
    prompt = prompt_of(request, branch, kind)
    if occasion.invitation:
        prompt = prompts.of_invitation(occasion.invitation.activity, request.user)
    more = {"prompt": prompt}
    if request.method != "POST":
        asked = {"held_on": request.GET.get("date", ""), "group": request.GET.get("group", "")}
        asked |= {"report_is_given": request.GET.get("report") == "1"} | prompt.initial
        return _show(request, _form_class(occasion)(occasion, initial=asked), more)
    form = _form_class(occasion)(occasion, request.POST)
    if form.is_to_be_saved:
        try:
            activity, is_new, untold = _log(form, prompt)
        except RecordError as error:
            form.add_error(None, str(error))
        else:
            is_lost = not is_new and bool(comparison.side_by_side(activity, form))
            for warning in filter(None, [untold, SENT_BEFORE if is_lost else ""]):
                messages.warning(request, warning)
            _add_photos(request, form.occasion, activity)
            return _done(request, form, activity, "已记录")
    return _show(request, form, more)


@require_http_methods(["GET", "HEAD", "POST"])
def activity_correct(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    activity: Activity = get_visible_or_404(
        Activity.objects.select_related("branch", "group"), request.user, pk=pk
    )
    require(request.user, Right.TAKE_ATTENDANCE, activity)
    if activity.is_withdrawn:
        messages.error(request, "这条记录已撤回，不能再修改。")
        return redirect("activity_detail", pk)
    anew = request.GET.get("roster") == "now"
    occasion = Occasion(request.user, activity.branch, activity.kind, activity, anew)
    said = appeal_of(request, activity)
    more = {"appeal": said, "drift": drift.of(activity) if anew else None}
    if request.method != "POST":
        return _show(request, _form_class(occasion)(occasion), more)
    form = _form_class(occasion)(occasion, request.POST)
    if form.is_to_be_saved and comparison.is_same(activity, form):
        return _left(request, form, activity, said)
    if form.is_to_be_saved:
        try:
            activity = _correct(form, activity)
        except Conflict as conflict:
            return _show_conflict(request, form, conflict, more)
        except RecordError as error:
            form.add_error(None, str(error))
        else:
            return _done(request, form, activity, "已修改", said)
    return _show(request, form, more)


def _asked_invitation(request: AuthenticatedRequest, branch: Branch, kind: str) -> Invitation | None:
    """That of ``?joint=``; one that is answered is only good for sending the same form again."""
    number = request.GET.get("joint", "")
    if not number.isdecimal():
        return None
    rows = Invitation.objects if request.method == "POST" else Invitation.objects.waiting()
    asked = rows.visible_to(request.user).filter(pk=number, branch=branch, activity__kind=kind)
    return asked.select_related("activity__branch", "branch").first()


def _form_class(occasion: Occasion) -> type[AttendanceForm]:
    path = occasion.activity.branch_path if occasion.activity else occasion.branch.path
    writes = may(occasion.user, Right.RECORD, path)
    return RecordForm if writes else AttendanceForm


def _log(form: AttendanceForm, prompt: Prompt) -> tuple[Activity, bool, str]:
    """The record, whether it is new, and why it does not settle what asked for it (empty when it does)."""
    occasion = form.occasion
    assert form.record_id is not None, "an expired form is not valid"
    # A record that nothing waits for is one transaction as it is.
    with transaction.atomic() if prompt.row else nullcontext():
        activity, is_new = records.log(
            by=occasion.user,
            record_id=form.record_id,
            branch=occasion.branch,
            kind=occasion.kind,
            held_on=form.cleaned_data["held_on"],
            group=form.chosen_group,
            marks=form.marks,
            campaigns=form.campaigns or [],
            invitation=form.invitation,
            details=form.parts.details,
            **form.facts_sent,
        )
        return activity, is_new, prompt.settle(activity, occasion.user)


def _add_photos(request: AuthenticatedRequest, occasion: Occasion, activity: Activity) -> None:
    """The record stands whatever becomes of them; of a form that was sent twice they are added once."""
    if PhotosForm.beside(occasion):
        chosen = request.FILES.getlist("photos")
        added = evidence.add_each(activity, chosen, by=occasion.user, is_again=True)
        say_added(request, added, "记录已保存，可在下面的“佐证材料”里重新选择。")


def _correct(form: AttendanceForm, activity: Activity) -> Activity:
    return records.correct(
        activity,
        by=form.occasion.user,
        version=form.version,
        held_on=form.cleaned_data["held_on"],
        marks=form.marks,
        campaigns=form.campaigns,
        details=form.parts.details,
        anew=form.occasion.anew,
        **form.facts_sent,
    )


def _done(
    request: AuthenticatedRequest,
    form: AttendanceForm,
    activity: Activity,
    verb: str,
    appeal: Appeal | None = None,
) -> HttpResponse:
    """Say what was written; the browser drops its draft on reading the message. An appeal is answered next."""
    counted = f"应到 {activity.expected}，实到 {activity.present}"
    for number, word in ((activity.on_leave, "请假"), (activity.absent, "缺席")):
        counted += f"，{word} {number}" if number else ""
    text = f"{verb}：{activity.get_kind_display()}，{counted}。"
    messages.success(request, text, extra_tags=f"draft:{draft_key(form.occasion)}")
    if appeal:
        return redirect("appeal", appeal.pk)
    if request.headers.get("Accept") == "application/json":  # resend.js, which then opens the page
        return JsonResponse({"to": reverse("activity_detail", args=[activity.pk])}, status=201)
    return redirect("activity_detail", activity.pk)


def _left(
    request: AuthenticatedRequest, form: AttendanceForm, activity: Activity, appeal: Appeal | None
) -> HttpResponse:
    """Nothing was changed: there is no new version, and what the record was sent back for still waits."""
    messages.info(request, "没有改动，记录不变。", extra_tags=f"draft:{draft_key(form.occasion)}")
    return redirect("appeal", appeal.pk) if appeal else redirect("activity_detail", activity.pk)


def draft_key(occasion: Occasion) -> str:
    """Names user and record, so that people who share a phone do not meet each other's drafts."""
    if occasion.activity:
        return f"u{occasion.user.pk}-{occasion.activity.pk}"
    joint = f"-j{occasion.invitation.pk}" if occasion.invitation else ""
    return f"u{occasion.user.pk}-b{occasion.branch.pk}-{occasion.kind}{joint}"


def _show_conflict(
    request: AuthenticatedRequest, form: AttendanceForm, conflict: Conflict, more: dict[str, Any]
) -> HttpResponse:
    """Both versions side by side, what was typed kept in the form, ready to be sent over the other one."""
    current = conflict.current
    form.add_error(None, str(conflict))
    form.version = current.version
    rows = comparison.side_by_side(current, form)
    changed_by = current.history.select_related("history_user").first()
    context = {**more, "conflict": rows, "changed_by": changed_by}
    form.occasion = replace(form.occasion, activity=current)
    return _show(request, form, context, status=409)


def _show(
    request: AuthenticatedRequest,
    form: AttendanceForm,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    occasion = form.occasion
    activity = occasion.activity
    own = covering_ranges([occasion.branch.path])
    context = {
        "form": form,
        "photos_form": PhotosForm.beside(occasion),
        "photos_lost": len(request.FILES.getlist("photos")),
        "occasion": occasion,
        "branch": occasion.branch,
        "is_one_of_several": ranges_of(request.user, Right.TAKE_ATTENDANCE) != own,
        "action": request.get_full_path(),
        "draft": draft_key(occasion),
        "back_url": reverse("activity_detail", args=[activity.pk])
        if activity
        else reverse("activity_choose"),
        **(more or {}),
    }
    return render(request, "activities/record.html", context, status=status)
