"""Full minutes of a record: its agenda, votes and tasks, written whenever there is time for it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest
from activities import admissions, minutes, secretary_reports
from activities.elections import reading as elections
from activities.kinds import CONFIDENTIAL
from activities.minutes import Item, ItemConflict
from activities.minutes_forms import ItemForm, PasteForm, RemoveForm
from activities.models import Activity, AgendaItem, Election
from activities.pasting import take_apart
from activities.refusals import RecordError
from activities.views.places import require
from activities.voting import votes_of
from branches.roles import Right
from branches.scope import get_visible_or_404
from members.voting import Vote

#: In the address of a new item without a vote.
TALK = "talk"


def _to_write(request: AuthenticatedRequest, pk: UUID) -> Activity:
    """A record whose minutes the user writes."""
    rows = Activity.objects.select_related("branch", "group")
    activity: Activity = get_visible_or_404(rows, request.user, pk=pk)
    require(request.user, Right.RECORD, activity)
    return activity


@require_http_methods(["GET", "HEAD", "POST"])
def activity_minutes(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """GET shows the agenda and what is missing; POST takes a pasted text apart."""
    activity = _to_write(request, pk)
    form = PasteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = minutes.paste(activity, take_apart(form.cleaned_data["text"]), by=request.user)
        except RecordError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已分成 {number} 项议题，请逐项核对。")
            return redirect("activity_minutes", pk)
    return _show(request, activity, form)


def _show(request: AuthenticatedRequest, activity: Activity, form: PasteForm) -> HttpResponse:
    agenda = minutes.agenda_of(activity)
    pieces = minutes.pieces(activity, agenda)
    context = {
        "activity": activity,
        "agenda": agenda,
        "links": admissions.links(activity, agenda),
        "election": _election(activity, agenda),
        "form": form,
        "pieces": pieces,
        "there": sum(piece.is_there for piece in pieces),
        "is_ready": all(piece.is_there for piece in pieces),
        "is_complete": minutes.is_complete(activity, pieces),
        "has_agenda": activity.kind not in CONFIDENTIAL,
        "is_report_asked": secretary_reports.is_asked_of(activity),
        "is_report_given": secretary_reports.is_asked_of(activity) and secretary_reports.is_given(activity),
        "kinds": [
            (TALK, "学习讨论"),
            *(
                (vote.value, vote.label)
                for vote in votes_of(activity.kind)
                if not minutes.fault_of_vote(activity, vote)
            ),
        ],
    }
    return render(request, "activities/minutes.html", context, status=422 if form.errors else 200)


def _election(activity: Activity, agenda: list[Item]) -> Election | None:
    """Where votes that were just written are wanted."""
    has_votes = any(item.ballots for item in agenda if item.row.vote == Vote.ELECTION)
    return elections.waiting_at(activity) if has_votes else None


@require_http_methods(["GET", "HEAD", "POST"])
def agenda_add(request: AuthenticatedRequest, pk: UUID, vote: str) -> HttpResponse:
    activity = _to_write(request, pk)
    if vote != TALK and vote not in votes_of(activity.kind):
        raise Http404
    if vote != TALK and (fault := minutes.fault_of_vote(activity, vote)):
        messages.error(request, fault)
        return redirect("activity_minutes", pk)
    return _item(request, activity, None, "" if vote == TALK else vote)


@require_http_methods(["GET", "HEAD", "POST"])
def agenda_item(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    item = _asked_item(request, pk)
    return _item(request, item.activity, item, item.vote)


def _asked_item(request: AuthenticatedRequest, pk: UUID) -> AgendaItem:
    rows = AgendaItem.objects.select_related("activity__branch", "activity__group")
    item: AgendaItem = get_visible_or_404(rows.prefetch_related("tasks__owner"), request.user, pk=pk)
    return item


def _item(
    request: AuthenticatedRequest, activity: Activity, item: AgendaItem | None, vote: str
) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = ItemForm(activity, item, vote, request.user, sent)
    status, current = 200, None
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                minutes.keep_item(activity, by=request.user, **form.sent)
            except ItemConflict as conflict:
                form.add_error(None, str(conflict))
                current, status = conflict.current, 409
            except RecordError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "已保存。")
                return redirect("activity_minutes", activity.pk)
    context: dict[str, Any] = {
        "activity": activity,
        "form": form,
        "item": item,
        "current": current,
        "current_version": current.version if current else None,
        "turnout": minutes.turnout_of(activity) if form.rule else None,
        "title": Vote(vote).label if vote else "学习讨论",
    }
    return render(request, "activities/agenda_item.html", context, status=status)


@require_POST
def agenda_remove(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    item = _asked_item(request, pk)
    form = RemoveForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    tried(request, lambda: minutes.remove_item(item, by=request.user, version=version), "已删去。")
    return redirect("activity_minutes", item.activity_id)


@require_POST
def minutes_report(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    activity = _to_write(request, pk)
    given = request.POST.get("given") == "1"
    said = "已登记书记述职。" if given else "已改为没有述职。"
    tried(request, lambda: secretary_reports.say(activity, given=given, by=request.user), said)
    return redirect("activity_minutes", pk)


@require_POST
def minutes_complete(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    activity = _to_write(request, pk)
    tried(request, lambda: minutes.complete(activity, by=request.user), "已标为资料齐全。")
    return redirect("activity_minutes", pk)


def tried(request: AuthenticatedRequest, verb: Callable[[], object], said: str) -> None:
    """Do it, and say that it is done or why it is not."""
    try:
        verb()
    except RecordError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
