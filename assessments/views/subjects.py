"""One secretary of a round: what the score is made of, what graders enter, the committee's grade; and all at once."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from assessments import gathering, judging, quotas, rounds
from assessments.gathering import Judged
from assessments.models import Deducted, Points, Round, StageDone, Subject
from assessments.refusals import AssessmentError, Conflict
from assessments.round_forms import DecideForm, DeductForm, GateForm, PointsForm
from assessments.schemes import Way
from assessments.scoring import shown_groups
from assessments.stages import Stage
from assessments.subjects import neighbours
from branches.scope import get_visible_or_404

from .rounds import asked_round, settled

PER_PAGE: Final = 50
LOST: Final = "lost"
State = Round.State


@require_safe
def subject_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _shown(request, _asked(request, pk))


@require_POST
def subject_points(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    subject, form = _asked(request, pk), PointsForm(request.POST)

    def give(item: str, value: Decimal | None, version: int, note: str) -> None:
        judging.give_points(subject, item, value, version=version, note=note, by=request.user)

    if _done(form, give, "value"):
        return redirect("subject", pk)
    if _is_lost(form):
        # Changed in another window: sent again, it is held against what stands now.
        own = Points.objects.filter(subject=subject, item=form.cleaned_data["item"], grader=request.user)
        version = own.values_list("version", flat=True).first() or 0
        form.data = {**request.POST.dict(), "version": version}
    return _shown(request, subject, points=form)


@require_POST
def subject_deduct(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    subject, form = _asked(request, pk), DeductForm(request.POST)
    if _done(form, partial(judging.deduct, subject, by=request.user)):
        return redirect("subject", pk)
    return _shown(request, subject, deduct=form)


@require_POST
def deduction_give_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = Deducted.objects.select_related("subject__round")
    row: Deducted = get_visible_or_404(rows, request.user, pk=pk)
    return settled(
        request, row.subject.round, lambda: judging.give_back(row, by=request.user), "已取消扣分。"
    )


@require_POST
def subject_gate(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    subject, form = _asked(request, pk), GateForm(request.POST)

    def answer(gate: str, is_open: str, basis: str) -> None:
        judging.answer_gate(subject, gate, is_open=is_open == "yes", basis=basis, by=request.user)

    if _done(form, answer, "basis"):
        return redirect("subject", pk)
    return _shown(request, subject, gate=form)


@require_POST
def subject_decide(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    subject = _asked(request, pk)
    form = DecideForm(request.POST, subject=subject, grades=subject.round.rules.titles)
    if _done(form, partial(rounds.decide, subject, by=request.user), "why"):
        return redirect("subject", pk)
    if _is_lost(form):
        # Somebody was faster: sent again, it is held against what stands now.
        form.data = {**request.POST.dict(), "version": Subject.objects.get(pk=pk).version}
    return _shown(request, subject, decide=form)


def _done(form: Form, verb: Callable[..., object], field: str | None = None) -> bool:
    """Whether the form could be taken; a refusal stands at ``field``, a lost race above the form."""
    if not form.is_valid():
        return False
    try:
        verb(**form.cleaned_data)
    except AssessmentError as refusal:
        is_lost = isinstance(refusal, Conflict)
        form.add_error(
            None if is_lost else field, ValidationError(str(refusal), code=LOST if is_lost else "")
        )
        return False
    return True


def _is_lost(form: Form) -> bool:
    """Whether somebody was faster."""
    return form.has_error(NON_FIELD_ERRORS, LOST)


@require_safe
def round_grades(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Everybody with total and grade; in order of the total only for the meeting that decides, and not afterwards."""
    row = asked_round(request, pk)
    judged = gathering.of_round(row, timezone.localdate())
    by_total = request.GET.get("order") == "total" and row.state == State.GRADING
    if by_total:
        judged.sort(key=lambda one: (one.score.total is None, -(one.score.total or 0), one.subject.position))
    page = Paginator(judged, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "round": row,
        "page": page,
        "by_total": by_total,
        "is_grading": row.state == State.GRADING,
        "faults": _faults(row, judged),
        "counts": [
            (title, sum(one.subject.decided == title for one in judged)) for title in row.rules.titles
        ],
        "quotas": [quota.sentence(len(judged)) for quota in row.rules.quotas],
    }
    return render(request, "assessments/round_grades.html", context)


