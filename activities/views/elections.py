"""换届: the list of branches whose term ends, and the checklist of one election, a form for each step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from activities.elections import reading, steps, verbs
from activities.elections.forms import (
    FORMS,
    ElectionFilter,
    RequestForm,
    StepForm,
    WithdrawForm,
)
from activities.elections.reading import Result
from activities.elections.steps import Step
from activities.elections.verbs import ElectionError
from activities.models import Election
from branches import temporary
from branches.models import Branch, Term
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may, may_restructure, ranges_of
from lib.periods import months_after

PER_PAGE = 50
EARLIER = 10
MONTHS_EARLY = 12
VERBS: Final[dict[str, Callable[..., None]]] = {
    "reply": verbs.reply,
    "nominate": verbs.nominate,
    "agree": verbs.agree,
    "meeting": verbs.hold,
    "report": verbs.report,
    "approve": verbs.approve,
    "file": verbs.file,
}
REFUSED: Final = "换届由党支部和上级党组织的工作人员办理。"


@require_safe
def election_list(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    if not has_right(user, Right.RECORD):
        raise PermissionDenied(REFUSED)
    ranges = ranges_of(user, Right.RECORD)
    organisations = Branch.objects.reachable_by(user, Right.RECORD).existing_on(timezone.localdate())
    form = ElectionFilter(request.GET, organisations=list(organisations.order_by("order_key")))
    found = [line for line in reading.lines(ranges, timezone.localdate()) if form.takes(line)]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "today": timezone.localdate()}
    return render(request, "activities/election_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def election_of_branch(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The election that runs; where none does, the form that begins one."""
    branch: Branch = get_visible_or_404(Branch.objects, request.user, pk=pk)
    if not may(request.user, Right.RECORD, branch.path) or not branch.is_leaf:
        raise PermissionDenied(REFUSED)
    running = branch.elections.running().first()
    if running:
        return redirect("election", running.pk)
    today = timezone.localdate()
    form = RequestForm(request.POST if request.method == "POST" else None, initial={"on": today})
    if form.is_bound and form.is_valid():
        try:
            made = verbs.begin(branch, **form.cleaned_data, by=request.user)
        except ElectionError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记请示，等上级批复。")
            return redirect("election", made.pk)
    context = {
        "branch": branch,
        "form": form,
        "refusal": temporary.refusal(branch, "elect"),
        "term": _term(branch, today),
        "earlier": [
            (row, reading.stage_of(row)) for row in branch.elections.select_related("meeting")[:EARLIER]
        ],
        "may_keep": may(request.user, Right.KEEP_BRANCHES, branch.path),
    }
    return render(request, "activities/election_begin.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def election(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The checklist; a POST takes the step that is next."""
    row = _asked(request, pk)
    step = steps.next_of(row)
    takes = step is not None and _may_take(request, row, step)
    if request.method == "POST" and (step is None or not takes or request.POST.get("step") != step.key):
        messages.error(request, "这一步已经办过，或者由另一方办理，请看现在的进度。")
        return redirect("election", pk)
    form = None
    if step is not None and takes:
        form = _form(step, row, request)
        if form.is_bound and form.is_valid():
            try:
                VERBS[step.key](row, **form.sent, by=request.user)
            except ElectionError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _said(step))
                return redirect("election", pk)
    context = _context(request, row, step, form)
    status = 422 if form is not None and form.errors else 200
    return render(request, "activities/election.html", context, status=status)


@require_POST
def election_step_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _asked(request, pk)
    key = request.POST.get("step", "")
    return _tried(request, row, lambda: verbs.step_back(row, key, by=request.user), "已退回上一步。")


