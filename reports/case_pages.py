"""Pages of case reports: the list, one to read and to take away, one to write with its figures, its versions."""

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.media_types import DOCX, PDF
from lib.periods import Period, year_of
from lib.typesetting import CannotTypeset

from .cases import choosing, keeping, paper
from .cases.forms import CaseForm, ChangeCaseForm, NewCaseForm, VersionForm
from .cases.inserted import compose
from .cases.keeping import CaseError, Conflict
from .cases.placeholders import Names, text_in_words
from .models import CaseReport
from .views import PER_PAGE, check_figures

ENDINGS = {"docx": ("下载 Word", DOCX), "pdf": ("下载 PDF", PDF)}
REFUSAL = "案例报告由组织部和二级党组织工作人员撰写。"


@require_safe
def case_list(request: AuthenticatedRequest) -> HttpResponse:
    check_figures(request.user)
    rows = CaseReport.objects.visible_to(request.user).select_related("branch", "author")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_write": has_right(request.user, Right.WRITE_CASES),
    }
    return render(request, "reports/case_list.html", context)


@require_safe
def case_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = _found(request, pk)
    context = {
        "report": report,
        "composed": compose(report, timezone.localdate()),
        "endings": [(ending, label) for ending, (label, _) in ENDINGS.items()],
        "may_export": may(request.user, Right.EXPORT, report.branch_path),
        "may_write": _may_write(request, report),
    }
    return render(request, "reports/case_page.html", context)


@require_POST
def case_export(request: AuthenticatedRequest, pk: int, ending: str) -> HttpResponseBase:
    report = _found(request, pk)
    if ending not in ENDINGS:
        raise Http404
    if not may(request.user, Right.EXPORT, report.branch_path):
        raise PermissionDenied
    try:
        made = paper.MAKERS[ending](compose(report, timezone.localdate()), by=request.user)
    except (paper.Incomplete, CannotTypeset) as refusal:
        messages.error(request, str(refusal))
        return redirect("case_page", pk)
    name = f"{report.name}-{timezone.localdate():%Y%m%d}.{ending}"
    return FileResponse(BytesIO(made), as_attachment=True, filename=name, content_type=ENDINGS[ending][1])


@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.WRITE_CASES):
        raise PermissionDenied(REFUSAL)
    organisations = keeping.writable_organisations(request.user)
    more: dict[str, Any] = {"organisations": organisations, "today": timezone.localdate()}
    if request.method == "POST" and _is_saving(request):
        form = NewCaseForm(request.POST, **more)
        made = _tried(form, lambda: keeping.write(form.cleaned_data["branch"], form.facts, by=request.user))
        if made:
            messages.success(request, "已保存。")
            return redirect("case_page", made.pk)
        return _writing(request, form, _branch(form, organisations), status=422)
    form = NewCaseForm(initial=_typed(request, {"period": year_of(timezone.localdate()).code}), **more)
    return _writing(request, form, _branch(form, organisations))


