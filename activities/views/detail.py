"""One record: what it says, how it came to say so, and taking it back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from activities import (
    drift,
    facts,
    guests,
    hints,
    minutes,
    oaths,
    partners,
    parts,
    record_links,
    records,
    supplements,
    talks,
    versions,
)
from activities.evidence_forms import EvidenceForm
from activities.forms import WithdrawForm
from activities.kinds import CONFIDENTIAL
from activities.models import Activity, Attendance, Evidence
from activities.papers import PAPERS
from activities.records import Conflict
from activities.refusals import RecordError
from activities.sight import Sight
from activities.supplement_forms import AnswerForm, AskForm
from activities.views.places import require
from branches.roles import Right
from branches.scope import get_visible_or_404

State = Attendance.State


@dataclass(frozen=True)
class Group:
    """The people of one attendance state, as 姓名 or 姓名（事由）."""

    state: str
    label: str
    people: list[str]


def found(request: AuthenticatedRequest, pk: UUID) -> tuple[Activity, Sight]:
    rows = Activity.objects.select_related("branch", "group", "entered_by", "joint_of__branch")
    activity: Activity = get_visible_or_404(rows, request.user, pk=pk)
    return activity, Sight(request.user, activity.branch_path)


@require_safe
def activity_detail(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    return shown(request, *found(request, pk))


def shown(request: AuthenticatedRequest, activity: Activity, sight: Sight, **refused: Form) -> HttpResponse:
    """The record's page; ``refused`` are those of its forms that were sent with an error."""
    context = {"ask_form": AskForm(), "answer_form": AnswerForm(), **_context(request, activity, sight)}
    status = 422 if refused else 200
    return render(request, "activities/detail.html", context | refused, status=status)


def _context(request: AuthenticatedRequest, activity: Activity, sight: Sight) -> dict[str, Any]:
    agenda = minutes.agenda_of(activity) if sight.sees_notes else []
    together = partners.of(activity)
    files = list(Evidence.objects.visible_to(request.user).shown().filter(activity=activity))
    is_talk = activity.kind in CONFIDENTIAL
    opens_talk = is_talk and talks.may_read(request.user, activity)
    supplement = supplements.latest_of(activity) if sight.may_write else None
    return {
        "activity": activity,
        "supplement": supplement,
        "may_send_back": sight.may_send_back and not (supplement and supplement.is_open),
        #: The query of the list the record was opened from, as one of its lines.
        "listed": request.META["QUERY_STRING"] if "list" in request.GET else "",
        "agenda": agenda,
        "is_complete": minutes.is_complete(activity, minutes.pieces(activity, agenda)),
        "sight": sight,
        "facts": _facts(activity, together, sight),
        "together": together,
        "may_invite": sight.may_write and partners.possible(activity),
        "groups": _groups(activity, sight),
        "notes": activity.notes if sight.sees_notes else "",
        "entered_by": sight.name(activity.entered_by.name) if activity.entered_by else "",
        "lateness": facts.lateness(activity),
        "pictures": [each for each in files if each.is_picture],
        "documents": [each for each in files if not each.is_picture],
        "evidence_form": EvidenceForm(is_sealed=is_talk),
        "adds_files": sight.may_write and not activity.is_withdrawn and (opens_talk or not is_talk),
        "has_agenda": not is_talk,
        "opens_talk": opens_talk,
        "swore": oaths.steps_of(activity) if sight.may_develop else [],
        "oath_article": oaths.ARTICLE,
        "hints": hints.of(activity, agenda, files, request.user)
        if hints.may_see(request.user, activity)
        else [],
        "links": record_links.of(request.user, activity),
        "drift": drift.of(activity) if sight.may_mark else None,
        "has_missed": activity.on_leave + activity.absent > 0 and not activity.is_heads_only,
        "papers": [(paper.code, paper.label) for paper in PAPERS.values()],
        "changes": activity.version - 1 - activity.is_withdrawn,
    }


def _facts(activity: Activity, together: list[Activity], sight: Sight) -> list[tuple[str, str]]:
    """Label and words of what is known; names of people masked for whoever may not see them."""
    values = facts.values_of(activity)
    values |= {name: sight.name(values[name]) for name in ("host", "recorder", "lecturer")}
    if not sight.sees_names:
        values |= guests.counted(values)
    words = facts.described(values)
    words.pop(facts.NOTES)
    words[facts.JOINT] = partners.in_words(activity, together)
    group = {"党小组": activity.group.name} if activity.group else {}
    details = parts.words_of(activity, sight.name, kept=sight.sees_notes)
    return [(label, text) for label, text in {**group, **words, **details}.items() if text]


def _groups(activity: Activity, sight: Sight) -> list[Group]:
    rows = activity.attendances.order_by("member__name_order", "member__number")
    has_missed = activity.on_leave + activity.absent > 0
    made_up = {row.member_id: row for row in activity.make_ups.all()} if has_missed else {}
    people: dict[str, list[str]] = {state: [] for state in State.values}
    for state, member, name, reason in rows.values_list("state", "member", "member__name", "reason"):
        words = [reason] if reason and sight.sees_reasons else []
        if row := made_up.get(member):
            words.append(f"已补学 {row.on.month}月{row.on.day}日")
        people[state].append(sight.name(name) + (f"（{' · '.join(words)}）" if words else ""))
    return [Group(state, str(State(state).label), names) for state, names in people.items() if names]


@require_safe
def activity_history(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    activity, sight = found(request, pk)
    shown = versions.of(activity, sight)
    return render(request, "activities/history.html", {"activity": activity, "versions": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def activity_withdraw(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    activity, _ = found(request, pk)
    require(request.user, Right.RECORD, activity)
    if activity.is_withdrawn:
        messages.info(request, "这条记录已经撤回。")
        return redirect("activity_detail", pk)
    form = WithdrawForm(request.POST or None, initial={"version": activity.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            records.withdraw(activity, by=request.user, **form.cleaned_data)
        except Conflict as conflict:
            form = _renewed(form, conflict)
            activity, status = conflict.current, 409
        except RecordError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已撤回。记录仍可查看，不再计数。")
            return redirect("activity_detail", pk)
    return render(request, "activities/withdraw.html", {"form": form, "activity": activity}, status=status)


def _renewed(form: WithdrawForm, conflict: Conflict) -> WithdrawForm:
    """The same reason over the record as it is now: whoever withdraws must have seen that."""
    again: dict[str, Any] = {"reason": form.cleaned_data["reason"], "version": conflict.current.version}
    form = WithdrawForm(again)
    form.add_error(None, "这条记录刚改过。现在的内容如下，确认仍要撤回，请再点一次。")
    return form
