"""Rounds for whoever organises them: the list, one round with its people, its steps, and the order of speaking."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.proof import confirmed
from assessments import book, progress, published, quotas, results, rounds
from assessments.models import Report, Round, Subject
from assessments.refusals import AssessmentError
from assessments.round_forms import MeetForm, OrderForm, ProgressFilter, PublishForm, RoundForm
from assessments.stages import Step
from assessments.views.asking import check_assesses, tried
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send

PER_PAGE: Final = 50
State = Round.State
NEXT: Final = {
    State.DRAFT: "核对名单和方案后，开始写述职报告。开始后方案不能再改。",
    State.BALLOTING: "测评票收齐后结束测评，再综合评定。",
    State.GRADING: "逐人评定等次，评定会议后公布。",
    State.PUBLISHED: "逐人反馈、答复异议后归档。归档后只能登记更正。",
    State.ARCHIVED: "已归档，内容不再变动。",
}


@require_safe
def round_list(request: AuthenticatedRequest) -> HttpResponse:
    check_assesses(request.user)
    rows = Round.objects.visible_to(request.user).select_related("branch")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "assessments/round_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def round_new(request: AuthenticatedRequest) -> HttpResponse:
    organizers = list(_organizers(request))
    if not organizers:
        raise PermissionDenied("述职评议由党支部以上的党组织的工作人员组织。")
    sent = request.POST if request.method == "POST" else None
    form = RoundForm(sent, organizers=organizers, today=timezone.localdate())
    if form.is_bound and form.is_valid():
        facts = dict(form.cleaned_data)
        scheme = published.ALL[facts.pop("template")].as_kept()
        try:
            made = rounds.begin(facts.pop("organizer"), **facts, scheme=scheme, by=request.user)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已新建，名单上有 {made.subjects.count()} 位在任书记，请核对。")
            return redirect("round", made.pk)
    return render(request, "assessments/round_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def round_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    return _shown(request, row)


@require_POST
def round_copy(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    try:
        made = rounds.copy(row, by=request.user)
    except AssessmentError as refusal:
        messages.error(request, str(refusal))
        return redirect("round", pk)
    messages.success(request, f"已复制到 {made.year} 年度，名单按现在在任的书记重新列出，请核对截止日期。")
    return redirect("round", made.pk)


@require_POST
def round_open(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    return settled(
        request, row, lambda: rounds.open_reports(row, by=request.user), "已开始，书记可以写述职报告了。"
    )


@require_POST
def round_meet(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    form = MeetForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, form)
    facts = form.cleaned_data
    return settled(
        request, row, lambda: rounds.begin_ballot(row, **facts, by=request.user), "述职会议已开始。"
    )


@require_POST
def round_publish(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, form)
    return settled(
        request, row, lambda: rounds.publish(row, **form.cleaned_data, by=request.user), "已公布评定结果。"
    )


@require_POST
def round_archive(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    return settled(request, row, lambda: rounds.archive(row, by=request.user), "已归档。")


@require_http_methods(["GET", "HEAD", "POST"])
def round_order(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    subjects = list(row.subjects.select_related("member", "branch"))
    form = OrderForm(request.POST if request.method == "POST" else None, subjects=subjects)
    if form.is_bound and form.is_valid():
        return settled(
            request, row, lambda: rounds.order(row, form.ordered(), by=request.user), "已保存述职顺序。"
        )
    context = {"round": row, "form": form}
    return render(request, "assessments/round_order.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def round_people(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Who else led an organisation in the year: added one by one; and who is taken off the list."""
    row = asked_round(request, pk)
    others = rounds.others(row)
    if request.method == "POST":
        chosen = next((one for one in others if str(one.member.pk) == request.POST.get("member")), None)
        if chosen is None:
            messages.error(request, "名单刚改过，请重新选择。")
            return redirect("round_people", pk)
        verb = lambda: rounds.add(row, chosen.member, chosen.branch, by=request.user)  # noqa: E731
        return settled(request, row, verb, f"已加入{chosen.member.name}。", "round_people")
    subjects = row.subjects.select_related("member", "branch")
    return render(
        request, "assessments/round_people.html", {"round": row, "others": others, "subjects": subjects}
    )


