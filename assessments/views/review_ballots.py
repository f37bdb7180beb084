"""The ballot of a review on everybody's phone, and the pages of the branch that gives it out, counts and closes it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from assessments import ballot_slips, wrong_codes
from assessments.ballot_forms import IssueForm
from assessments.refusals import AssessmentError
from assessments.reviews import ballot, keeping
from assessments.reviews.forms import CountsForm, ReviewMarksForm
from assessments.schemes import LEAST_BALLOTS
from assessments.views.asking import code_page, tried
from assessments.views.reviews import found, shown


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_ballot(request: HttpRequest) -> HttpResponse:
    """A code opens the ballot, and sent again with the marks it casts it. The code is in no address and no session."""
    return code_page(request, "assessments/review_code.html", _opened)


def _opened(request: HttpRequest, text: str) -> HttpResponse:
    address = str(request.META.get("REMOTE_ADDR", ""))
    review = wrong_codes.counted(address, lambda: ballot.code_of(text)).review
    is_cast = "cast" in request.POST
    form = ReviewMarksForm(request.POST if is_cast else None, entries=keeping.entries_of(review))
    if is_cast and form.is_valid():
        try:
            ballot.cast(text, form.marks())
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("review_ballot_done")
    context = {"form": form, "review": review, "code": text}
    return render(request, "assessments/review_paper.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_safe
def review_ballot_done(request: HttpRequest) -> HttpResponse:
    """Thanks; nothing of who asks, or of what was cast."""
    return render(request, "assessments/review_done.html")


# Who gives the ballots out


@require_POST
def review_issue(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The new codes as slips to print and cut; this answer is the only place where they ever stand."""
    row = found(request, pk)
    form = IssueForm(request.POST)
    codes: list[str] = []
    if form.is_valid():
        try:
            codes = ballot.issue(row, by=request.user, **form.cleaned_data)
        except AssessmentError as refusal:
            form.add_error("number", str(refusal))
    if not codes:
        return shown(request, row, issue_form=form)
    address = request.build_absolute_uri(reverse("review_ballot"))
    context = {"review": row, "address": address, "number": len(codes)}
    context["sheets"] = ballot_slips.sheets(codes, address)
    return render(request, "assessments/review_slips.html", context)


@require_POST
def review_recall(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = found(request, pk)
    tried(request, lambda: ballot.recall(row, by=request.user), "未用的测评码已作废。")
    return redirect("review", pk)


@require_POST
def review_close_ballot(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = found(request, pk)
    tried(request, lambda: ballot.close(row, by=request.user), "测评已结束，可以评定等次了。")
    return redirect("review", pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_counts(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The paper ballots as the branch counted them."""
    row = found(request, pk)
    data = request.POST if request.method == "POST" else None
    form = CountsForm(data, review=row, entries=keeping.entries_of(row))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        facts = {name: given[name] for name in ("issued", "returned", "version")}
        try:
            ballot.type_counts(row, **facts, counts=form.counts(), by=request.user)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存测评票数，可以评定等次了。")
            return redirect("review", pk)
    context = {"form": form, "review": row, "least": LEAST_BALLOTS}
    return render(request, "assessments/review_counts.html", context, status=422 if form.errors else 200)
