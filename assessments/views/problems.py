"""整改清单: the list for staff, and one line of it for the secretary who answers for it and staff who check it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.refusals import OutOfReach
from assessments import after, problems
from assessments.models import Problem, Subject
from assessments.refusals import AssessmentError, Conflict
from assessments.report_forms import (
    CheckForm,
    ProblemChangeForm,
    ProblemFilter,
    ProblemForm,
    ProgressForm,
    VersionForm,
)
from assessments.views.asking import check_assesses
from branches.list_exports import Found, ListExport, columns, offered
from branches.roles import Right

PER_PAGE = 50


def _listed(user: User, data: QueryDict, today: date) -> tuple[ProblemFilter, QuerySet[Problem]]:
    """Everything of the rounds one keeps, what is not settled first, by its deadline."""
    check_assesses(user)
    form = ProblemFilter(data, today=today)
    asked = form.asked
    rows = Problem.objects.filter(subject__in=Subject.objects.visible_to(user))
    if "state" in asked:
        rows = rows.filter(problems.at(asked["state"], today))
    if "year" in asked:
        rows = rows.filter(subject__round__year=asked["year"])
    rows = rows.select_related("subject__member", "subject__branch", "subject__round")
    return form, rows.order_by(F("checked_on").asc(nulls_first=True), "due_on", "pk")


@require_safe
def problem_list(request: AuthenticatedRequest) -> HttpResponse:
    today = timezone.localdate()
    form, rows = _listed(request.user, request.GET, today)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": problems.lines(page.object_list, today),
        "is_filtered": bool(form.asked),
        "export": offered(request, request.user, "problem_export", form),
    }
    return render(request, "assessments/problem_list.html", context)


def _found(user: User, data: QueryDict) -> Found:
    today = timezone.localdate()
    form, rows = _listed(user, data, today)
    return Found((_row(line) for line in problems.lines(rows, today)), rows.count(), form)


def _row(line: problems.Line) -> list[object]:
    problem, subject = line.problem, line.problem.subject
    place = [subject.round.year, subject.member.name, subject.branch.short_name, subject.branch.code]
    said = [problem.problem, problem.measure, problem.owner, problem.due_on]
    return [
        *place,
        *said,
        problem.done_on,
        problem.evidence,
        problem.checked_on,
        problem.check_result,
        line.word,
    ]


EXPORT = ListExport(
    "rectification",
    "述职评议整改",
    Right.ASSESS,
    columns(
        ("年度", "integer"),
        "书记",
        ("党组织", "text", 26),
        ("党组织代码", "text", 16),
        ("问题", "text", 40),
        ("整改措施", "text", 40),
        "责任人",
        ("完成期限", "date"),
        ("完成日期", "date"),
        ("整改情况", "text", 40),
        ("核查日期", "date"),
        ("核查意见", "text", 30),
        "状态",
    ),
    _found,
)


@require_http_methods(["GET", "HEAD", "POST"])
def problem_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """By staff of the round or by the secretary, when the grades are published."""
    rows = Subject.objects.select_related("round", "member", "branch", "report")
    subject = rows.filter(report=pk, member__account=request.user).first()
    if subject is None:
        subject = rows.filter(report=pk, pk__in=Subject.objects.visible_to(request.user)).first()
    if subject is None or not after.is_told(subject.round):
        raise OutOfReach(is_there=rows.filter(report=pk).exists())
    form = ProblemForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            problems.add(subject, form.facts, by=request.user)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已列入整改清单。")
            return _back(request.user, subject)
    is_own = subject.member.account_id == request.user.pk
    context = {"subject": subject, "form": form, "is_own": is_own}
    return render(request, "assessments/problem_add.html", context, status=422 if form.errors else 200)


def _back(user: User, subject: Subject) -> HttpResponse:
    """To where the whole list stands: the secretary's own page, or that of staff."""
    if subject.member.account_id == user.pk:
        return redirect("own_report", subject.report.pk)
    return redirect("duty_feedback", subject.report.pk)


def _problem_or_404(user: User, pk: int) -> Problem:
    found = problems.visible_to(user).select_related("subject__report").filter(pk=pk).first()
    if found is None or not after.is_told(found.subject.round):
        raise OutOfReach(is_there=Problem.objects.filter(pk=pk).exists())
    return found


@require_safe
def problem(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _shown(request, _problem_or_404(request.user, pk))


def _shown(request: AuthenticatedRequest, row: Problem, status: int = 200, **bound: Any) -> HttpResponse:
    """With the forms the user may send; ``bound`` holds the one that was refused."""
    subject = row.subject
    is_own = subject.member.account_id == request.user.pk
    may_check = problems.may_check(request.user, subject)
    version = {"version": row.version}
    progress = ProgressForm(initial={**version, "evidence": row.evidence, "done_on": row.done_on})
    facts = {name: getattr(row, name) for name in ("problem", "measure", "owner", "due_on")}
    context: dict[str, Any] = {
        "row": row,
        "line": problems.Line.of(row, timezone.localdate()),
        "subject": subject,
        "is_own": is_own,
        "progress": progress if is_own and not row.checked_on else None,
        "check": CheckForm(initial=version) if may_check and row.done_on and not row.checked_on else None,
        "change": ProblemChangeForm(initial={**version, **facts}) if not row.done_on else None,
        "may_drop": may_check and not row.done_on and not row.evidence,
    }
    context |= {"refused": next(iter(bound.values()), None), **bound}
    return render(request, "assessments/problem.html", context, status=status)


def _sent(request: AuthenticatedRequest, pk: int, name: str, form: Any, verb: Any, said: str) -> HttpResponse:
    """Check the form, do it; the loser of two edits sees what stands now beside what he sent."""
    row = _problem_or_404(request.user, pk)
    if not form.is_valid():
        return _shown(request, row, 422, **{name: form})
    try:
        verb(row)
    except AssessmentError as refusal:
        form.add_error(None, str(refusal))
        row.refresh_from_db()
        return _shown(request, row, 409 if isinstance(refusal, Conflict) else 422, **{name: form})
    messages.success(request, said)
    return redirect("problem", pk)


@require_POST
def problem_report(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    form = ProgressForm(request.POST)
    return _sent(
        request,
        pk,
        "progress",
        form,
        lambda row: problems.report(row, **form.cleaned_data, by=request.user),
        "整改情况已保存。",
    )


@require_POST
def problem_check(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    form = CheckForm(request.POST)
    return _sent(
        request,
        pk,
        "check",
        form,
        lambda row: problems.check(row, **form.cleaned_data, by=request.user),
        "核查意见已保存。",
    )


@require_POST
def problem_change(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    form = ProblemChangeForm(request.POST)
    return _sent(
        request,
        pk,
        "change",
        form,
        lambda row: problems.change(row, form.facts, version=form.cleaned_data["version"], by=request.user),
        "已修改。",
    )


@require_POST
def problem_drop(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _problem_or_404(request.user, pk)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        problems.drop(row, version=version, by=request.user)
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
        return redirect("problem", pk)
    messages.success(request, "已删去。")
    return _back(request.user, row.subject)