@require_POST
def subject_leave_out(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = Subject.objects.select_related("round", "member")
    subject: Subject = get_visible_or_404(rows, request.user, pk=pk)
    said = f"已将{subject.member.name}移出名单。"
    return settled(
        request, subject.round, lambda: rounds.leave_out(subject, by=request.user), said, "round_people"
    )


@confirmed
@require_POST
@leaving
def round_workbook(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    row = asked_round(request, pk)
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    content = Outgoing(request.POST)
    book.write(content, row, timezone.localdate(), by=request.user)
    return send(content, row.name)


def asked_round(request: AuthenticatedRequest, pk: int) -> Round:
    row: Round = get_visible_or_404(Round.objects.select_related("branch"), request.user, pk=pk)
    return row


def settled(
    request: AuthenticatedRequest, row: Round, verb: Callable[[], object], said: str, page: str = "round"
) -> HttpResponse:
    """Try it, and go to ``page`` of the round."""
    tried(request, verb, said)
    return redirect(page, row.pk)


def _organizers(request: AuthenticatedRequest) -> Any:
    mine = Branch.objects.reachable_by(request.user, Right.ASSESS).existing_on(timezone.localdate())
    return mine.exclude(level=Branch.Level.BRANCH).order_by("order_key")


def _shown(
    request: AuthenticatedRequest, row: Round, wrong: MeetForm | PublishForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    rules = row.rules
    form = ProgressFilter(request.GET, steps=progress.choices(rules))
    asked = form.cleaned_data
    found = progress.narrowed(row.subjects.all(), rules, asked.get("step", ""), asked.get("q", ""))
    page = Paginator(progress.with_counts(found, rules), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "round": row,
        "form": form,
        "page": page,
        "rows": [progress.row_of(row, subject, today) for subject in page],
        "next": _next(row),
        "meet": wrong if isinstance(wrong, MeetForm) else MeetForm(initial={"on": today}),
        "publish": wrong
        if isinstance(wrong, PublishForm)
        else PublishForm(initial={"decided_on": today, "audience": row.audience}),
        "conclusion": _conclusion(row),
        "faults": _faults(row),
        "is_told_on": results.is_told_to_leaders(row),
    }
    return render(request, "assessments/round.html", context, status=422 if wrong else 200)


def _next(row: Round) -> str:
    """What is to be done now, and what has to be there before."""
    if row.state != State.REPORTING:
        return NEXT[State(row.state)]
    asked = ["报告交齐"]
    asked += ["审阅"] if row.rules.has(Step.READING) else []
    asked += [stage.title for stage in row.rules.own_stages if stage.step is Step.BEFORE]
    then = "现场测评" if row.rules.has_ballot else "综合评定"
    return f"{'、'.join(asked)}后，召开述职会议，开始{then}。"


def _conclusion(row: Round) -> str:
    """What a leader asks first."""
    people = row.subjects.count()
    if row.state == State.DRAFT:
        return f"名单上 {people} 位书记，还没有开始。"
    if row.state == State.REPORTING:
        handed = row.subjects.filter(report__state__in=Report.HANDED_IN).count()
        read = row.subjects.filter(report__state=Report.State.ACCEPTED).count()
        told = f"，已审阅 {read} 份" if row.rules.has(Step.READING) else ""
        return f"{people} 份述职报告已交 {handed} 份{told}，{row.report_due_on:%Y-%m-%d} 截止。"
    if row.state == State.BALLOTING:
        groups = list(row.groups.all())
        issued = sum(group.issued + group.papers for group in groups)
        return f"现场测评进行中，发出 {issued} 张票，收回 {sum(group.returned for group in groups)} 张。"
    decided = row.subjects.exclude(decided="").count()
    feedback = row.subjects.exclude(feedback_on=None).count()
    if row.state == State.GRADING:
        return f"{people} 位书记已评定 {decided} 位。"
    return f"{people} 位书记已评定、公布，已反馈 {feedback} 位。"


def _faults(row: Round) -> list[str]:
    if row.state != State.GRADING:
        return []
    return quotas.faults_of_grades(row.rules, row.subjects.values_list("decided", flat=True))
