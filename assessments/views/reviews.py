"""Members' democratic reviews: the list of branches, one begun, one with its people, and its steps."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.models import User
from accounts.proof import confirmed
from activities.kinds import Kind
from assessments.ballot_forms import IssueForm
from assessments.models import Review, ReviewCorrection, ReviewEntry
from assessments.refusals import AssessmentError
from assessments.reviews import book, keeping, reading, writing
from assessments.reviews.forms import (
    BeginForm,
    DayForm,
    MeetingForm,
    RestForm,
    ReturnForm,
    ReviewFilter,
    SubmitForm,
)
from assessments.views.asking import tried
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send

PER_PAGE: Final = 50
#: People in one workbook; a whole university takes it by its colleges.
MOST_AT_ONCE: Final = 5_000
#: Each takes some tens of milliseconds.
CONCLUDED_AT_ONCE: Final = 50
MOST_TOLD: Final = 5
State = Review.State
ARTICLE: Final = (
    "支部条例第十八条：党支部一般每年开展1次民主评议党员，按照个人自评、党员互评、民主测评的程序进行"
)
NEXT: Final = {
    State.OPEN: "党员写自评，开会互评，再民主测评。",
    State.BALLOTING: "测评进行中。收齐以后结束测评，再评定等次。",
    State.GRADING: "支委会或党员大会逐人评定等次、写评定意见，再报送上级。",
    State.SUBMITTED: "已报送，等上级审核。审核办结后，结果记入每位党员的记录。",
    State.CLOSED: "已办结，结果已记入每位党员的记录；有误的由上级更正。",
}


def check_reviews(user: User) -> None:
    if not has_right(user, Right.REVIEW):
        raise PermissionDenied(keeping.NOT_A_KEEPER)


@require_safe
def review_list(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    check_reviews(user)
    today = timezone.localdate()
    form = ReviewFilter(request.GET, today=today, organisations=_organisations(user))
    asked = form.asked
    branches = reading.branches_of(user, asked, today)
    page = Paginator(branches, PER_PAGE).get_page(request.GET.get("page"))
    lines = reading.lines(page.object_list, asked.year)
    reviews = reading.reviews_of(branches, asked.year)
    context = {
        "form": form,
        "page": page,
        "year": asked.year,
        "lines": lines,
        "lacks_one": any(line.review is None for line in lines),
        "conclusion": reading.conclusion(reviews, page.paginator.count),
        "may_conclude": has_right(user, Right.ASSESS),
        "given": [(name, request.GET[name]) for name in form.fields if name in request.GET],
        "article": ARTICLE,
    }
    return render(request, "assessments/review_list.html", context)


def _organisations(user: User) -> list[Branch]:
    mine = Branch.objects.reachable_by(user, Right.REVIEW).existing_on(timezone.localdate())
    return list(mine.order_by("order_key"))


@require_http_methods(["GET", "HEAD", "POST"])
def review_new(request: AuthenticatedRequest) -> HttpResponse:
    """For one branch, or at once for all below an organisation."""
    check_reviews(request.user)
    organisations = _organisations(request.user)
    sent = request.POST if request.method == "POST" else None
    form = BeginForm(sent, organisations=organisations, today=timezone.localdate())
    if form.is_bound and form.is_valid():
        chosen = next(one for one in organisations if str(one.pk) == form.cleaned_data["organisation"])
        days = {"year": form.cleaned_data["year"], "on": form.cleaned_data["on"], "by": request.user}
        try:
            if chosen.is_leaf:
                return redirect("review", keeping.begin(chosen, **days).pk)
            number = keeping.begin_below(chosen, **days)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已为 {number} 个党支部发起，名单按当天名册列出。")
            return redirect("review_list")
    context = {"form": form, "organisations": organisations, "article": ARTICLE}
    return render(request, "assessments/review_new.html", context, status=422 if form.errors else 200)


def found(request: AuthenticatedRequest, pk: int) -> Review:
    rows = Review.objects.select_related("branch", "meeting")
    row: Review = get_visible_or_404(rows, request.user, pk=pk)
    return row


@never_cache
@require_safe
def review_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return shown(request, found(request, pk))


def shown(request: AuthenticatedRequest, row: Review, **refused: Form) -> HttpResponse:
    """The page of one review; ``refused`` are those of its forms that were sent with an error."""
    entries = keeping.entries_of(row)
    meetings = reading.meetings_for(row) if row.is_at(*keeping.AT_THE_BRANCH) else []
    today = timezone.localdate()
    context: dict[str, Any] = {
        "review": row,
        "rows": reading.rows_of(row, entries),
        "roll": reading.roll_of(row, entries),
        "next": NEXT[State(row.state)],
        "is_above": may(request.user, Right.ASSESS, row.branch_path),
        "meetings": meetings,
        "kind": Kind.DEMOCRATIC_REVIEW.value,
        "day_form": DayForm(None, initial={"version": row.version, "on": row.held_on}),
        "meeting_form": MeetingForm(None, review=row, meetings=meetings),
        "issue_form": IssueForm(initial={"known": row.issued, "number": len(entries) - row.issued or None}),
        "rest_form": RestForm(),
        "submit_form": SubmitForm(initial={"decided_on": today}),
        "return_form": ReturnForm(),
        "corrections": ReviewCorrection.objects.filter(review=row).select_related("member", "by"),
        "article": ARTICLE,
    }
    status = 422 if refused else 200
    return render(
        request,
        "assessments/review.html",
        context | {"errors": list(refused.values())} | refused,
        status=status,
    )


def _sent(
    request: AuthenticatedRequest, row: Review, name: str, form: Form, verb: Callable[[], object], said: str
) -> HttpResponse:
    """A form of the page: the page again where it is wrong, else the verb is tried."""
    if not form.is_valid():
        return shown(request, row, **{name: form})
    tried(request, verb, said)
    return redirect("review", row.pk)


@require_POST
def review_day(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row, form = found(request, pk), DayForm(request.POST)
    verb = lambda: keeping.set_day(row, **form.cleaned_data, by=request.user)  # noqa: E731
    return _sent(request, row, "day_form", form, verb, "已按这一天的名册更新名单。")


@require_POST
def review_link(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = found(request, pk)
    form = MeetingForm(request.POST, review=row, meetings=reading.meetings_for(row))
    verb = lambda: keeping.link(row, form.chosen, by=request.user)  # noqa: E731
    return _sent(request, row, "meeting_form", form, verb, "已关联会议记录。")


@require_POST
def review_drop(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = found(request, pk)
    try:
        keeping.drop(row, by=request.user)
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
        return redirect("review", pk)
    messages.success(request, f"已撤销“{row.branch.short_name}”{row.year} 年度的民主评议。")
    return redirect("review_list")


@require_POST
def review_rest(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row, form = found(request, pk), RestForm(request.POST)
    verb = lambda: writing.grade_rest(row, form.cleaned_data["opinion"], by=request.user)  # noqa: E731
    return _sent(request, row, "rest_form", form, verb, "其余正式党员已评为“合格”。")


@require_POST
def review_submit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row, form = found(request, pk), SubmitForm(request.POST)
    verb = lambda: keeping.submit(row, **form.cleaned_data, by=request.user)  # noqa: E731
    return _sent(request, row, "submit_form", form, verb, "已报送，等上级审核。")


@require_POST
def review_return(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row, form = _above(request, pk), ReturnForm(request.POST)
    verb = lambda: keeping.send_back(row, form.cleaned_data["why"], by=request.user)  # noqa: E731
    return _sent(request, row, "return_form", form, verb, "已退回支部。")


@require_POST
def review_conclude(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _above(request, pk)
    tried(request, lambda: keeping.conclude(row, by=request.user), "已办结，结果已记入每位党员的记录。")
    return redirect("review", pk)


@require_POST
def review_conclude_all(request: AuthenticatedRequest) -> HttpResponse:
    """Those on the list that were sent, so many at a time; whatever cannot be concluded is named."""
    user = request.user
    if not has_right(user, Right.ASSESS):
        raise PermissionDenied(keeping.NOT_ABOVE)
    sent = _listed(request).filter(state=State.SUBMITTED)
    done, faults = keeping.conclude_all(list(sent[:CONCLUDED_AT_ONCE]), by=user)
    left = sent.count() - len(faults)
    more = f"还有 {left} 个，请再点一次。" if left > 0 else ""
    messages.success(request, f"已办结 {done} 个党支部。{more}" if done else "没有可以办结的。")
    for fault in faults[:MOST_TOLD]:
        messages.error(request, fault)
    return redirect("review_list")


@confirmed
@require_POST
@leaving
def review_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """The reviews on the list, as the query says."""
    check_reviews(request.user)
    reviews = list(_listed(request))
    people = ReviewEntry.objects.filter(review__in=reviews).count()
    if people > MOST_AT_ONCE:
        messages.error(
            request, f"一次最多导出 {MOST_AT_ONCE} 人，现在有 {people} 人，请按党组织筛选后分批导出。"
        )
        return redirect("review_list")
    return _workbook(request, reviews, "民主评议党员结果")


@confirmed
@require_POST
@leaving
def review_workbook(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    row = found(request, pk)
    return _workbook(request, [row], str(row))


@confirmed
@require_POST
@leaving
def review_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    """The paper ballot, to be printed."""
    row = found(request, pk)
    if not may(request.user, Right.EXPORT, row.branch_path):
        raise PermissionDenied
    content = Outgoing(request.POST)
    book.write_blank(content, row, by=request.user)
    return send(content, f"{row.branch.short_name}民主评议党员测评表")


def _workbook(request: AuthenticatedRequest, reviews: list[Review], name: str) -> HttpResponseBase:
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    content = Outgoing(request.POST)
    book.write(content, reviews, by=request.user)
    return send(content, name)


def _listed(request: AuthenticatedRequest) -> QuerySet[Review]:
    """What was not understood is not left out, as on the page: the rest would pass for what was asked for."""
    user, today = request.user, timezone.localdate()
    form = ReviewFilter(request.POST, today=today, organisations=_organisations(user))
    asked = form.asked
    if form.errors:
        raise Http404
    return reading.reviews_of(reading.branches_of(user, asked, today), asked.year)


def _above(request: AuthenticatedRequest, pk: int) -> Review:
    row = found(request, pk)
    if not may(request.user, Right.ASSESS, row.branch_path):
        raise PermissionDenied(keeping.NOT_ABOVE)
    return row
