"""Why a branch is otherwise than is normally so: stated on one page, answered there by whoever stands above."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthenticatedRequest
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may, may_restructure
from members import explanations
from members.explanations import ExplanationError
from members.forms import ExplainForm, SendBackForm
from members.health import findings_of
from members.models import Explanation


@require_http_methods(["GET", "HEAD", "POST"])
def finding_explain(request: AuthenticatedRequest, pk: int, subject: str) -> HttpResponse:
    branch = get_visible_or_404(Branch.objects, request.user, pk=pk)
    if not may(request.user, Right.EXPLAIN, branch.path):
        raise PermissionDenied("情况由党支部书记或者上级工作人员说明。")
    finding = next((one for one in findings_of(branch, timezone.localdate()) if one.subject == subject), None)
    if finding is None:
        messages.info(request, "这一项已经没有了，不用说明。")
        return redirect("branch_page", pk)
    form = ExplainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            explanations.state(finding, form.cleaned_data["reason"], by=request.user)
        except ExplanationError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已提交说明，等上级核实。")
            return redirect("branch_page", pk)
    said = finding.explanation
    context = {
        "finding": finding,
        "said": said,
        "form": form,
        "may_state": said is None or not (said.is_waiting or said.is_accepted),
        "may_answer": said and said.is_waiting and may_restructure(request.user, branch.path),
        "is_own": said and said.by_id == request.user.pk,
        "back": SendBackForm(),
    }
    return render(request, "members/explanation.html", context, status=422 if form.errors else 200)


@require_POST
def explanation_accept(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _to_answer(request, pk)
    return _answer(request, row, lambda: explanations.accept(row, by=request.user), "已认可，一年内有效。")


@require_POST
def explanation_return(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _to_answer(request, pk)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有退回：请写明退回原因（至少 4 个字）。")
        return redirect("finding_explain", row.branch_id, row.subject)
    why = form.cleaned_data["why"]
    return _answer(request, row, lambda: explanations.send_back(row, why, by=request.user), "已退回。")


def _to_answer(request: AuthenticatedRequest, pk: int) -> Explanation:
    row: Explanation = get_visible_or_404(Explanation.objects, request.user, pk=pk)
    if not may_restructure(request.user, row.branch_path):
        raise PermissionDenied("说明由上级党组织的工作人员核实。")
    return row


def _answer(
    request: AuthenticatedRequest, row: Explanation, verb: Callable[[], None], done: str
) -> HttpResponse:
    try:
        verb()
    except ExplanationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("finding_explain", row.branch_id, row.subject)