def _faults(row: Round, judged: Sequence[Judged]) -> list[str]:
    """What the grades given so far break; and, while grading, that the conditions leave too few for a quota."""
    faults = quotas.faults_of_grades(row.rules, [one.subject.decided for one in judged])
    if row.state != State.GRADING:
        return faults
    why = quotas.why_gates_leave_too_few(row.rules, [one.inputs.gates for one in judged])
    return [*faults, f"{why}请核对限制条件的登记。"] if why else faults


def _asked(request: AuthenticatedRequest, pk: int) -> Subject:
    rows = Subject.objects.select_related("round__branch", "member", "branch", "report")
    subject: Subject = get_visible_or_404(rows, request.user, pk=pk)
    return subject


def _shown(request: AuthenticatedRequest, subject: Subject, **wrong: Any) -> HttpResponse:
    round_ = subject.round
    [one] = gathering.judged(round_, [subject], timezone.localdate())
    context = {
        "round": round_,
        "subject": subject,
        "score": one.score,
        "groups": shown_groups(round_.rules, one.inputs.ballots) if round_.closed_at else [],
        "grades": round_.rules.titles,
        "points": _points(request, subject, one, wrong.get("points")),
        "deductions": subject.deductions.all(),
        "deduct": _deduct(subject, wrong.get("deduct")),
        "gates": _gates(subject, wrong.get("gate")),
        "decide": _decide(subject, wrong.get("decide")),
        "errors": next((form for form in wrong.values() if form.errors), None),
        "noted": _noted(subject),
        "around": neighbours(subject),
    }
    status = 200
    if wrong:
        status = 409 if any(map(_is_lost, wrong.values())) else 422
    return render(request, "assessments/subject.html", context, status=status)


def _noted(subject: Subject) -> list[tuple[Stage, StageDone | None]]:
    """The stages of the university's own, and what was noted of them."""
    stages = subject.round.rules.own_stages
    done = {row.stage: row for row in subject.stages_done.all()} if stages else {}
    return [(stage, done.get(stage.code)) for stage in stages]


def _is_open(subject: Subject) -> bool:
    return subject.round.state in judging.OPEN


def _points(
    request: AuthenticatedRequest, subject: Subject, one: Judged, wrong: PointsForm | None
) -> list[dict[str, Any]]:
    """For each item that graders give points for: one's own form, and what the others gave."""
    own = {row.item: row for row in Points.objects.filter(subject=subject, grader=request.user)}
    found = []
    for item in subject.round.rules.of_way(Way.EXPERT):
        row = own.get(item.code)
        form = PointsForm(
            initial={
                "item": item.code,
                "version": row.version if row else 0,
                "value": row.value if row else None,
                "note": row.note if row else "",
            }
        )
        if wrong is not None and wrong.data.get("item") == item.code:
            form = wrong
        given = one.inputs.experts.get(item.code, ())
        found.append({"item": item, "form": form if _is_open(subject) else None, "given": len(given)})
    return found


def _deduct(subject: Subject, wrong: DeductForm | None) -> DeductForm | None:
    if not subject.round.rules.deductions or not _is_open(subject):
        return None
    return wrong or DeductForm()


def _gates(subject: Subject, wrong: GateForm | None) -> list[dict[str, Any]]:
    answers = {row.gate: row for row in subject.gates.all()}
    found = []
    for gate in subject.round.rules.gates:
        row = answers.get(gate.code)
        form = GateForm(
            initial={
                "gate": gate.code,
                "is_open": "yes" if row and row.is_open else "no",
                "basis": row.basis if row else "",
            }
        )
        if wrong is not None and wrong.data.get("gate") == gate.code:
            form = wrong
        found.append({"gate": gate, "row": row, "form": form if _is_open(subject) else None})
    return found


def _decide(subject: Subject, wrong: DecideForm | None) -> DecideForm | None:
    if subject.round.state != State.GRADING:
        return None
    return wrong or DecideForm(None, subject=subject, grades=subject.round.rules.titles)
