"""Staff read a report with the evidence beside it, accept it or send it back, and write down what is asked and said."""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
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
from assessments import after, evidence, judging, papers, remarks, reports
from assessments.models import Remark, Report, Round, Subject
from assessments.refusals import AssessmentError
from assessments.report_forms import AnswerForm, RemarkForm
from assessments.stages import Step
from assessments.subjects import neighbours
from assessments.views import own
from assessments.views.asking import tried
from assessments.views.own import LOOKS, Places, counts, parts_of
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from lib.media_types import DOCX
from members.forms import SendBackForm

REFUSAL = "述职报告由书记本人和组织述职的党组织的工作人员查看。"
State = Report.State
ENTERED = Places("report_enter", "duty_report", "")


def _report_or_404(user: User, pk: int) -> Report:
    """A report of a round that the user keeps."""
    if not has_right(user, Right.ASSESS):
        raise PermissionDenied(REFUSAL)
    rows = Subject.objects.select_related("round__branch", "member", "branch", "report__entered_by")
    subject: Subject = get_visible_or_404(rows, user, report=pk)
    report: Report = subject.report
    report.subject = subject
    return report


@require_safe
def duty_report(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _shown(request, _report_or_404(request.user, pk), SendBackForm(), RemarkForm())


def _shown(
    request: AuthenticatedRequest, report: Report, back: SendBackForm, remark: RemarkForm
) -> HttpResponse:
    subject, round_ = report.subject, report.subject.round
    text = reports.handed_in(report)
    earlier, later = neighbours(subject)
    is_own = subject.member.account_id == request.user.pk
    is_reporting = round_.state == Round.State.REPORTING and not is_own
    context = {
        "report": report,
        "subject": subject,
        "round": round_,
        "look": LOOKS[State(report.state)],
        "parts": parts_of(text) if text else [],
        "counts": counts(text) if text else {},
        "fault": reports.fault_of(text, round_.rules) if text else "",
        "asked": reports.asked_in_words(round_.rules),
        "sheet": evidence.sheet_of(subject, request.user, timezone.localdate()),
        "before": earlier and earlier.report,
        "after": later and later.report,
        "may_accept": is_reporting
        and report.state == State.SUBMITTED
        and round_.rules.has(Step.READING)
        and report.entered_by_id != request.user.pk,
        "may_enter": reports.is_without_account(report) and reports.is_writable(report),
        "may_return": is_reporting and not report.is_open,
        "back": back,
        "remarks": subject.remarks.all(),
        "remark": remark if round_.state in judging.OPEN and not is_own else None,
        "is_told": after.is_told(round_),
    }
    status = 422 if back.errors or remark.errors else 200
    return render(request, "assessments/report_read.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def report_enter(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Written down by staff for a secretary who cannot sign in."""
    report = _report_or_404(request.user, pk)
    if not reports.is_without_account(report):
        messages.error(request, "书记有账号，述职报告由本人写。")
        return redirect("duty_report", pk)
    return own.written(request, report, ENTERED)


@require_POST
def report_accept(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = _report_or_404(request.user, pk)
    tried(request, lambda: reports.accept(report, by=request.user), "已审阅。")
    return redirect("duty_report", pk)


@require_POST
def report_return(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = _report_or_404(request.user, pk)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _shown(request, report, form, RemarkForm())
    why = form.cleaned_data["why"]
    tried(request, lambda: reports.send_back(report, why, by=request.user), "已退回，书记会看到原因。")
    return redirect("duty_report", pk)


@require_POST
def report_remark(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = _report_or_404(request.user, pk)
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            remarks.add(report.subject, **form.cleaned_data, by=request.user)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记。")
            return redirect("duty_report", pk)
    return _shown(request, report, SendBackForm(), form)


def _remark_or_404(user: User, pk: int) -> Remark:
    if not has_right(user, Right.ASSESS):
        raise PermissionDenied(REFUSAL)
    rows = Remark.objects.select_related("subject__report", "subject__round", "subject__member")
    row = rows.filter(pk=pk, subject__in=Subject.objects.visible_to(user)).first()
    if row is None:
        raise OutOfReach(is_there=rows.filter(pk=pk).exists())
    return row


@require_POST
def remark_answer(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _remark_or_404(request.user, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["answer"]
        tried(request, lambda: remarks.answer(row, text, by=request.user), "已记下回答。")
    else:
        messages.error(request, "请写明回答，最多 500 字。")
    return redirect("duty_report", row.subject.report.pk)


@require_POST
def remark_remove(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _remark_or_404(request.user, pk)
    report = row.subject.report.pk
    tried(request, lambda: remarks.remove(row, by=request.user), "已删去。")
    return redirect("duty_report", report)


def _to_read(user: User, pk: int) -> Report:
    """One's own, once the round has begun, or one of a round that one keeps."""
    own = Report.objects.filter(pk=pk, subject__member__account=user)
    own = own.exclude(subject__round__state=Round.State.DRAFT)
    report = own.select_related("subject__round__branch", "subject__member", "subject__branch").first()
    return report or _report_or_404(user, pk)


@require_safe
def report_versions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Every version that was handed in, the last first."""
    report = _to_read(request.user, pk)
    found = [(row, parts_of(row.instance), row.instance.characters) for row in reports.versions(report)]
    is_own = report.subject.member.account_id == request.user.pk
    context: dict[str, Any] = {
        "report": report,
        "subject": report.subject,
        "versions": found,
        "is_own": is_own,
    }
    return render(request, "assessments/report_versions.html", context)


@require_safe
@never_cache
def duty_report_word(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """What was handed in, as Word. Audited."""
    report = _to_read(request.user, pk)
    text = reports.handed_in(report)
    if text is None:
        raise Http404
    subject = report.subject
    content = papers.report_word(text, subject)
    audit.record("report.print", by=request.user, on=subject, after={"as": "docx"})
    name = f"{papers.report_title(subject)}-{subject.member.name}.docx"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=DOCX)
