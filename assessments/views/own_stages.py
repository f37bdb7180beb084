"""A stage that the university adds to its rounds: for whom it is done, and noted for several at once."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest
from assessments import judging, own_stages
from assessments.models import StageDone
from assessments.refusals import AssessmentError
from assessments.round_forms import StageForm
from assessments.views.asking import tried
from branches.scope import get_visible_or_404

from .rounds import asked_round


@require_http_methods(["GET", "HEAD", "POST"])
def round_stage(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    row = asked_round(request, pk)
    stage = own_stages.of_code(row, code)
    if stage is None:
        raise Http404
    rows = StageDone.objects.filter(subject__round=row, stage=code).order_by("subject__position", "pk")
    done = list(rows.select_related("subject__member", "subject__branch", "by"))
    people = row.subjects.select_related("member", "branch")
    waiting = list(people.exclude(pk__in=[one.subject_id for one in done]))
    sent = request.POST if request.method == "POST" else None
    form = StageForm(sent, waiting=waiting, today=timezone.localdate())
    if form.is_valid():
        facts = form.cleaned_data
        try:
            new = own_stages.note(
                row, stage, facts["people"], on=facts["on"], text=facts["text"], by=request.user
            )
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {new} 人。")
            return redirect("round_stage", pk, code)
    context = {
        "round": row,
        "stage": stage,
        "done": done,
        "waiting": waiting,
        "form": form,
        "is_open": row.is_at(*judging.OPEN),
    }
    return render(request, "assessments/round_stage.html", context, status=422 if form.errors else 200)


@require_POST
def stage_take_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = StageDone.objects.select_related("subject__round", "subject__member")
    row: StageDone = get_visible_or_404(rows, request.user, pk=pk)
    tried(request, lambda: own_stages.take_back(row, by=request.user), "已取消登记。")
    return redirect("round_stage", row.subject.round_id, row.stage)
