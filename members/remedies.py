"""A finding as a page shows it, with the page that puts it right for whoever may."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may, may_restructure

from .health import Finding
from .models import Post, SetUpPaper

#: Pages that only whoever keeps the branch above opens.
OF_THE_SUPERIOR = {"close": "dissolve", "merge": "merge", "split": "split"}
LABELS = {
    "close": "去撤销",
    "merge": "去合并",
    "split": "去分设",
    "post": "去任命",
    "posts": "看任职",
    "term": "登记换届",
    "election": "办理换届",
    "terms": "看任期",
    "training": "登记培训",
    "papers": "登记批复",
}


@dataclass(frozen=True)
class Shown:
    finding: Finding
    url: str
    action: str
    explain_url: str = ""


def shown(finding: Finding, user: User) -> Shown:
    """The addresses are empty for whoever has no such page."""
    return Shown(finding, _url(finding, user), LABELS[finding.remedy], _explain_url(finding, user))


def _explain_url(finding: Finding, user: User) -> str:
    if not finding.is_explainable or not may(user, Right.EXPLAIN, finding.branch.path):
        return ""
    return reverse("finding_explain", args=[finding.branch.pk, finding.subject])


def _url(finding: Finding, user: User) -> str:
    branch = finding.branch
    if finding.remedy in OF_THE_SUPERIOR:
        page = f"admin:branches_branch_{OF_THE_SUPERIOR[finding.remedy]}"
        return reverse(page, args=[branch.pk]) if may_restructure(user, branch.path) else ""
    if finding.remedy == "election":
        right = Right.RECORD if branch.is_leaf else Right.KEEP_BRANCHES
        return election_url(branch) if may(user, right, branch.path) else ""
    if not may(user, Right.KEEP_BRANCHES, branch.path):
        return ""
    if finding.remedy == "post":
        title = Post.Title.SECRETARY if finding.rule.code == "ZB-31" else Post.Title.COMMITTEE
        return _with("admin:members_post_add", branch=branch.pk, title=title.value)
    if finding.remedy == "posts":
        return _with("admin:members_post_changelist", under=branch.pk)
    if finding.remedy == "papers":
        return reverse("branch_paper", args=[branch.pk, SetUpPaper.Deed.FOUNDED.value])
    if finding.remedy == "training":
        return _with("training_list", branch=branch.pk)
    if finding.remedy == "term":
        return _with("admin:branches_term_add", branch=branch.pk)
    return _with("admin:branches_term_changelist", q=branch.short_name)


def election_url(branch: Branch) -> str:
    """Where a branch's election is taken step by step; of what stands above only the result is recorded."""
    if branch.is_leaf:
        return reverse("election_of_branch", args=[branch.pk])
    return _with("admin:branches_term_add", branch=branch.pk)


def _with(page: str, **asked: object) -> str:
    return f"{reverse(page)}?{urlencode(asked)}"
