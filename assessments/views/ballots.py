"""The ballot on everybody's phone, and the pages of those who give it out, count it and close it."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from assessments import ballot_slips, ballots, turnout, wrong_codes
from assessments.ballot_forms import IssueForm, MarksForm, PapersForm, RatersForm
from assessments.models import BallotCode, RaterGroup, Round
from assessments.refusals import AssessmentError
from assessments.views.asking import code_page
from branches.scope import get_visible_or_404

State = Round.State


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ballot(request: HttpRequest) -> HttpResponse:
    """A code opens the ballot, and sent again with the marks it casts it. The code is in no address and no session."""
    return code_page(request, "assessments/ballot_code.html", _opened)


def _code_of(request: HttpRequest, text: str) -> BallotCode:
    address = str(request.META.get("REMOTE_ADDR", ""))
    return wrong_codes.counted(address, lambda: ballots.code_of(text))


def _opened(request: HttpRequest, text: str) -> HttpResponse:
    group = _code_of(request, text).group
    round_ = group.round
    subjects = list(round_.subjects.select_related("member", "branch"))
    is_cast = "cast" in request.POST
    form = MarksForm(request.POST if is_cast else None, scheme=round_.rules, subjects=subjects)
    if is_cast and form.is_valid():
        try:
            ballots.cast(text, form.marks())
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("ballot_done")
    context = {"form": form, "round": round_, "group": group, "code": text}
    return render(request, "assessments/ballot_paper.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_safe
def ballot_done(request: HttpRequest) -> HttpResponse:
    """Thanks; nothing of who asks, or of what was cast."""
    return render(request, "assessments/ballot_done.html")


# Who gives the ballots out


def found_round(request: AuthenticatedRequest, pk: int) -> Round:
    found: Round = get_visible_or_404(Round.objects.select_related("branch"), request.user, pk=pk)
    return found


def found_group(request: AuthenticatedRequest, pk: int, code: str) -> RaterGroup:
    round_ = found_round(request, pk)
    group = round_.groups.filter(code=code).first()
    if group is None:
        raise Http404
    group.round = round_
    return group


@require_safe
def round_ballots(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """How many ballots are out and came back, live; what they say is told to nobody before the close."""
    return _shown(request, found_round(request, pk))


def _shown(
    request: AuthenticatedRequest, round_: Round, refused: dict[int, Form] | None = None
) -> HttpResponse:
    """``refused``: the form of a group that could not be done."""
    rows = turnout.of_round(round_)
    is_open = round_.is_at(State.BALLOTING)
    given = {pk: form for pk, form in (refused or {}).items() if isinstance(form, (IssueForm, PapersForm))}
    context = {
        "round": round_,
        "rows": rows,
        "is_open": is_open,
        "may_name": round_.is_at(State.DRAFT, State.REPORTING, State.BALLOTING)
        and not any(row.given for row in rows),
        "has_papers": any(row.group.papers for row in rows),
        "forms": [(row, *_forms_of(row, given.get(row.group.pk))) for row in rows] if is_open else [],
        "refused": list((refused or {}).values()),
        "address": request.build_absolute_uri(reverse("ballot")),
    }
    return render(request, "assessments/ballot_round.html", context, status=422 if refused else 200)


def _forms_of(row: turnout.Turnout, refused: Form | None) -> tuple[Form, Form]:
    group = row.group
    auto_id = f"id_%s_{group.pk}"
    issue = IssueForm(auto_id=auto_id, initial={"known": group.issued})
    papers = PapersForm(auto_id=auto_id, initial={"papers": group.papers})
    if isinstance(refused, IssueForm):
        return refused, papers
    return (issue, refused) if isinstance(refused, PapersForm) else (issue, papers)


@require_http_methods(["GET", "HEAD", "POST"])
def ballot_raters(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    round_ = found_round(request, pk)
    names = defaultdict(list)
    for rater in round_.raters.all():
        names[rater.group_id].append(rater.name)
    data = request.POST if request.method == "POST" else None
    form = RatersForm(data, groups=round_.groups.all(), names=names)
    if data is not None and form.is_valid():
        try:
            ballots.name_raters(round_, form.names(), by=request.user)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存测评人名单。")
            return redirect("round_ballots", pk)
    context = {"form": form, "round": round_}
    return render(request, "assessments/ballot_raters.html", context, status=422 if form.errors else 200)


@require_POST
def ballot_issue(request: AuthenticatedRequest, pk: int, group: str) -> HttpResponse:
    """The new codes as slips to print and cut; this answer is the only place where they ever stand."""
    found = found_group(request, pk, group)
    form = IssueForm(request.POST, auto_id=f"id_%s_{found.pk}")
    codes: list[str] = []
    if form.is_valid():
        number, known = form.cleaned_data["number"], form.cleaned_data["known"]
        try:
            codes = ballots.issue(found, number, by=request.user, known=known)
        except AssessmentError as refusal:
            form.add_error("number", str(refusal))
    if not codes:
        return _shown(request, found.round, {found.pk: form})
    address = request.build_absolute_uri(reverse("ballot"))
    context = {"round": found.round, "group": found, "address": address, "number": len(codes)}
    context["sheets"] = ballot_slips.sheets(codes, address)
    return render(request, "assessments/ballot_slips.html", context)


@require_POST
def ballot_recall(request: AuthenticatedRequest, pk: int, group: str) -> HttpResponse:
    found = found_group(request, pk, group)
    try:
        number = ballots.recall(found, by=request.user)
    except AssessmentError as refusal:
        return _refused(request, found, refusal)
    messages.success(request, f"“{found.title}”未用的 {number} 个测评码已作废，可以重新发。")
    return redirect("round_ballots", pk)


def _refused(request: AuthenticatedRequest, group: RaterGroup, refusal: AssessmentError) -> HttpResponse:
    form = Form({})
    form.add_error(None, str(refusal))
    return _shown(request, group.round, {group.pk: form})


@require_POST
def ballot_papers(request: AuthenticatedRequest, pk: int, group: str) -> HttpResponse:
    found = found_group(request, pk, group)
    form = PapersForm(request.POST, auto_id=f"id_%s_{found.pk}")
    if form.is_valid():
        try:
            ballots.hand_out(found, form.cleaned_data["papers"], by=request.user)
        except AssessmentError as refusal:
            form.add_error("papers", str(refusal))
        else:
            messages.success(request, f"“{found.title}”共发出纸质票 {form.cleaned_data['papers']} 张。")
            return redirect("round_ballots", pk)
    return _shown(request, found.round, {found.pk: form})


@require_http_methods(["GET", "HEAD", "POST"])
def ballot_close(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Says what closing does before it is done: it cannot be undone."""
    round_ = found_round(request, pk)
    fault = ""
    if request.method == "POST":
        try:
            ballots.close(round_, by=request.user)
        except AssessmentError as refusal:
            fault = str(refusal)
        else:
            messages.success(request, "测评已结束，可以综合评定了。")
            return redirect("round_ballots", pk)
    context: dict[str, Any] = {
        "round": round_,
        "rows": turnout.of_round(round_),
        "differing": ballots.unlike(round_),
        "is_open": round_.is_at(State.BALLOTING),
        "fault": fault,
    }
    return render(request, "assessments/ballot_close.html", context, status=422 if fault else 200)
