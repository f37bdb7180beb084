"""The secretary's own report: what is asked and known, the three parts to be written, and what came of them."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from assessments import after, evidence, own_reports, problems, reports, results
from assessments.models import Report
from assessments.refusals import AssessmentError, Conflict
from assessments.report_forms import ObjectionForm, ReportForm
from lib.templatetags.ui import percent

#: The state of a report → that of the status tag.
LOOKS = {
    Report.State.DRAFT: "todo",
    Report.State.SUBMITTED: "doing",
    Report.State.RETURNED: "due",
    Report.State.ACCEPTED: "done",
}


def own_or_404(user: User, pk: int) -> Report:
    found = next((report for report in own_reports.of(user) if report.pk == pk), None)
    if found is None:
        raise Http404
    return found


@require_safe
def own_reports_page(request: AuthenticatedRequest) -> HttpResponse:
    """The last report; whoever has none is told what would be here."""
    found = own_reports.of(request.user)
    if found:
        return redirect("own_report", found[0].pk)
    return render(request, "assessments/own_none.html")


@require_safe
def own_report(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return shown(request, own_or_404(request.user, pk), ObjectionForm())


def shown(request: AuthenticatedRequest, report: Report, objection: ObjectionForm) -> HttpResponse:
    subject, today = report.subject, timezone.localdate()
    round_ = subject.round
    is_told = after.is_told(round_)
    context: dict[str, Any] = {
        "report": report,
        "subject": subject,
        "round": round_,
        "look": LOOKS[Report.State(report.state)],
        "is_writable": reports.is_writable(report),
        "is_late": reports.is_writable(report) and round_.report_due_on < today,
        "asked": reports.asked_in_words(round_.rules),
        "sheet": evidence.sheet_of(subject, request.user, today),
        "parts": parts_of(report),
        "others": [one for one in own_reports.of(request.user) if one.pk != report.pk],
        "is_told": is_told,
    }
    if is_told:
        context |= _outcome(report, objection)
    return render(request, "assessments/own.html", context, status=422 if objection.errors else 200)


def parts_of(report: Report) -> list[tuple[str, str]]:
    """Title and text of each part."""
    return [(title, getattr(report, name)) for name, title in reports.PARTS.items()]


def _outcome(report: Report, objection: ObjectionForm) -> dict[str, Any]:
    """What he is told once the grades are published."""
    subject = report.subject
    objections = list(subject.objections.all())
    is_open = subject.round.state == after.State.PUBLISHED
    return {
        "is_told_others": results.is_told_to_reporters(subject.round),
        "remarks": subject.remarks.all(),
        "problems": problems.lines(subject.problems.all(), timezone.localdate()),
        "objections": objections,
        "objection": objection if is_open and all(row.answered_at for row in objections) else None,
        "corrections": after.corrections_for(subject),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def own_report_write(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return written(request, own_or_404(request.user, pk), OWN)


@dataclass(frozen=True)
class Places:
    """Page names: where the report is written, where it is read afterwards, where the script saves, if it does."""

    write: str
    read: str
    save: str


OWN: Final = Places("own_report_write", "own_report", "own_report_save")


def written(request: AuthenticatedRequest, report: Report, places: Places) -> HttpResponse:
    """Saves, and with ``submit`` hands in. Of two windows the second sees both texts and decides."""
    if not reports.is_writable(report):
        messages.error(request, "报告已经提交，不能再改；要改的请上级退回。")
        return redirect(places.read, report.pk)
    form = ReportForm(request.POST if request.method == "POST" else None, initial=_kept(report))
    page = partial(_writing, request, report, form, places)
    if not form.is_bound:
        return page()
    if not form.is_valid():
        return page(version=form["version"].value(), status=422)
    text = Report(**form.texts)
    try:
        return _saved(request, report, form, places)
    except Conflict as conflict:
        form.add_error(None, str(conflict))
        report.refresh_from_db()
        return page(text=text, elsewhere=parts_of(report), status=409)
    except AssessmentError as refusal:
        form.add_error(None, str(refusal))
        report.refresh_from_db()
        return page(text=text, status=422)


def _kept(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in reports.PARTS}


def _saved(request: AuthenticatedRequest, report: Report, form: ReportForm, places: Places) -> HttpResponse:
    reports.save(report, form.texts, version=form.cleaned_data["version"], by=request.user)
    if "submit" in request.POST:
        reports.submit(report, by=request.user)
        reader = "另一人" if reports.is_without_account(report) else "上级"
        messages.success(request, f"述职报告已提交，等{reader}审阅。")
        return redirect(places.read, report.pk)
    messages.success(request, "已保存。写完后请提交。")
    return redirect(places.write, report.pk)


def _writing(
    request: AuthenticatedRequest,
    report: Report,
    form: ReportForm,
    places: Places,
    *,
    text: Report | None = None,
    elsewhere: Any = None,
    version: Any = None,
    status: int = 200,
) -> HttpResponse:
    """``version``: what is sent along next; unless said, the one that is kept, whose text he has been shown."""
    subject = report.subject
    context = {
        "report": report,
        "subject": subject,
        "round": subject.round,
        "form": form,
        "here": reverse(places.write, args=[report.pk]),
        "back_to": reverse(places.read, args=[report.pk]),
        "save_to": reverse(places.save, args=[report.pk]) if places.save else "",
        "is_on_behalf": reports.is_without_account(report),
        "elsewhere": elsewhere,
        "version": version or report.version,
        "asked": reports.asked_in_words(subject.round.rules),
        "rules": subject.round.rules.report,
        "counts": counts(text or report),
        "sheet": evidence.sheet_of(subject, request.user, timezone.localdate()),
        "is_late": subject.round.report_due_on < timezone.localdate(),
    }
    return render(request, "assessments/own_write.html", context, status=status)


def counts(report: Report) -> dict[str, Any]:
    """Characters of the parts and of all, and the share of problems, as the page shows them."""
    share = reports.share_of_problems(report)
    return {**reports.lengths(report), "all": report.characters, "share": percent(share)}


@require_POST
def own_report_save(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Saves while he writes, for the script; what it answers is shown beside the text."""
    report = own_or_404(request.user, pk)
    form = ReportForm(request.POST)
    if not form.is_valid():
        said = next(str(text) for texts in form.errors.values() for text in texts)
        return JsonResponse({"said": said}, status=422)
    try:
        version = reports.save(report, form.texts, version=form.cleaned_data["version"], by=request.user)
    except Conflict:
        said = "这份报告刚在别处保存过。请点“保存”，对照两处的内容。"
        return JsonResponse({"said": said}, status=409)
    except AssessmentError as refusal:
        return JsonResponse({"said": str(refusal)}, status=422)
    said = f"已保存 {timezone.localtime():%H:%M}"
    return JsonResponse({"version": version, "said": said, "counts": counts(Report(**form.texts))})


@require_POST
def own_object(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The secretary does not agree with his grade."""
    report = own_or_404(request.user, pk)
    form = ObjectionForm(request.POST)
    if form.is_valid():
        try:
            after.object_to(report.subject, form.cleaned_data["said"], by=request.user)
        except AssessmentError as refusal:
            form.add_error("said", str(refusal))
        else:
            messages.success(request, "意见已提交，等答复。")
            return redirect("own_report", pk)
    return shown(request, report, form)