@require_http_methods(["GET", "HEAD", "POST"])
def case_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Saves; with the buttons of the chooser it only shows a figure, or puts it into what is typed."""
    report = _mine(request, pk)
    more: dict[str, Any] = {"today": timezone.localdate(), "kept": report.period}
    if request.method == "POST" and _is_saving(request):
        form = ChangeCaseForm(request.POST, **more)
        try:
            if _tried(form, lambda: _changed(request, report, form)):
                messages.success(request, "已保存。")
                return redirect("case_page", pk)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            report.refresh_from_db()
            return _writing(request, form, report.branch, report=report, elsewhere=_words(report), status=409)
        return _writing(request, form, report.branch, report=report, status=422)
    kept = {
        "name": report.name,
        "title": report.title,
        "period": report.period_code,
        "version": report.version,
    }
    form = ChangeCaseForm(initial=_typed(request, {**kept, "text": _words(report)}), **more)
    return _writing(request, form, report.branch, report=report)


@require_http_methods(["GET", "HEAD", "POST"])
def case_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = _mine(request, pk)
    form = VersionForm(request.POST or None, initial={"version": report.version})
    if request.method == "POST" and _settled(request, form, report, keeping.withdraw):
        messages.success(request, "已撤回，其他人不再看到。需要时可以恢复。")
        return redirect("case_page", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "reports/case_withdraw.html", {"report": report, "form": form}, status=status)


@require_POST
def case_restore(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    report = _mine(request, pk)
    form = VersionForm(request.POST)
    if _settled(request, form, report, keeping.restore):
        messages.success(request, "已恢复。")
    else:
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
    return redirect("case_page", pk)


@require_safe
def case_history(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Every version, the last first, as it would be written."""
    report = _mine(request, pk)
    names = Names(report.branch)
    page = Paginator(report.history.select_related("history_user"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    versions = [(row, text_in_words(row.text, names)) for row in page]
    context = {"report": report, "page": page, "versions": versions}
    return render(request, "reports/case_history.html", context)


def _found(request: AuthenticatedRequest, pk: int) -> CaseReport:
    rows = CaseReport.objects.select_related("branch", "author")
    report: CaseReport = get_visible_or_404(rows, request.user, pk=pk)
    return report


def _may_write(request: AuthenticatedRequest, report: CaseReport) -> bool:
    return may(request.user, Right.WRITE_CASES, report.branch_path)


def _mine(request: AuthenticatedRequest, pk: int) -> CaseReport:
    report = _found(request, pk)
    if not _may_write(request, report):
        raise PermissionDenied(REFUSAL)
    return report


def _words(report: CaseReport) -> str:
    return text_in_words(report.text, Names(report.branch))


def _is_saving(request: AuthenticatedRequest) -> bool:
    return not {"choose", "insert"} & set(request.POST)


def _typed(request: AuthenticatedRequest, kept: dict[str, Any]) -> dict[str, Any]:
    """What is in the fields while a figure is chosen; without script it is put at the end of the text."""
    if request.method != "POST":
        return kept
    names = ("branch", "name", "title", "period", "text", "version")
    typed = {**kept, **{name: request.POST[name] for name in names if name in request.POST}}
    if placeholder := request.POST.get("insert"):
        typed["text"] = f"{typed.get('text', '')}{placeholder}"
    return typed


def _tried(form: CaseForm, verb: Any) -> Any:
    """What the verb made; None where form or verb refuse, which the form then says. A conflict is for the caller."""
    if not form.is_valid():
        return None
    try:
        return verb()
    except Conflict:
        raise
    except CaseError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal).split("\n"))
        return None


def _changed(request: AuthenticatedRequest, report: CaseReport, form: ChangeCaseForm) -> bool:
    keeping.change(report, form.facts, version=form.cleaned_data["version"], by=request.user)
    return True


def _settled(request: AuthenticatedRequest, form: VersionForm, report: CaseReport, verb: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        verb(report, version=form.cleaned_data["version"], by=request.user)
    except CaseError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _branch(form: NewCaseForm, organisations: Any) -> Branch:
    """The organisation that the fields name, else the first of those one may write about."""
    wanted = str(form["branch"].value() or "")
    found: Branch | None = organisations.filter(pk=wanted).first() if wanted.isdecimal() else None
    first: Branch = found or organisations.first()
    return first


def _writing(
    request: AuthenticatedRequest,
    form: CaseForm,
    branch: Branch,
    *,
    report: CaseReport | None = None,
    elsewhere: str = "",
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    try:
        period = Period.parse(str(form["period"].value()))
    except ValueError:
        period = year_of(today)
    chosen = choosing.choice(request.POST, branch, period, today, look="choose" in request.POST)
    context = {
        "form": form,
        "branch": branch,
        "report": report,
        "chosen": chosen,
        "elsewhere": elsewhere,
        "version": report.version if report and elsewhere else None,
        "url": request.path,
    }
    return render(request, "reports/case_edit.html", context, status=status)
