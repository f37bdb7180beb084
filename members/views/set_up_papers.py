"""The approval and filing of a branch's founding, and of its end once it has ended: one page, a form for each."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, may
from members import set_up_papers
from members.branch_rules import RULES
from members.models import SetUpPaper
from members.set_up_paper_forms import PaperForm
from members.set_up_papers import PaperError


@require_http_methods(["GET", "HEAD", "POST"])
def branch_paper(request: AuthenticatedRequest, pk: int, deed: str) -> HttpResponse:
    branch: Branch = get_visible_or_404(Branch.objects, request.user, pk=pk)
    if not may(request.user, Right.KEEP_BRANCHES, branch.path):
        raise PermissionDenied("批复和备案由组织部和二级党组织工作人员登记。")
    deeds = set_up_papers.deeds_of(branch)
    if not branch.is_leaf or deed not in deeds:
        raise Http404
    paper = SetUpPaper.objects.filter(branch=branch, deed=deed).first()
    form = PaperForm(request.POST or None, paper=paper)
    if request.method == "POST" and form.is_valid():
        try:
            set_up_papers.note(branch, deed, **form.cleaned_data, by=request.user)
        except PaperError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "已登记批复。")
            return redirect("branch_paper", pk, deed)
    context = {
        "branch": branch,
        "deed": SetUpPaper.Deed(deed),
        "others": [other for other in deeds if other != deed],
        "paper": paper,
        "form": form,
        "rule": RULES["ZB-05"],
    }
    return render(request, "members/set_up_paper.html", context, status=422 if form.errors else 200)