@require_POST
def election_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _asked(request, pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        step = steps.next_of(row)
        takes = step is not None and _may_take(request, row, step)
        own = _form(step, row, None) if step is not None and takes else None
        context = {**_context(request, row, step, own), "withdraw": form}
        return render(request, "activities/election.html", context, status=422)
    why = form.cleaned_data["why"]
    return _tried(request, row, lambda: verbs.withdraw(row, why, by=request.user), "已撤销这次换届。")


def _tried(request: AuthenticatedRequest, row: Election, verb: Callable[[], None], said: str) -> HttpResponse:
    try:
        verb()
    except ElectionError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("election", row.pk)


def _asked(request: AuthenticatedRequest, pk: int) -> Election:
    rows = Election.objects.select_related("branch", "meeting", "term")
    row: Election = get_visible_or_404(rows, request.user, pk=pk)
    return row


def _may_take(request: AuthenticatedRequest, row: Election, step: Step) -> bool:
    if step.above:
        return may_restructure(request.user, row.branch_path)
    return may(request.user, Right.RECORD, row.branch_path)


def _form(step: Step, row: Election, request: AuthenticatedRequest | None) -> StepForm:
    sent = request.POST if request is not None and request.method == "POST" else None
    return FORMS[step.key](sent, election=row, today=timezone.localdate())


def _said(step: Step) -> str:
    if step.key == "approve":
        return "换届已批准，任期和职务已登记。新任书记还没有账号的，请在职务中发放账号。"
    return f"已登记“{step.title}”。"


@dataclass(frozen=True)
class Entry:
    """A step as the timeline shows it."""

    number: int
    label: str
    note: str
    state: str
    when: str


def _context(
    request: AuthenticatedRequest, row: Election, step: Step | None, form: StepForm | None
) -> dict[str, Any]:
    result = reading.result_of(row)
    last, term = steps.last_of(row), _term(row.branch, row.requested_on)
    return {
        "row": row,
        "entries": list(_entries(row, step)),
        "step": step,
        "form": form,
        "result": result,
        "seats": steps.SEATS.get(row.seats, ""),
        "term": term,
        "last": last,
        "may_step_back": row.is_running and last.key != "request" and _may_take(request, row, last),
        "withdraw": WithdrawForm() if _may_withdraw(request, row) else None,
        "hints": [*_early(row, term), *_hints(row, result)],
    }


def _entries(row: Election, following: Step | None) -> Iterator[Entry]:
    for number, step in enumerate(steps.all_of(row), start=1):
        on, paper = step.done_on(row), step.number(row)
        yield Entry(
            number,
            f"{step.title}（{'上级' if step.above else '支部'}）",
            "；".join(filter(None, [paper, step.article])),
            "done" if on else "now" if step is following else "",
            f"{on:%Y-%m-%d}" if on else "",
        )


def _may_withdraw(request: AuthenticatedRequest, row: Election) -> bool:
    if not row.is_running or not may(request.user, Right.RECORD, row.branch_path):
        return False
    return row.replied_on is None or may(request.user, Right.KEEP_BRANCHES, row.branch_path)


def _early(row: Election, term: Term | None) -> list[str]:
    if row.is_running and term and months_after(term.until, -MONTHS_EARLY) > row.requested_on:
        return [
            f"本届 {term.until:%Y-%m-%d} 才届满，提前换届一般不超过1年，须经上级批准（支部条例第二十一条）。"
        ]
    return []


def _hints(row: Election, result: Result) -> list[str]:
    if row.withdrawn_at:
        return []
    if row.approved_on:
        changed = "批准以后，选举大会的记录改过，与批准的结果不符，请核对任期和职务。"
        return [changed] if result.fault else []
    if row.nominated_on and not row.meeting and (gone := reading.candidates_gone(row, timezone.localdate())):
        return [f"候选人“{gone[0]}”现在不是本支部正式党员，请退回“提出候选人”重新登记（选举条例第五条）。"]
    if row.meeting and result.fault:
        return [result.fault]
    if row.meeting and len(result.elected) < row.seats:
        lacking = row.seats - len(result.elected)
        return [
            f"应选 {row.seats} 人，当选 {len(result.elected)} 人，还缺 {lacking} 人，可以另行选举后补选。"
        ]
    return []


def _term(branch: Branch, day: date) -> Term | None:
    return branch.terms.filter(elected_on__lt=day).order_by("-elected_on").first()
