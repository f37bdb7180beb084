"""What follows the grades: feedback and its letter, answers to objections, corrections of the archive."""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.refusals import OutOfReach
from assessments import after, papers, problems, sealing
from assessments.models import Objection, Round, Subject
from assessments.refusals import AssessmentError, Conflict
from assessments.report_forms import AnswerForm, CorrectionForm, FeedbackForm
from assessments.views.asking import check_assesses, tried
from branches.scope import get_visible_or_404
from lib.media_types import DOCX, PDF
from lib.typesetting import CannotTypeset

ENDINGS = {"docx": DOCX, "pdf": PDF}


def _subject_or_404(user: User, pk: int) -> Subject:
    check_assesses(user)
    rows = Subject.objects.select_related("round__branch", "member", "branch", "report")
    subject: Subject = get_visible_or_404(rows, user, report=pk)
    return subject


@require_http_methods(["GET", "HEAD", "POST"])
def duty_feedback(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One secretary after the grades: what he is told, his list, what he says against it."""
    subject = _subject_or_404(request.user, pk)
    sent = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    initial = {"text": subject.feedback, "on": subject.feedback_on or today, "version": subject.version}
    form, status = FeedbackForm(sent, initial=initial), 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                after.give_feedback(subject, **form.cleaned_data, by=request.user)
            except AssessmentError as refusal:
                form.add_error(None, str(refusal))
                status = 409 if isinstance(refusal, Conflict) else 422
                subject.refresh_from_db()
            else:
                messages.success(request, "反馈意见已保存，书记现在能看到。")
                return redirect("duty_feedback", pk)
    return _shown(request, subject, form, status)


def _shown(request: AuthenticatedRequest, subject: Subject, form: FeedbackForm, status: int) -> HttpResponse:
    round_, today = subject.round, timezone.localdate()
    is_own = subject.member.account_id == request.user.pk
    is_open = round_.state == after.State.PUBLISHED and not is_own
    context: dict[str, Any] = {
        "subject": subject,
        "round": round_,
        "is_told": after.is_told(round_),
        "form": form if is_open else None,
        "current": subject if status == 409 else None,
        "problems": problems.lines(subject.problems.all(), today),
        "may_add": after.is_told(round_) and not is_own,
        "objections": subject.objections.select_related("answered_by"),
        "answer": AnswerForm() if is_open else None,
        "corrections": after.corrections_for(subject),
    }
    return render(request, "assessments/report_feedback.html", context, status=status)


@require_safe
@never_cache
def feedback_letter(request: AuthenticatedRequest, pk: int, ending: str) -> HttpResponseBase:
    """For staff of the round, and for himself; once it was given. Audited."""
    if ending not in ENDINGS:
        raise Http404
    rows = Subject.objects.own(request.user).select_related("round__branch", "member", "branch", "report")
    subject = rows.filter(report=pk).first() or _subject_or_404(request.user, pk)
    if not after.is_told(subject.round) or subject.feedback_on is None:
        raise Http404
    data = papers.letter_data(subject, list(subject.problems.all()))
    try:
        content = (papers.as_pdf if ending == "pdf" else papers.as_word)(data)
    except CannotTypeset as lack:
        messages.error(request, str(lack))
        is_own = subject.member.account_id == request.user.pk
        return redirect("own_reports") if is_own else redirect("duty_feedback", pk)
    audit.record("feedback.print", by=request.user, on=subject, after={"as": ending})
    name = f"{subject.round.year}年度{papers.LETTER}-{subject.member.name}.{ending}"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=ENDINGS[ending])


@require_POST
def objection_answer(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    check_assesses(request.user)
    rows = Objection.objects.select_related("subject__round", "subject__member", "subject__report")
    row = rows.filter(pk=pk, subject__in=Subject.objects.visible_to(request.user)).first()
    if row is None:
        raise OutOfReach(is_there=rows.filter(pk=pk).exists())
    form = AnswerForm(request.POST)
    text = form.data.get("answer", "")
    tried(request, lambda: after.answer_objection(row, text, by=request.user), "已答复，书记能看到。")
    return redirect("duty_feedback", row.subject.report.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def round_corrections(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Of an archived round: what was put right beside it, and a form for another."""
    check_assesses(request.user)
    round_: Round = get_visible_or_404(Round.objects.select_related("branch"), request.user, pk=pk)
    people = round_.subjects.select_related("member")
    form = CorrectionForm(request.POST if request.method == "POST" else None, subjects=people)
    if form.is_bound and form.is_valid():
        try:
            after.correct(round_, **form.cleaned_data, by=request.user)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "更正已记下，归档的内容和校验值不变。")
            return redirect("round_corrections", pk)
    is_archived = round_.state == after.State.ARCHIVED
    context = {
        "round": round_,
        "is_intact": is_archived and sealing.is_intact(round_),
        "form": form if is_archived else None,
        "refused": form,
        "corrections": round_.corrections.select_related("subject__member", "by"),
    }
    return render(request, "assessments/report_corrections.html", context, status=422 if form.errors else 200)
